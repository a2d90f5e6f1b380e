"""A polling thread goes on after failures and ends when it is told to."""

import threading

from shared.kit.errors import Unavailable
from shared.kit.polling import Polling


def test_looking_goes_on_after_failures_of_any_sort_and_ends_when_stopped() -> None:
    looks: list[int] = []
    seen_enough = threading.Event()

    def look() -> None:
        looks.append(len(looks))
        if len(looks) == 1:
            raise Unavailable("The database is away.")
        if len(looks) == 2:
            raise ValueError("a fault of ours")
        seen_enough.set()

    polling = Polling("test", look, every_seconds=0.001)
    polling.start()
    assert seen_enough.wait(timeout=10)
    polling.stop()
    ended_at = len(looks)
    assert ended_at >= 3
    assert "test" not in {thread.name for thread in threading.enumerate()}


def test_one_that_never_started_is_stopped_without_waiting() -> None:
    Polling("idle", lambda: None, every_seconds=60).stop()
