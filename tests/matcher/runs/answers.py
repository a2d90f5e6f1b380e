"""Small answered runs, a clock that stands still, and a recorder whose thread is not started."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from services.matcher.runs.answered import AnsweredRun, DraftedRun, request_json
from services.matcher.runs.recorder import RunRecorder
from shared.contracts.matches import MatchRequest, Provenance
from shared.contracts.profiles import Kind
from shared.kit.database import Database

BEGINNING = datetime(2026, 11, 24, 8, tzinfo=UTC)
PROVENANCE = Provenance(policy="project-1", model="hashing/p1", snapshot="s7.7+0", feed_seq=2**40)


@dataclass(slots=True)
class StoppedClock:
    """Moves when it is told to."""

    now: datetime = BEGINNING

    def __call__(self) -> datetime:
        return self.now

    def pass_time(self, time: timedelta) -> None:
        self.now += time


def id_of(name: str) -> str:
    """A run id of the right form."""
    return f"run_{sha256(name.encode()).hexdigest()[:32]}"


def make_run(name: str, *shown: str, size: int = 0, draft: DraftedRun | None = None) -> AnsweredRun:
    """A run whose answer is no real one, and `size` bytes longer than its name."""
    request = MatchRequest(subject_id="prf_1", target_kinds=(Kind.PROJECT,))
    return AnsweredRun(
        run_id=id_of(name),
        request=request_json(request),
        answer=f'{{"运行":  "{name}{"." * size}"}}'.encode(),
        subject_id=request.subject_id,
        provenance=PROVENANCE,
        shown=shown,
        draft=draft,
    )


def make_recorder(
    database: Database, clock: StoppedClock | None = None, *, max_runs: int = 10_000, max_bytes: int = 10_000_000
) -> RunRecorder:
    return RunRecorder(
        database,
        clock=clock or StoppedClock(),
        retention=timedelta(days=90),
        max_waiting_runs=max_runs,
        max_waiting_bytes=max_bytes,
    )
