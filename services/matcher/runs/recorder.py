"""Writes answered runs in the background, so that no answer waits for the disk, and finds them again."""

import threading
from collections import Counter
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta

import structlog

from services.matcher import erased_repository, run_repository
from services.matcher.runs.answered import AnsweredRun, RecordedRun, recorded_run, run_row
from services.matcher.runs.exposure import ExposureCounts
from services.matcher.runs.run_ids import is_run_id
from services.matcher.runs.waiting import Batch, WaitingRun, WaitingRuns
from shared.kit.database import Database, DatabaseUnavailable

_log = structlog.get_logger("runs")
_BATCH_SIZE = 200
_WRITE_EVERY_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 5.0
_PRUNE_EVERY = timedelta(minutes=10)
_RELOAD_EVERY = timedelta(minutes=5)
_PRUNED_AT_ONCE = 500


def utc_now() -> datetime:
    """The clock of the running service."""
    return datetime.now(UTC)


class RunRecorder:
    """One thread writes what `record` is given, about ten times a second and 200 runs at a time.

    A run is lost when the queue is full, when the process is killed within that tenth of a second, or when the
    database is away until the end; the client has its answer all the same.
    """

    def __init__(
        self,
        database: Database,
        *,
        clock: Callable[[], datetime] = utc_now,
        retention: timedelta,
        max_waiting_runs: int,
        max_waiting_bytes: int,
    ) -> None:
        """Nothing runs before `start`; runs are kept for `retention` after they were last answered."""
        self._database = database
        self._clock = clock
        self._retention = retention
        self.exposure = ExposureCounts()
        self._waiting = WaitingRuns(self.exposure, max_runs=max_waiting_runs, max_bytes=max_waiting_bytes)
        self._writing = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="run-recorder", daemon=True)
        self._reported_dropped = 0
        self._prune_at = self._reload_at = datetime.min.replace(tzinfo=UTC)

    def start(self) -> None:
        """Load the exposures and begin in the background. Raises DatabaseUnavailable."""
        self.load_exposures()
        self._thread.start()

    def close(self) -> None:
        """Write what waits, then stop; later runs are dropped."""
        self._waiting.close()
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=30)
        try:
            self.write_waiting()
        except DatabaseUnavailable:
            self._waiting.give_up(self._waiting.oldest(len(self._waiting)))
        self._report_dropped()

    @property
    def dropped(self) -> int:
        """Runs that were answered but not recorded, since the start."""
        return self._waiting.dropped

    def record(self, run: AnsweredRun) -> None:
        """Have a run written soon; never waits for the database and raises nothing."""
        self._waiting.add(run, self._clock())

    def find(self, run_id: str) -> RecordedRun | None:
        """A run that was recorded and is not pruned; repeats of the last moment may not be counted yet.

        Raises DatabaseUnavailable.
        """
        if not is_run_id(run_id):
            return None
        waiting = self._waiting.find(run_id)  # looked up first: between the two it may move into the database
        with self._database.read() as session:
            row = run_repository.find_run(session, run_id)
        return waiting if row is None else recorded_run(row)

    def erasure_of(self, run_id: str) -> str | None:
        """The erasure for which a run was deleted; None where it was not. Raises DatabaseUnavailable."""
        if not is_run_id(run_id):
            return None
        with self._database.read() as session:
            return erased_repository.erasure_of_run(session, run_id)

    def write_waiting(self) -> None:
        """Write all that waits now. Raises DatabaseUnavailable, and then what is left waits on."""
        with self._writing:
            for _ in range(0, len(self._waiting), _BATCH_SIZE):
                self._write(self._waiting.oldest(_BATCH_SIZE))

    def load_exposures(self) -> None:
        """Read all stored counts, other replicas' among them. Raises DatabaseUnavailable."""
        with self._writing, self._database.read() as session:
            self.exposure.replace_stored(run_repository.read_exposures(session))
        self._reload_at = self._clock() + _RELOAD_EVERY

    def prune(self) -> int:
        """Delete runs past the retention, in small transactions; how many. Raises DatabaseUnavailable."""
        before, total, pruned = self._clock() - self._retention, 0, _PRUNED_AT_ONCE
        while pruned == _PRUNED_AT_ONCE and not self._stopping.is_set():
            self.write_waiting()  # nobody's run waits for a long clean-up
            with self._database.write() as session:
                pruned = run_repository.prune_runs(session, before=before, limit=_PRUNED_AT_ONCE)
            total += pruned
        self._prune_at = self._clock() + _PRUNE_EVERY
        return total

    def work_once(self) -> None:
        """What the thread does each time: write, and prune and read other replicas' exposures when it is time.

        Raises DatabaseUnavailable.
        """
        self.write_waiting()
        now = self._clock()
        if now >= self._prune_at:
            self.prune()
        if now >= self._reload_at:
            self.load_exposures()

    def _run(self) -> None:
        pause_seconds = _WRITE_EVERY_SECONDS
        while not self._stopping.wait(pause_seconds):
            try:
                self.work_once()
                pause_seconds = _WRITE_EVERY_SECONDS
            except Exception as error:  # noqa: BLE001 - the outer loop: whatever it was, log, wait, go on
                pause_seconds = min(2 * pause_seconds, _LONGEST_PAUSE_SECONDS)
                _log.warning("recorder_paused", error=type(error).__name__, pause_seconds=pause_seconds)
            self._report_dropped()

    def _write(self, batch: Batch) -> None:
        try:
            exposures = self._store(batch)
        except DatabaseUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - a run that no database takes must not hold up all later ones
            _log.error("runs_refused", runs=len(batch), error=type(error).__name__)
            self._waiting.give_up(batch)
        else:
            self._waiting.settle(batch, exposures)

    def _store(self, batch: Batch) -> dict[str, int]:
        """Write a batch in one transaction; the exposures it changed."""
        with self._database.read() as session:
            stored = run_repository.stored_ids(session, [each.run.run_id for each in batch])
        # Packed before the transaction, which holds up other writers; another replica may insert the same meanwhile.
        rows = [
            run_row(each.run, each.answered, each.first, each.last) for each in batch if each.run.run_id not in stored
        ]
        with self._database.write() as session:
            new = run_repository.insert_new_runs(session, rows)
            run_repository.add_repeats(session, [_repeat(each) for each in batch if each.run.run_id not in new])
            run_repository.insert_drafts(session, [draft for each in batch if (draft := _draft(each, new)) is not None])
            shown = Counter(one for each in batch if each.run.run_id in new for one in each.run.shown)
            return run_repository.raise_exposures(session, shown)

    def _report_dropped(self) -> None:
        dropped = self.dropped
        if dropped > self._reported_dropped:
            _log.warning("runs_dropped", runs=dropped - self._reported_dropped, in_all=dropped)
            self._reported_dropped = dropped


def _draft(each: WaitingRun, new: Collection[str]) -> run_repository.Draft | None:
    """The draft of a run that is stored now; a list without a result was shown to nobody."""
    run = each.run
    if run.draft is None or run.subject_id is None or not run.draft.results or run.run_id not in new:
        return None
    return run_repository.Draft(
        run_id=run.run_id,
        comparison_id=run.draft.comparison_id,
        subject_id=run.subject_id,
        teams={one.target_id: one.team.value for one in run.draft.results},
    )


def _repeat(each: WaitingRun) -> run_repository.Repeat:
    return run_repository.Repeat(run_id=each.run.run_id, answered=each.answered, last_answered_at=each.last)
