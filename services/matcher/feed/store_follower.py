"""Keeps a replica's snapshot in step with the store that an indexer on the same database writes."""

import structlog

from services.matcher import repositories
from services.matcher.feed.client import FeedUnreachableError
from services.matcher.feed.follower import Follower
from services.matcher.feed_positions import is_other_history, read_position
from services.matcher.tables import FeedPositionRow
from shared.kit.polling import Polling

_log = structlog.get_logger("follower")
_LOOK_EVERY_SECONDS = 0.25
_ASK_EVERY_SECONDS = 2.0


class StoreFollower(Follower):
    """Reads stored documents and their vectors; the feed's entries are read, embedded and stored by the indexer.

    The catalog is asked only how long its feed is, by a thread of its own, so that `lag` tells the distance to it and a
    catalog that is away holds up nothing.
    """

    _asking: Polling | None = None
    _emptied: int | None = None
    _told_epoch: str | None = None
    """Whose length `latest_seq` is."""
    _has_asked = False
    """Whether the catalog was asked since the store was last found emptied, and answered or did not."""

    def start(self) -> None:
        """Begin in the background."""
        self._asking = Polling("feed-length", self.ask_for_length, every_seconds=_ASK_EVERY_SECONDS)
        self._asking.start()
        super().start()

    def stop(self) -> None:
        """End soon."""
        super().stop()
        if self._asking is not None:
            self._asking.stop()

    def follow_once(self, *, wait: bool) -> bool:
        """Take over what was stored since; True if it was anything. Raises DatabaseUnavailable."""
        with self._database.read() as session:
            emptied = repositories.times_emptied(session)  # first: a store emptied in between is noticed next time
            stored, epoch = read_position(session, FeedPositionRow)
        if self._emptied not in (None, emptied):
            _log.warning("store_emptied", read=self._reading.current.feed_seq)
            self._saved.clear()
            self._read_aside(epoch)
            self._has_asked = False
        self._emptied, self._epoch, self._saved.feed_epoch = emptied, epoch, epoch
        read = self._reading.current.feed_seq
        if stored != read:
            self._replay(read, stored)
            self.latest_seq = max(self.latest_seq, stored)
            self.on_stored()
        is_published = self._publish_if_whole(is_growing=stored != read)
        self._note_lag_if_asked()
        if stored == read and not is_published:
            self._stopping.wait(_LOOK_EVERY_SECONDS if wait else 0)
        return stored != read or is_published

    def ask_for_length(self) -> None:
        """Learn the feed's newest position."""
        try:
            page = self._client.changes(self._reading.current.feed_seq, wait=False)
        except FeedUnreachableError:
            self._note_unreachable()
            self._has_asked = True
            return
        self.latest_seq, self._told_epoch = page.latest_seq, page.epoch
        self.is_reachable = True
        self._has_asked = True

    def restore(self) -> None:
        """As an indexer does, and remember which store this was."""
        with self._database.read() as session:
            self._emptied = repositories.times_emptied(session)
        super().restore()

    def _publish_if_whole(self, *, is_growing: bool) -> bool:
        """Serve what was read aside once that is all; where no catalog tells how much it is, once no more comes."""
        if self._aside is None or not self._has_asked:
            return False
        if is_other_history(self._epoch, self._told_epoch) if self.is_reachable else is_growing:
            return False
        self._publish_aside()
        return self._aside is None

    def _note_lag_if_asked(self) -> None:
        """What the store holds says nothing about the feed before the catalog was asked."""
        if self.is_reachable:
            self._note_lag()


class NoFeedbackFollower:
    """A replica's: the indexer reads feedback into the database that they share."""

    def start(self) -> None:
        """Nothing to begin."""

    def stop_soon(self) -> None:
        """Nothing to end."""

    def stop(self) -> None:
        """Nothing to end."""
