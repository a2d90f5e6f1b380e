"""The thread of a reader of the feed: page after page, and a pause after whatever went wrong."""

import threading
from abc import ABC, abstractmethod

import structlog

_FIRST_PAUSE_SECONDS = 0.1


class FeedReader(ABC):
    """Reads in a thread of its own, so that no entity of the feed waits behind another."""

    def __init__(self, what: str, *, thread: str, longest_pause_seconds: float = 2.0) -> None:
        """`what` is read, as the log calls it; nothing runs before `start`."""
        self._what = what
        self._thread_log = structlog.get_logger(thread)
        self._longest_pause_seconds = longest_pause_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=thread, daemon=True)

    @abstractmethod
    def follow_once(self, *, wait: bool) -> bool:
        """Take one page; True if it held anything. `wait` lets the catalog hold an empty page back."""

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

    def _run(self) -> None:
        pause_seconds = _FIRST_PAUSE_SECONDS
        while not self._stopping.is_set():
            try:
                self.follow_once(wait=True)
                pause_seconds = _FIRST_PAUSE_SECONDS
            except Exception as error:  # noqa: BLE001 - the outer loop: whatever it was, log, wait, go on
                self._thread_log.warning(
                    f"{self._what}_paused", error=type(error).__name__, pause_seconds=pause_seconds
                )
                self._stopping.wait(pause_seconds)
                pause_seconds = min(2 * pause_seconds, self._longest_pause_seconds)
