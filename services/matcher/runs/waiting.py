"""Runs that wait to be written: bounded, and one that is answered many times waits once."""

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from services.matcher.runs.answered import AnsweredRun, RecordedRun
from services.matcher.runs.exposure import ExposureCounts

Batch = tuple["WaitingRun", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRun:
    """A run, and how often, when first and when last it was answered since it began to wait."""

    run: AnsweredRun
    answered: int
    first: datetime
    last: datetime
    is_counted: bool = True
    """Its profiles count as shown; False once it is stored and waits for its repeats only."""


class WaitingRuns:
    """Thread-safe. A run stays here until it is settled, so that it can be found all the time."""

    def __init__(self, exposure: ExposureCounts, *, max_runs: int, max_bytes: int) -> None:
        """`max_bytes` bounds the length of requests and answers together."""
        self._exposure = exposure
        self._max_runs = max_runs
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._runs: dict[str, WaitingRun] = {}
        self._bytes = 0
        self._is_closed = False
        self._dropped = 0

    def __len__(self) -> int:
        return len(self._runs)

    @property
    def dropped(self) -> int:
        """Runs that will never be stored, since the start."""
        return self._dropped

    def add(self, run: AnsweredRun, now: datetime) -> bool:
        """Let a run wait, or count it once more; False, and counted as dropped, where there is no room."""
        with self._lock:
            known = self._runs.get(run.run_id)
            if known is not None and not self._is_closed:
                self._runs[run.run_id] = replace(known, answered=known.answered + 1, last=max(known.last, now))
            elif self._has_room_for(run):
                self._runs[run.run_id] = WaitingRun(run=run, answered=1, first=now, last=now)
                self._bytes += run.size_bytes
                self._exposure.add_waiting(run.shown)
            else:
                self._dropped += 1
                return False
        return True

    def find(self, run_id: str) -> RecordedRun | None:
        """A run that waits, as if it were stored."""
        found = self._runs.get(run_id)
        if found is None:
            return None
        return RecordedRun(
            run_id=run_id,
            request=found.run.request,
            answer=found.run.answer,
            answered=found.answered,
            first_answered_at=found.first,
            last_answered_at=found.last,
        )

    def oldest(self, limit: int) -> Batch:
        """The first `limit` runs as they are now; they go on waiting."""
        with self._lock:
            return tuple(islice(self._runs.values(), limit))

    def settle(self, batch: Batch, stored_exposures: Mapping[str, int]) -> None:
        """A batch was written; what was answered again in the meantime waits on, without being counted as shown."""
        with self._lock:
            for written in batch:
                now = self._runs.pop(written.run.run_id)
                more = now.answered - written.answered
                if more:
                    self._runs[written.run.run_id] = replace(now, answered=more, is_counted=False)
                else:
                    self._bytes -= written.run.size_bytes
            self._exposure.settle(_counted(batch), stored_exposures)

    def give_up(self, batch: Batch) -> None:
        """A batch cannot be written; it and its repeats are dropped."""
        with self._lock:
            for lost in batch:
                self._runs.pop(lost.run.run_id)
                self._bytes -= lost.run.size_bytes
            self._dropped += len(batch)
            self._exposure.settle(_counted(batch), {})

    def close(self) -> None:
        """Take no more runs; those that wait can still be written."""
        with self._lock:
            self._is_closed = True

    def _has_room_for(self, run: AnsweredRun) -> bool:
        is_full = len(self._runs) >= self._max_runs or self._bytes + run.size_bytes > self._max_bytes
        return not (is_full or self._is_closed)


def _counted(batch: Batch) -> Counter[str]:
    return Counter(profile_id for each in batch if each.is_counted for profile_id in each.run.shown)
