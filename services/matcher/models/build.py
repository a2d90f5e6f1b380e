"""Builds a model's snapshot beside the one that answers, from the store, and keeps it in step."""

import threading
from collections.abc import Callable, Sequence

import structlog

from services.matcher import repositories
from services.matcher.feed_positions import read_position
from services.matcher.matching.indexing import Indexed
from services.matcher.matching.stored_versions import stored_version
from services.matcher.models import repository
from services.matcher.models.line import ModelLine
from services.matcher.models.service import ModelService, ModelSpec
from services.matcher.retrieval.segment import IndexedDocument, build_segment
from services.matcher.tables import DocumentRow, FeedPositionRow
from shared.kit.database import Database

_log = structlog.get_logger("models")
_PAGE = 256
_LOOK_EVERY_SECONDS = 0.5
LineOf = Callable[[ModelSpec], ModelLine]
"""Loads a model; raises whatever its library raises."""


class _Stopped(Exception):
    """The build was told to end."""


class ModelBuild:
    """One thread a model: load it, embed every stored document, then follow the store for ever.

    Vectors are kept as they are made, so that a build that was interrupted goes on where it stopped.
    """

    def __init__(self, spec: ModelSpec, line_of: LineOf, database: Database, service: ModelService) -> None:
        """Nothing runs before `start`."""
        self.spec = spec
        self._line_of = line_of
        self._database = database
        self._service = service
        self._news = threading.Event()
        self._stopping = threading.Event()
        self._forgotten = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"model-{spec.name}", daemon=True)
        self.line: ModelLine | None = None
        self.is_ready = False
        self.failure: str | None = None
        """Why the model could not be loaded."""
        self.documents_done = 0
        self.documents_total = 0

    def start(self) -> None:
        """Begin in the background."""
        self._thread.start()

    def stop(self) -> None:
        """End after the page in hand."""
        self._stopping.set()
        self._news.set()
        if self._thread.is_alive():
            self._thread.join(timeout=30)

    def wake(self) -> None:
        """The store has changed."""
        self._news.set()

    def forget(self) -> None:
        """The store was emptied for another catalog's feed: start over, vectors stay."""
        self._forgotten.set()
        self._news.set()

    def _run(self) -> None:
        try:
            line = self.line = self._line_of(self.spec)
        except Exception as error:  # noqa: BLE001 - a foreign folder may fail in any way; the model that answers must not
            self.failure = f"{type(error).__name__}: {error}"[:1_000]
            _log.warning("model_failed", model=self.spec.name, error=self.failure)
            return
        while not self._stopping.is_set():
            self._news.clear()
            try:
                if not self.is_ready:
                    self._build(line)
                elif not self._follow(line):
                    line.publisher.merge_when_idle()
            except _Stopped:
                return
            except Exception as error:  # noqa: BLE001 - the outer loop: whatever it was, log, wait, go on
                _log.warning("model_build_paused", model=self.spec.name, error=repr(error)[:500])
            self._news.wait(_LOOK_EVERY_SECONDS)

    def _build(self, line: ModelLine) -> None:
        """Restore what was saved and embed the rest; ready at the end."""
        self._service.loaded(self.spec.name, line.vectors_of)
        with self._database.read() as session:
            self.documents_total = repository.count_active_documents(session)
        loaded = line.saved.load_newest(not_after=self._position(line))
        if loaded:
            line.publisher.start_from(*loaded)
        self.documents_done = line.publisher.current.size
        self._follow(line)
        self.documents_done = self.documents_total = line.publisher.current.size
        self.is_ready = True
        _log.info("model_ready", model=self.spec.name, documents=self.documents_done)

    def _follow(self, line: ModelLine) -> bool:
        """Take over what the store has gained; whether it was anything."""
        if self._forgotten.is_set():
            self._forgotten.clear()
            line.saved.clear()
            line.publisher.start_from(build_segment([], line.encoder.dimension), 0)
        # Read first: documents that arrive meanwhile may be taken twice, and none is missed.
        position = max(self._position(line), line.publisher.current.feed_seq)
        documents, withdrawn = self._changes(line)
        if line.publisher.current.base.size == 0 and documents:
            base = build_segment(documents, line.encoder.dimension)
            line.saved.save(base, position)
            line.publisher.start_from(base, position)
        elif documents or withdrawn or position > line.publisher.current.feed_seq:
            line.publisher.apply(documents, withdrawn, position)
        return bool(documents or withdrawn)

    def _changes(self, line: ModelLine) -> tuple[list[IndexedDocument], list[str]]:
        """Documents after the snapshot's position by id, and who left."""
        indexed: list[Indexed] = []
        withdrawn: list[str] = []
        after = line.publisher.current.feed_seq
        while rows := self._rows(after):
            if self._stopping.is_set():
                raise _Stopped
            after = rows[-1].feed_seq
            withdrawn += [row.profile_id for row in rows if not row.is_active]
            indexed += line.following.index([stored_version(row) for row in rows if row.is_active])
            if not self.is_ready:
                self.documents_done = len(indexed)
        newest = {one.document.entry.profile_id: one.document for one in indexed}
        return [newest[key] for key in sorted(newest)], withdrawn

    def _rows(self, after: int) -> Sequence[DocumentRow]:
        with self._database.read() as session:
            return repositories.documents_after(session, after, _PAGE)

    def _position(self, line: ModelLine) -> int:
        with self._database.read() as session:
            feed_seq, line.saved.feed_epoch = read_position(session, FeedPositionRow)
        return feed_seq
