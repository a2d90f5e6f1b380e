"""Keeps the pairs that are not to be proposed again in step with the catalog's feed."""

import structlog

from services.matcher.feed.client import FeedClient
from services.matcher.feed.reader import FeedReader
from services.matcher.feed_positions import is_other_history
from services.matcher.introductions import repository
from services.matcher.introductions.pairs import IntroducedPairs, KnownIntroduction
from shared.contracts.changes import IntroductionChange
from shared.kit.database import Database

_log = structlog.get_logger("introduction-follower")


class IntroductionFollower(FeedReader):
    """A thread of its own; every replica reads the feed itself, from where the store stood when it started.

    Replicas share the store and not their memories: one that read only what no other had read would miss pairs.
    """

    def __init__(self, database: Database, client: FeedClient, pairs: IntroducedPairs) -> None:
        """Nothing runs before `start`."""
        super().__init__("introductions", thread="introduction-follower")
        self._database = database
        self._client = client
        self._pairs = pairs
        self._position: int | None = None
        self._epoch: str | None = None

    def restore(self) -> None:
        """Know what the store holds. Raises DatabaseUnavailable."""
        with self._database.read() as session:
            self._position, self._epoch = repository.read_position(session)
            self._pairs.take(repository.all_introductions(session))

    def follow_once(self, *, wait: bool) -> bool:
        """Store one page and its position in one transaction, then apply it; True if it held changes.

        Raises FeedUnreachableError and DatabaseUnavailable.
        """
        if self._position is None:
            self.restore()
        assert self._position is not None
        page = self._client.introductions(self._position, wait=wait)
        is_shorter = page.latest_seq < self._position
        if is_shorter or is_other_history(self._epoch, page.epoch):
            self._forget(page.epoch, is_shorter=is_shorter)
            return True
        self._epoch = page.epoch or self._epoch
        if page.items:
            known = [_known(change) for change in page.items]
            with self._database.write() as session:
                repository.store(session, known)
                repository.raise_position(session, page.next_after, self._epoch)
            self._pairs.take(known)
            self._position = page.next_after
        return bool(page.items)

    def _forget(self, epoch: str | None, *, is_shorter: bool) -> None:
        """The feed tells another history than what was read of it. Start over."""
        _log.warning("introductions_restarted", read=self._position)
        with self._database.write() as session:
            repository.start_over(session, epoch, is_shorter=is_shorter)
        self._pairs.forget()
        self._position, self._epoch = 0, epoch


def _known(change: IntroductionChange) -> KnownIntroduction:
    return KnownIntroduction(
        introduction_id=change.introduction_id,
        revision=change.revision,
        subject_id=change.subject_id,
        target_id=change.target_id,
        state=change.state,
        is_told=change.is_told,
        run_id=change.run_id,
        rank=change.rank,
        at=change.changed_at,
    )
