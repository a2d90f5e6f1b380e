"""When a failed delivery is tried again, when it is given up, and when a whole endpoint is left alone; pure."""

from dataclasses import dataclass
from datetime import timedelta

_TOLERATED_FAILURES = 2
_MOST_DOUBLINGS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How patient the catalog is."""

    first_wait: timedelta
    longest_wait: timedelta
    most_attempts: int
    gives_up_after: timedelta
    longest_rest: timedelta
    """Of an endpoint that fails again and again."""

    def wait_after(self, attempts: int, draw: float) -> timedelta:
        """How long to wait after so many failed attempts: doubled each time up to the longest, half of it by chance.

        `draw` is in [0, 1). Receivers that come back are so not met by everything at once (full and equal jitter:
        Brooker 2015).
        """
        whole = _doubled(self.first_wait, attempts - 1, self.longest_wait)
        return whole * (0.5 + 0.5 * draw)

    def is_given_up(self, attempts: int, age: timedelta) -> bool:
        """Whether a delivery that has just failed is tried no more."""
        return attempts >= self.most_attempts or age >= self.gives_up_after

    def is_resting(self, failures: int) -> bool:
        """Whether an endpoint has failed so often in a row that it is spared."""
        return failures > _TOLERATED_FAILURES

    def rest_after(self, failures: int) -> timedelta:
        """How long an endpoint gets nothing at all after so many failures in a row; the first two cost nothing."""
        if not self.is_resting(failures):
            return timedelta()
        return _doubled(self.first_wait, failures - _TOLERATED_FAILURES - 1, self.longest_rest)


def _doubled(first: timedelta, times: int, longest: timedelta) -> timedelta:
    return longest if times > _MOST_DOUBLINGS else min(first * 2**times, longest)
