"""Keeps a replica's snapshot in step with the store that an indexer on the same database writes."""

from services.matcher import repositories
from services.matcher.feed.client import FeedUnreachableError
from services.matcher.feed.follower import Follower
from services.matcher.feed_positions import read_position
from services.matcher.tables import FeedPositionRow
from shared.kit.polling import Polling

_LOOK_EVERY_SECONDS = 0.25
_ASK_EVERY_SECONDS = 2.0


class StoreFollower(Follower):
    """Reads stored documents and their vectors; the feed's entries are read, embedded and stored by the indexer.

    The catalog is asked only how long its feed is, by a thread of its own, so that `lag` tells the distance to it and a
    catalog that is away holds up nothing.
    """

    _asking: Polling | None = None
    _emptied: int | None = None

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
            stored, self._saved.feed_epoch = read_position(session, FeedPositionRow)
        served = self._publisher.current.feed_seq
        if self._emptied not in (None, emptied):
            self._forget_served()
            self.on_forgotten()
            served = 0
        self._emptied = emptied
        if stored == served:
            self._note_lag_if_asked()
            self._stopping.wait(_LOOK_EVERY_SECONDS if wait else 0)
            return False
        self._replay(served, stored)
        self.latest_seq = max(self.latest_seq, stored)
        self._note_lag_if_asked()
        self.on_stored()
        return True

    def ask_for_length(self) -> None:
        """Learn the feed's newest position."""
        try:
            page = self._client.changes(self._publisher.current.feed_seq, wait=False)
        except FeedUnreachableError:
            self._note_unreachable()
            return
        self.latest_seq = page.latest_seq
        self.is_reachable = True

    def restore(self) -> None:
        """As an indexer does, and remember which store this was."""
        with self._database.read() as session:
            self._emptied = repositories.times_emptied(session)
        super().restore()

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
