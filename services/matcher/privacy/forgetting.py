"""Forgets what the feed told to forget: in memory, in files, in the database; twice, then it confirms."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, time

import structlog

from services.matcher import erased_repository
from services.matcher.erased_repository import Told
from services.matcher.models.line import ModelLine
from services.matcher.privacy.caches import clear_text_caches
from services.matcher.privacy.erasers import Erased, Removed, erase_everything
from services.matcher.privacy.reader import Reader
from services.matcher.privacy.reporting import CatalogReports
from services.matcher.retrieval.persistence import SnapshotFolder
from services.matcher.retrieval.placement import Placement
from services.matcher.runs.recorder import RunRecorder
from services.matcher.tables import metadata
from shared.kit.compaction import compact
from shared.kit.database import Database
from shared.kit.polling import Polling

_log = structlog.get_logger("erasure")
_LOOK_EVERY_SECONDS = 0.25
_BE_KNOWN_EVERY_SECONDS = 30.0
_AGAIN_SECONDS = 2.0
"""After the catalog or a database did not answer."""
_LEFT_OVER_SECONDS = 60.0
"""A file without a line in this process is no longer being written after so long."""
Lines = Callable[[], Sequence[ModelLine] | None]
"""Every index that this process holds; None while one of them is still being built."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything of this process that may hold a profile."""

    database: Database
    lines: Lines
    vectors: Placement
    runs: RunRecorder
    data_directory: Path


@dataclass(slots=True, kw_only=True)
class _Batch:
    """What is being forgotten now."""

    told: Sequence[Told]
    began_at: float
    is_done: bool = False
    """The second time is over, and it only remains to confirm."""
    removed: Removed = field(default_factory=Removed)

    @property
    def erasures(self) -> Mapping[str, str]:
        return {one.profile_id: one.erasure_id for one in self.told}


class Forgetting:
    """One thread. The second time, some seconds later, reaches what was under way during the first.

    Whatever is interrupted begins again: how much was forgotten is written down last.
    """

    def __init__(
        self,
        parts: Parts,
        reader: Reader,
        reports: CatalogReports,
        *,
        is_ephemeral: bool,
        settle_seconds: float,
    ) -> None:
        """Nothing runs before `start`; `is_ephemeral`: the data directory goes with the process."""
        self._parts = parts
        self._reader = reader
        self._reports = reports
        self._is_ephemeral = is_ephemeral
        self._settle_seconds = settle_seconds
        self._batch: _Batch | None = None
        self._known_until = self._waits_until = 0.0
        self._polling = Polling("erasure", self.look, every_seconds=_LOOK_EVERY_SECONDS)

    @property
    def forgotten(self) -> int:
        """Number of the last erased profile of which nothing is left here, and the catalog knows it."""
        return self._reader.forgotten

    def start(self) -> None:
        """Begin in the background."""
        self._polling.start()

    def stop(self) -> None:
        """End soon; what is not confirmed yet is begun again by the next start."""
        self._polling.stop()
        if self._is_ephemeral:
            try:
                self._reports.be_known(is_leaving=True)
            except Exception as error:  # noqa: BLE001 - it is leaving, whether the catalog hears of it or not
                _log.warning("leaving_not_told", error=type(error).__name__)

    def look(self) -> None:
        """Go on with what is to be forgotten. Raises DatabaseUnavailable, CatalogUnreachable, VectorDatabaseFailed."""
        if monotonic() < self._waits_until:
            return
        try:
            self._go_on()
            if monotonic() >= self._known_until:
                self._reports.be_known()
                self._known_until = monotonic() + _BE_KNOWN_EVERY_SECONDS
        except Exception:
            self._waits_until = monotonic() + _AGAIN_SECONDS
            raise

    def _go_on(self) -> None:
        batch = self._batch
        if batch is None:
            self._begin()
        elif batch.is_done:
            self._confirm(batch)
        elif monotonic() >= batch.began_at + self._settle_seconds and self._forget(batch):
            batch.is_done = True
            self._confirm(batch)

    def _begin(self) -> None:
        with self._parts.database.read() as session:
            told = erased_repository.told_after(session, self._reader.forgotten)
        if not told:
            return
        batch = _Batch(told=told, began_at=monotonic())
        if self._forget(batch):
            batch.began_at = monotonic()
            self._batch = batch

    def _confirm(self, batch: _Batch) -> None:
        by_erasure: dict[str, list[str]] = {}
        for one in batch.told:
            by_erasure.setdefault(one.erasure_id, []).append(one.profile_id)
        for erasure_id, profile_ids in sorted(by_erasure.items()):
            removed = Counter[str]()
            for (profile_id, store), count in batch.removed.items():
                if profile_id in profile_ids or not profile_id:
                    removed[store] += count
            self._reports.confirm(erasure_id, profile_ids, {name: count for name, count in removed.items() if count})
        self._reader = self._reader.having_forgotten(max(one.number for one in batch.told))
        self._reader.keep(self._parts.data_directory)
        self._batch = None
        _log.info("forgotten", profiles=len(batch.told), removed=sum(batch.removed.values()))

    def _forget(self, batch: _Batch) -> bool:
        """Once through everything; False, and nothing done, where an index is still to read that it must forget."""
        lines, ids = self._parts.lines(), sorted(batch.erasures)
        if lines is None or any(line.publisher.current.find(one) is not None for line in lines for one in ids):
            return False
        snapshots = 0
        for line in lines:
            line.publisher.settle()
            snapshots += line.saved.forget(ids)
        snapshots += self._forget_left_over(lines, ids)
        self._parts.vectors.renew()
        self._parts.runs.write_waiting()
        removed = erase_everything(self._parts.database, Erased(erasures=batch.erasures))
        self._parts.runs.load_exposures()
        clear_text_caches()
        compact(self._parts.database, sorted(metadata.tables))
        batch.removed |= removed  # the second time finds again what stays as a tombstone
        batch.removed["", "snapshots"] += snapshots
        return True

    def _forget_left_over(self, lines: Sequence[ModelLine], ids: Sequence[str]) -> int:
        """Saved bases of models that this process does not hold, and files of a process that was killed."""
        folder, held = self._parts.data_directory, {line.saved.folder for line in lines}
        others = [one for one in folder.glob("models/*") if one not in held]
        for file in folder.glob("vectors-*"):
            if file.stat().st_mtime < time() - _LEFT_OVER_SECONDS:
                file.unlink(missing_ok=True)
        return sum(SnapshotFolder(other, "").forget(ids) for other in others)
