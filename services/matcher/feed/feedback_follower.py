"""Keeps the matcher's store of feedback in step with the catalog's feed."""

import threading

import structlog

from services.matcher.feed.client import FeedClient
from services.matcher.feed_positions import is_other_history, raise_position, read_position, start_over
from services.matcher.judgments import feedback_repository
from services.matcher.tables import FeedbackPositionRow
from shared.contracts.changes import FeedbackChangePage
from shared.kit.database import Database

_log = structlog.get_logger("feedback-follower")
_LONGEST_PAUSE_SECONDS = 2.0


class FeedbackFollower:
    """A thread of its own with a position of its own: profiles never wait behind feedback, nor the other way round."""

    def __init__(self, database: Database, client: FeedClient) -> None:
        """Nothing runs before `start`."""
        self._database = database
        self._client = client
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="feedback-follower", daemon=True)

    def start(self) -> None:
        """Begin in the background."""
        self._thread.start()

    def stop_soon(self) -> None:
        """End after the page in hand; does not wait for it."""
        self._stopping.set()

    def stop(self) -> None:
        """End after the page in hand."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=30)

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

    def _run(self) -> None:
        pause_seconds = 0.1
        while not self._stopping.is_set():
            try:
                self.follow_once(wait=True)
                pause_seconds = 0.1
            except Exception as error:  # noqa: BLE001 - the outer loop: whatever it was, log, wait, go on
                _log.warning("feedback_paused", error=type(error).__name__, pause_seconds=pause_seconds)
                self._stopping.wait(pause_seconds)
                pause_seconds = min(2 * pause_seconds, _LONGEST_PAUSE_SECONDS)

    def _forget(self, page: FeedbackChangePage, *, is_shorter: bool) -> None:
        """The feed tells another history than what was read of it. Start over, unless a replica has begun to."""
        with self._database.write() as session:
            if start_over(
                session, FeedbackPositionRow, latest_seq=page.latest_seq, epoch=page.epoch, is_shorter=is_shorter
            ):
                feedback_repository.forget_events(session)
                _log.warning("feedback_restarted")
