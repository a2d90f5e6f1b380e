"""Brings the vectors of each new base to a vector database, behind the answers."""

import threading
import weakref
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import structlog

from services.matcher.retrieval.aspects import Aspects
from services.matcher.retrieval.dense import FlatIndex, VectorIndex
from services.matcher.retrieval.generations import collection_prefix
from services.matcher.retrieval.offloaded import LISTED, OffloadedIndex
from services.matcher.retrieval.publisher import Placed
from services.matcher.retrieval.vector_database import VectorDatabase, VectorDatabaseFailed

_log = structlog.get_logger("vectors")
_RETRY_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacementState:
    """How the vectors that are served are searched."""

    is_placed: bool
    """All of them by the backend; otherwise this machine stands in for it."""
    searches: int
    """Answered by the backend, of the bases that are served now."""
    local_searches: int
    """Answered by this machine."""


class Placement(Protocol):
    """Decides where base segments are searched."""

    def of_model(self, model_id: str) -> Placed:
        """For bases of one model."""

    def state(self) -> PlacementState:
        """How the vectors that are served are searched."""

    def renew(self) -> None:
        """Leave nothing where vectors are searched but those that are served. Raises VectorDatabaseFailed."""

    def start(self) -> None:
        """Begin in the background."""

    def stop(self) -> None:
        """End, and let go of connections."""


class InMemory:
    """Everything is searched by FAISS in this process."""

    def of_model(self, _model_id: str) -> Placed:
        """Bases as they are."""
        return lambda base: base

    def state(self) -> PlacementState:
        """Always in place; searches are not counted."""
        return PlacementState(is_placed=True, searches=0, local_searches=0)

    def renew(self) -> None:
        """Nothing to do."""

    def start(self) -> None:
        """Nothing to do."""

    def stop(self) -> None:
        """Nothing to do."""


class InDatabase:
    """One thread that places the newest base of each model, and places it again when the database had failed."""

    def __init__(
        self,
        database: VectorDatabase,
        folder: Path,
        *,
        retry_seconds: float = _RETRY_SECONDS,
        listed: int = LISTED,
    ) -> None:
        """Copies of the vectors stand in `folder`, in files without a name; `listed` as OffloadedIndex has it."""
        self._database = database
        self._folder = folder
        self._retry_seconds = retry_seconds
        self._listed = listed
        self._newest: weakref.WeakValueDictionary[str, OffloadedIndex] = weakref.WeakValueDictionary()
        self._waiting: set[str] = set()
        self._lock = threading.Lock()
        self._placing = threading.Lock()
        self._news = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="vectors", daemon=True)

    def of_model(self, model_id: str) -> Placed:
        """Bases whose vectors the database searches as soon as it has them."""
        return lambda base: replace(base, aspects=self._placed(base.aspects, model_id))

    def state(self) -> PlacementState:
        """Of the newest base of each model."""
        indexes = list(self._newest.values())
        return PlacementState(
            is_placed=all(one.collection is not None for one in indexes),
            searches=sum(one.searches for one in indexes),
            local_searches=sum(one.local_searches for one in indexes),
        )

    def renew(self) -> None:
        """Place every base anew where anything else is held, and drop what was there. Raises VectorDatabaseFailed."""
        for _, index in sorted(self._newest.items()):
            with self._placing:
                index.place(is_renewed=True)

    def start(self) -> None:
        """Begin in the background."""
        self._thread.start()

    def stop(self) -> None:
        """End after the batch in hand, and let go of connections."""
        self._stopping.set()
        self._news.set()
        if self._thread.is_alive():
            self._thread.join(timeout=30)
        self._database.close()

    def _placed(self, aspects: Aspects, model_id: str) -> Aspects:
        return replace(
            aspects,
            offer_vectors=self._offloaded(aspects.offer_vectors, model_id, "offer"),
            need_vectors=self._offloaded(aspects.need_vectors, model_id, "need"),
        )

    def _offloaded(self, index: VectorIndex, model_id: str, aspect: str) -> VectorIndex:
        if not index.size:
            return index
        self._folder.mkdir(parents=True, exist_ok=True)
        prefix = collection_prefix(model_id, aspect, index.vectors.shape[1])
        local = FlatIndex.on_disk(index, self._folder)
        offloaded = OffloadedIndex(local, self._database, prefix, self._lost, listed=self._listed)
        with self._lock:
            self._newest[prefix] = offloaded
            self._waiting.add(prefix)
        self._news.set()
        return offloaded

    def _lost(self, index: OffloadedIndex) -> None:
        """Not woken at once: a database that has just failed is left alone for a moment."""
        with self._lock:
            if self._newest.get(index.prefix) is index:
                self._waiting.add(index.prefix)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._news.wait(self._retry_seconds)
            self._news.clear()
            with self._lock:
                waiting, self._waiting = sorted(self._waiting), set()
            for prefix in waiting:
                if not self._stopping.is_set() and not self._place(prefix):
                    with self._lock:
                        self._waiting.add(prefix)

    def _place(self, prefix: str) -> bool:
        index = self._newest.get(prefix)
        if index is None:
            return True
        try:
            with self._placing:
                index.place()
        except Exception as error:  # noqa: BLE001 - the outer loop: whatever it was, log, wait, try again
            _log.warning("vectors_not_placed", prefix=prefix, error=_reason(error))
            return False
        _log.info("vectors_placed", collection=index.collection, vectors=index.size)
        return True


def _reason(error: Exception) -> str:
    return str(error)[:300] if isinstance(error, VectorDatabaseFailed) else type(error).__name__
