"""What is done with allocations: solve, solve again around what stands, keep, look up."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock

import structlog
from sqlalchemy.exc import IntegrityError

from services.matcher.allocation import repository
from services.matcher.allocation.allocating import Allocated, allocate
from services.matcher.allocation.changing import changed_request, without_refused
from services.matcher.allocation.checking import ids_of, request_problems
from services.matcher.allocation.effort import Effort
from services.matcher.allocation.errors import (
    AllocationBusy,
    AllocationInvalid,
    AllocationNotFound,
    LocksCannotMeet,
    ParticipantErased,
)
from services.matcher.allocation.pair_scores import PairScores, pair_scores
from services.matcher.allocation.posing import PairIndex, Posed, check_participants, pose
from services.matcher.erased_repository import erased_among
from services.matcher.matching.matchmaker import Matchmaker
from services.matcher.retrieval.snapshot import Snapshot
from services.matcher.tables import AllocationRow
from shared.contracts.allocations import (
    Allocation,
    AllocationChange,
    AllocationPage,
    AllocationRequest,
    AllocationStatus,
    AllocationSummary,
    KeptMeeting,
    ParticipantGroup,
)
from shared.kit.database import Database
from shared.kit.paging import BadCursor, decode_cursor, encode_cursor

Clock = Callable[[], datetime]
_WAIT_SECONDS = 10.0
"""For allocations that are being solved; longer, and the caller is told to come back."""
_log = structlog.get_logger("allocation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """A day with its timetable, ready to be told."""

    request: AllocationRequest
    previous: str | None
    moved: tuple[KeptMeeting, ...]
    pairs: PairScores = field(repr=False)
    posed: Posed = field(repr=False)
    allocated: Allocated = field(repr=False)
    snapshot: Snapshot = field(repr=False)


class AllocationService:
    """The allocations of one database; solves one at a time, so that matching keeps its cores."""

    def __init__(self, database: Database, effort: Effort, clock: Clock = lambda: datetime.now(UTC)) -> None:
        self._database = database
        self._effort = effort
        self._clock = clock
        self._turn = Lock()

    def solve(self, request: AllocationRequest, matchmaker: Matchmaker) -> Solved:
        """The best timetable of a day. Raises AllocationInvalid, LocksCannotMeet, AllocationBusy, PolicyNotFound."""
        _check(request)
        return self._solve(request, None, (), matchmaker, matchmaker.current, None)

    def resolve(self, allocation_id: str, change: AllocationChange, matchmaker: Matchmaker) -> Solved:
        """A stored day without those who dropped out, around what stands. Raises as `solve`, and AllocationNotFound."""
        before = self.read(allocation_id)
        request = changed_request(before, change)
        _check(request)
        snapshot = matchmaker.current
        check_participants(request, snapshot)
        pairs = _scored(request, matchmaker, snapshot)
        request, moved = without_refused(request, PairIndex(request), pairs.refused)
        return self._solve(request, allocation_id, moved, matchmaker, snapshot, pairs)

    def _solve(
        self,
        request: AllocationRequest,
        previous: str | None,
        moved: tuple[KeptMeeting, ...],
        matchmaker: Matchmaker,
        snapshot: Snapshot,
        pairs: PairScores | None,
    ) -> Solved:
        if not self._turn.acquire(timeout=_WAIT_SECONDS):
            raise AllocationBusy("Other allocations are being solved; ask again shortly.", retry_after_seconds=15)
        try:
            check_participants(request, snapshot)
            pairs = pairs or _scored(request, matchmaker, snapshot)
            posed = pose(request, pairs)
            allocated = allocate(posed.problem, posed.kept, self._effort)
        finally:
            self._turn.release()
        _check_locks(request, allocated)
        _log.info("allocated", meetings=len(allocated.meetings), is_optimal=allocated.is_optimal)
        return Solved(
            request=request,
            previous=previous,
            moved=moved,
            pairs=pairs,
            posed=posed,
            allocated=allocated,
            snapshot=snapshot,
        )

    def keep(self, allocation: Allocation) -> Allocation:
        """Store an allocation; one of the same id that is stored already is given back instead.

        Raises ParticipantErased.
        """
        row = AllocationRow(
            allocation_id=allocation.id,
            name=allocation.request.name,
            previous=allocation.previous,
            status=allocation.quality.status.value,
            meetings=len(allocation.meetings),
            answer=allocation.model_dump_json(),
            created_at=allocation.allocated_at,
        )
        try:
            with self._database.write() as session:
                known = repository.find_allocation(session, allocation.id)
                if known is None:
                    seated = {one.profile_id for group in _groups(allocation) for one in group.participants}
                    if erased_among(session, seated):
                        raise ParticipantErased
                    session.add(row)
                    return allocation
                return Allocation.model_validate_json(known.answer)
        except IntegrityError:  # the same day was solved by another replica at the same moment
            return self.read(allocation.id)

    def now(self) -> datetime:
        """When an allocation that is told now was made."""
        return self._clock()

    def read(self, allocation_id: str) -> Allocation:
        """One allocation as it was answered. Raises AllocationNotFound."""
        with self._database.read() as session:
            row = repository.find_allocation(session, allocation_id)
            if row is None:
                raise AllocationNotFound(
                    f"allocation_id: no allocation {allocation_id[:100]!r}. GET /v1/allocations lists them."
                )
            return Allocation.model_validate_json(row.answer)

    def page(self, cursor: str | None, limit: int) -> AllocationPage:
        """Allocations, newest first. Raises BadCursor."""
        before = None if cursor is None else _key(cursor)
        with self._database.read() as session:
            rows = repository.list_allocations(session, before=before, limit=limit + 1)
            items = tuple(_summary(row) for row in rows[:limit])
        more = len(rows) > limit
        last = encode_cursor(rows[limit - 1].created_at.isoformat(), rows[limit - 1].allocation_id) if more else None
        return AllocationPage(items=items, next_cursor=last)


def _groups(allocation: Allocation) -> tuple[ParticipantGroup, ParticipantGroup]:
    return allocation.request.first, allocation.request.second


def _scored(request: AllocationRequest, matchmaker: Matchmaker, snapshot: Snapshot) -> PairScores:
    return pair_scores(request, ids_of(request.first), ids_of(request.second), matchmaker, snapshot)


def _check(request: AllocationRequest) -> None:
    problems = request_problems(request)
    if problems:
        raise AllocationInvalid(problems)


def _check_locks(request: AllocationRequest, allocated: Allocated) -> None:
    index: Collection[tuple[int, int]] = {(one.first, one.second) for one in allocated.meetings}
    of = PairIndex(request).of
    missed = [place for place, lock in enumerate(request.locks) if of(lock) not in index]
    if missed:
        raise LocksCannotMeet(missed)


def _key(cursor: str) -> tuple[datetime, str]:
    moment, allocation_id = decode_cursor(cursor, str, str)
    try:
        parsed = datetime.fromisoformat(str(moment))
    except ValueError:
        raise BadCursor from None
    if parsed.tzinfo is None:
        raise BadCursor
    return parsed, str(allocation_id)


def _summary(row: AllocationRow) -> AllocationSummary:
    return AllocationSummary(
        id=row.allocation_id,
        name=row.name,
        previous=row.previous,
        status=AllocationStatus(row.status),
        meetings=row.meetings,
        allocated_at=row.created_at,
    )
