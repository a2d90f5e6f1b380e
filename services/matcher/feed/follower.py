"""Keeps the store and the served snapshot in step with the catalog's feed."""

import threading
from collections.abc import Callable
from time import monotonic

import structlog

from services.matcher import erased_repository, repositories
from services.matcher.feed.client import FeedClient, FeedUnreachableError
from services.matcher.feed_positions import (
    PositionLost,
    is_other_history,
    raise_position,
    read_position,
    start_over,
)
from services.matcher.matching.indexing import Indexed, Indexer, PassageHashes, ProfileVersion, profile_json
from services.matcher.matching.stored_versions import stored_version
from services.matcher.retrieval.persistence import SnapshotFolder
from services.matcher.retrieval.publisher import Publisher
from services.matcher.retrieval.segment import IndexedDocument, build_segment
from services.matcher.tables import DocumentRow, FeedPositionRow
from shared.contracts.changes import ChangePage, ProfileChange
from shared.contracts.vocabularies import ProfileStatus
from shared.kit.database import Database

_log = structlog.get_logger("follower")
_RESTORE_PAGE = 1_000
_LONGEST_PAUSE_SECONDS = 2.0


class Follower:
    """One thread: restore, then read the feed for ever."""

    def __init__(
        self,
        *,
        database: Database,
        client: FeedClient,
        indexer: Indexer,
        publisher: Publisher,
        saved: SnapshotFolder,
        dimension: int,
        ready_max_lag: int | None = None,
        settle_seconds: float = 300,
    ) -> None:
        """Nothing runs before `start`; `has_caught_up` means at most `ready_max_lag` changes are missing.

        After `settle_seconds` without a change the delta is merged, however small.
        """
        self._database = database
        self._client = client
        self._indexer = indexer
        self._publisher = publisher
        self._saved = saved
        self._dimension = dimension
        self._settle_seconds = settle_seconds
        self._model_id = publisher.current.model_id
        self._epoch: str | None = None
        """The history of the feed that the positions count in."""
        self._aside: Publisher | None = None
        """Reads another history from its beginning, while what was read before is served."""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="feed-follower", daemon=True)
        self._ready_max_lag = ready_max_lag
        self.is_restored = False
        self.has_caught_up = ready_max_lag is None
        """Once since the start, or no catalog was there to catch up with: what is stored is the best there is."""
        self.latest_seq = 0
        """Newest feed position that the catalog has told of."""
        self.is_reachable = False
        self._caught_up_at = monotonic()
        self.on_stored: Callable[[], None] = lambda: None
        """Called after the store has changed."""
        self.on_forgotten: Callable[[], None] = lambda: None
        """Called when the store was emptied for another catalog's feed."""

    @property
    def positions_behind(self) -> int:
        """Between the newest change known of and the served snapshot."""
        return max(0, self.latest_seq - self._reading.current.feed_seq)

    @property
    def seconds_behind(self) -> float:
        """Since the served snapshot was last known to hold everything; 0 while it does."""
        return monotonic() - self._caught_up_at if self.positions_behind or not self.is_reachable else 0.0

    def start(self) -> None:
        """Begin in the background."""
        self._thread.start()

    def stop(self) -> None:
        """End after the page in hand."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=30)

    def restore(self) -> None:
        """Serve what the store holds: the newest saved base, then what came after it; embeds nothing it knows."""
        with self._database.read() as session:
            feed_seq, self._epoch = read_position(session, FeedPositionRow)
        self._saved.feed_epoch = self._epoch
        loaded = self._saved.load_newest(not_after=feed_seq)
        if loaded:
            self._publisher.start_from(*loaded)
        self._replay(loaded[1] if loaded else 0, feed_seq)
        self.latest_seq = max(self.latest_seq, feed_seq)
        self.is_restored = True
        _log.info("restored", documents=self._publisher.current.size, feed_seq=feed_seq, from_saved=bool(loaded))

    def follow_once(self, *, wait: bool) -> bool:
        """Read one page; True if it held changes. Raises FeedUnreachableError."""
        after = self._reading.current.feed_seq
        page = self._client.changes(after, wait=wait and self._aside is None)
        self.is_reachable = True
        if page.latest_seq < after or is_other_history(self._epoch, page.epoch):
            self._start_over(page, is_shorter=page.latest_seq < after)
            return True
        self._epoch = self._saved.feed_epoch = page.epoch or self._epoch
        self.latest_seq = page.latest_seq
        try:
            if page.items:
                self._take(page)
        except PositionLost:
            self._read_aside(page.epoch)
            return True
        is_settled = self._aside is None
        self._publish_aside()
        self._note_lag()
        return bool(page.items) or not is_settled

    @property
    def _reading(self) -> Publisher:
        return self._aside or self._publisher

    def _run(self) -> None:
        pause_seconds, changed_at = 0.1, monotonic()
        while not self._stopping.is_set():
            try:
                if not self.is_restored:
                    self.restore()
                if self.follow_once(wait=True):
                    changed_at = monotonic()
                elif monotonic() - changed_at < self._settle_seconds:
                    self._publisher.merge_when_idle()
                else:
                    self._publisher.settle()
                pause_seconds = 0.1
            except Exception as error:  # noqa: BLE001 - the outer loop: whatever it was, log, wait, go on
                if isinstance(error, FeedUnreachableError):
                    self._note_unreachable()
                _log.warning("follower_paused", error=type(error).__name__, pause_seconds=pause_seconds)
                self._stopping.wait(pause_seconds)
                pause_seconds = min(2 * pause_seconds, _LONGEST_PAUSE_SECONDS)

    def _note_lag(self) -> None:
        if not self.positions_behind:
            self._caught_up_at = monotonic()
        if self._ready_max_lag is not None and self.positions_behind <= self._ready_max_lag:
            self.has_caught_up = True

    def _note_unreachable(self) -> None:
        self.is_reachable = False
        self.has_caught_up = True

    def _take(self, page: ChangePage) -> None:
        """Store a page's newest revisions and the position in one transaction, then publish them.

        What another replica has read further is taken from the store as it is: newer than the page tells, never older.
        Raises PositionLost.
        """
        changes, ahead = self._unserved(page)
        active = [change for change in changes if change.status is ProfileStatus.ACTIVE]
        indexed = self._indexer.index([_version(change) for change in active])
        hashes = {one.document.entry.profile_id: one.hashes for one in indexed}
        with self._database.write() as session:
            raise_position(
                session,
                FeedPositionRow,
                after=self._reading.current.feed_seq,
                to=page.next_after,
                epoch=page.epoch,
                model_id=self._model_id,
            )
            repositories.write_documents(session, [_document_row(change, hashes) for change in changes])
            erasures = {one.profile_id: one.erasure_id for one in page.items if one.erasure_id is not None}
            erased_repository.note_erased(session, erasures)
        withdrawn = [change.profile_id for change in changes if change.status is not ProfileStatus.ACTIVE]
        withdrawn += [row.profile_id for row in ahead if not row.is_active]
        documents = [one.document for one in indexed] + self._indexed(ahead)
        self._reading.apply(documents, withdrawn, page.next_after)
        self.on_stored()

    def _unserved(self, page: ChangePage) -> tuple[list[ProfileChange], list[DocumentRow]]:
        """The newest change of each profile that is not served; and what is stored of those that the store is ahead of.

        What is stored but not served was read by another replica on the same database.
        """
        newest = {change.profile_id: change for change in sorted(page.items, key=lambda change: change.revision)}
        served = self._reading.current
        unserved = {key: change for key, change in newest.items() if change.revision > served.revision(key)}
        with self._database.read() as session:
            stored = repositories.revisions(session, unserved)
            ahead = [key for key, change in unserved.items() if stored.get(key, 0) > change.revision]
            rows = repositories.documents_of(session, ahead)
        overtaken = {row.profile_id for row in rows}
        return (
            [change for key, change in unserved.items() if key not in overtaken],
            [row for row in rows if row.revision > served.revision(row.profile_id)],
        )

    def _indexed(self, rows: list[DocumentRow]) -> list[IndexedDocument]:
        return [one.document for one in self._indexer.index([stored_version(row) for row in rows if row.is_active])]

    def _replay(self, after: int, position: int) -> None:
        """Publish stored documents changed after a position; into a base of their own where there is none."""
        publisher = self._reading
        is_first = publisher.current.base.size == 0
        indexed: dict[str, Indexed | None] = {}  # by profile, the newest: it may be revised while this reads
        while True:
            with self._database.read() as session:
                rows = repositories.documents_after(session, after, _RESTORE_PAGE)
            if not rows:
                break
            after = rows[-1].feed_seq
            indexed |= {row.profile_id: None for row in rows}
            active = self._indexer.index([stored_version(row) for row in rows if row.is_active])
            indexed |= {one.document.entry.profile_id: one for one in active}
        withdrawn = [key for key, one in indexed.items() if one is None]
        documents = [one.document for _, one in sorted(indexed.items()) if one is not None]
        if is_first and documents:
            base = build_segment(documents, self._dimension)
            if self._aside is None:  # what is read aside is saved once it is whole
                self._saved.save(base, position)
            publisher.start_from(base, position)
        else:
            publisher.apply(documents, withdrawn, position)

    def _start_over(self, page: ChangePage, *, is_shorter: bool) -> None:
        """The feed tells another history than what was read: another catalog, or one restored from a backup."""
        _log.warning("feed_restarted", read=self._reading.current.feed_seq)
        # First: without the position, a base of the other history could later be taken for one of this.
        self._saved.clear()
        with self._database.write() as session:
            if start_over(
                session,
                FeedPositionRow,
                latest_seq=page.latest_seq,
                epoch=page.epoch,
                is_shorter=is_shorter,
                model_id=self._model_id,
            ):
                repositories.forget_documents(session)
        self._read_aside(page.epoch)

    def _read_aside(self, epoch: str | None) -> None:
        """Read from the beginning; vectors stay, and what was read before is served until all is read."""
        self._epoch = self._saved.feed_epoch = epoch
        self._aside = Publisher(dimension=self._dimension, model_id=self._model_id)
        self.latest_seq = 0
        self.on_forgotten()

    def _publish_aside(self) -> None:
        """Serve what was read aside, once that is everything."""
        if self._aside is None or self._aside.current.feed_seq < self.latest_seq:
            return
        self._aside.merge()
        read = self._aside.current
        self._saved.save(read.base, read.feed_seq)
        self._publisher.start_from(read.base, read.feed_seq)
        self._aside = None


def _version(change: ProfileChange) -> ProfileVersion:
    return ProfileVersion(profile_id=change.profile_id, revision=change.revision, profile=change.profile)


def _document_row(change: ProfileChange, hashes: dict[str, PassageHashes]) -> dict[str, object]:
    cut = hashes.get(change.profile_id)
    return {
        "profile_id": change.profile_id,
        "revision": change.revision,
        "feed_seq": change.feed_seq,
        "is_active": change.status is ProfileStatus.ACTIVE,
        "profile_json": profile_json(change.profile),
        "passage_hashes": cut.packed() if cut else "",
    }
