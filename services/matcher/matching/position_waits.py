"""Requests that wait until a feed position is served: few at a time, and not for long."""

from threading import BoundedSemaphore

from services.matcher.retrieval.publisher import Publisher

_MOST_AT_ONCE = 16
"""Each holds a worker thread; those beyond are told to come back at once."""


class PositionWaits:
    """What a reader of its own writes goes through before the snapshot is taken."""

    def __init__(self, longest_seconds: float) -> None:
        self._longest_seconds = longest_seconds
        self._places = BoundedSemaphore(_MOST_AT_ONCE)

    def wait(self, publisher: Publisher, min_feed_seq: int | None) -> None:
        """Return once the position is served, or the time is over: whoever takes the snapshot judges what it holds."""
        if min_feed_seq is None or publisher.current.feed_seq >= min_feed_seq:
            return
        if self._places.acquire(blocking=False):
            try:
                publisher.wait_until(min_feed_seq, timeout_seconds=self._longest_seconds)
            finally:
                self._places.release()
