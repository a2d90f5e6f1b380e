"""A thread that looks at something again and again, and outlives whatever that raises."""

import threading
from collections.abc import Callable

import structlog

from shared.kit.errors import ServiceError

_log = structlog.get_logger("polling")


class Polling:
    """Calls `look` every so many seconds; a failure is a line in the log, and the next look comes all the same."""

    def __init__(self, name: str, look: Callable[[], None], *, every_seconds: float) -> None:
        """`name` is the thread's, and stands in the log."""
        self._name = name
        self._look = look
        self._every_seconds = every_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Look in the background."""
        self._thread.start()

    def stop(self) -> None:
        """End soon."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stopping.wait(self._every_seconds):
            try:
                self._look()
            except ServiceError as error:
                _log.warning("cannot look", thread=self._name, problem=error.detail)
            except Exception:  # noqa: BLE001 - the thread must outlive whatever a database raises
                _log.exception("cannot look", thread=self._name)
