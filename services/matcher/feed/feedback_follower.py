"""Keeps the matcher's store of feedback in step with the catalog's feed."""

import structlog

from services.matcher.feed.client import FeedClient
from services.matcher.feed.reader import FeedReader
from services.matcher.feed_positions import is_other_history, raise_position, read_position, start_over
from services.matcher.judgments import feedback_repository
from services.matcher.tables import FeedbackPositionRow
from shared.contracts.changes import FeedbackChangePage
from shared.kit.database import Database

_log = structlog.get_logger("feedback-follower")


class FeedbackFollower(FeedReader):
    """A thread of its own with a position of its own: profiles never wait behind feedback, nor the other way round."""

    def __init__(self, database: Database, client: FeedClient) -> None:
        """Nothing runs before `start`."""
        super().__init__("feedback", thread="feedback-follower")
        self._database = database
        self._client = client

    def follow_once(self, *, wait: bool) -> bool:
        """Store one page and its position in one transaction; True if it held events.

        Raises FeedUnreachableError, DatabaseUnavailable, and PositionLost where another replica has begun anew.
        """
        with self._database.read() as session:
            after, epoch = read_position(session, FeedbackPositionRow)
        page = self._client.feedback(after, wait=wait)
        is_shorter = page.latest_seq < after
        if is_shorter or is_other_history(epoch, page.epoch):
            self._forget(page, is_shorter=is_shorter)
            return True
        if page.items:
            with self._database.write() as session:
                raise_position(session, FeedbackPositionRow, after=after, to=page.next_after, epoch=page.epoch)
                feedback_repository.store_events(session, [change.event for change in page.items])
        return bool(page.items)

    def _forget(self, page: FeedbackChangePage, *, is_shorter: bool) -> None:
        """The feed tells another history than what was read of it. Start over, unless a replica has begun to."""
        with self._database.write() as session:
            if start_over(
                session, FeedbackPositionRow, latest_seq=page.latest_seq, epoch=page.epoch, is_shorter=is_shorter
            ):
                feedback_repository.forget_events(session)
                _log.warning("feedback_restarted")
