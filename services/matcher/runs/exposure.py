"""In how many recorded answers each profile stood: stored counts, and those of runs not written yet."""

import threading
from collections import Counter
from collections.abc import Iterable, Mapping


class ExposureCounts:
    """In memory and thread-safe; starts empty until the stored counts are put in.

    A run counts from the moment it is handed over. That it only repeats a stored one is known when it is written, a
    tenth of a second later; then it counts no longer. Other replicas' runs are seen when the stored counts are read.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stored: dict[str, int] = {}
        self._waiting: Counter[str] = Counter()

    def exposure_of(self, profile_id: str) -> int:
        """The number of recorded answers that proposed it; 0 for one that was never shown."""
        with self._lock:
            return self._stored.get(profile_id, 0) + self._waiting.get(profile_id, 0)

    def add_waiting(self, shown: Iterable[str]) -> None:
        """Count a run that waits to be written."""
        with self._lock:
            for profile_id in shown:
                self._waiting[profile_id] += 1

    def settle(self, waited: Mapping[str, int], stored: Mapping[str, int]) -> None:
        """Runs were written, or given up: they wait no longer, and these are the stored counts now."""
        with self._lock:
            self._waiting.subtract(waited)
            for profile_id in waited:
                if self._waiting[profile_id] <= 0:
                    del self._waiting[profile_id]
            self._stored.update(stored)

    def replace_stored(self, stored: dict[str, int]) -> None:
        """Take over all stored counts, read after the last `settle`."""
        with self._lock:
            self._stored = stored
