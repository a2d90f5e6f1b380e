"""A solved day as it goes out on the wire; what an anonymous poster hides stays hidden here, too."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from services.matcher.allocation.checking import ids_of
from services.matcher.allocation.flow import solver_version
from services.matcher.allocation.posing import PairIndex
from services.matcher.allocation.problem import SCORE_UNIT, Meeting
from services.matcher.allocation.service import Solved
from services.matcher.allocation.shortfalls import shortfalls
from services.matcher.api.answers import shown
from services.matcher.api.explaining import Asked, explained
from services.matcher.embedding.encoder import Encoder
from services.matcher.retrieval.snapshot import Snapshot
from services.matcher.runs.run_ids import named_digest
from services.matcher.scoring.calibration import band_of
from shared.contracts.allocations import (
    AllocatedMeeting,
    Allocation,
    AllocationQuality,
    AllocationShortfall,
    AllocationSide,
    AllocationStatus,
    SeatedParticipant,
)
from shared.contracts.matches import MatchRequest, Provenance
from shared.contracts.profiles import Kind

_MOST_REASONS = 2


def allocation_answer(solved: Solved, encoder: Encoder, at: datetime) -> Allocation:
    """The whole answer."""
    provenance = _provenance(solved)
    seated = [
        [_seated(profile_id, solved.snapshot) for profile_id in ids_of(group)]
        for group in (solved.request.first, solved.request.second)
    ]
    return Allocation(
        id=_allocation_id(solved, provenance),
        previous=solved.previous,
        request=solved.request,
        meetings=tuple(_meetings(solved, seated, encoder)),
        moved=solved.moved,
        shortfalls=tuple(
            AllocationShortfall(
                participant=seated[one.side is AllocationSide.SECOND][one.row],
                side=one.side,
                meetings=one.meetings,
                wanted=one.wanted,
                code=one.code,
                text=one.text,
                counterparts=one.counterparts,
            )
            for one in shortfalls(solved.posed.problem, solved.allocated.meetings, solved.posed.apart)
        ),
        quality=_quality(solved),
        provenance=provenance,
        allocated_at=at,
    )


def _allocation_id(solved: Solved, provenance: Provenance) -> str:
    """`alc_` and half of the SHA-256 of what was asked and of every version it was answered from."""
    named = {
        "request": solved.request.model_dump(mode="json"),
        "previous": solved.previous,
        "provenance": provenance.model_dump(mode="json"),
        "solver": solver_version(),
        "introduced": solved.pairs.introduced,
        "is_out_of_time": solved.allocated.is_out_of_time,
    }
    return f"alc_{named_digest(named).hex()[:32]}"


def _provenance(solved: Solved) -> Provenance:
    return Provenance(
        policy=solved.pairs.policy.revision,
        model=solved.snapshot.model_id,
        snapshot=solved.snapshot.version,
        feed_seq=solved.snapshot.feed_seq,
        as_of=solved.request.as_of,
    )


def _seated(profile_id: str, snapshot: Snapshot) -> SeatedParticipant:
    found = snapshot.find(profile_id)
    assert found is not None  # solved on this very snapshot
    told = shown(found[0].entries[found[1]])
    return SeatedParticipant(profile_id=profile_id, title=told.title, organisation=told.organisation)


def _meetings(solved: Solved, seated: list[list[SeatedParticipant]], encoder: Encoder) -> Iterator[AllocatedMeeting]:
    """By slot, then table."""
    tables = _tables(solved)
    locked = PairIndex(solved.request).mask(solved.request.locks)
    for meeting in sorted(solved.allocated.meetings, key=lambda one: (one.slot, tables[one])):
        subject, match = solved.pairs.scored(meeting.first, meeting.second)
        asked = Asked(subject, _question(solved), solved.snapshot, solved.pairs.policy, encoder)
        explanation = explained(match, asked)
        sides = explanation.for_subject[:_MOST_REASONS], explanation.for_target[:_MOST_REASONS]
        for_first, for_second = sides if solved.pairs.is_first_asking else sides[::-1]
        yield AllocatedMeeting(
            slot=solved.request.slots[meeting.slot].name,
            table=tables[meeting],
            first=seated[0][meeting.first],
            second=seated[1][meeting.second],
            score=match.score,
            band=band_of(match.score, solved.pairs.policy),
            is_locked=bool(locked[meeting.first, meeting.second]),
            is_kept=meeting in solved.posed.kept,
            for_first=for_first,
            for_second=for_second,
        )


def _question(solved: Solved) -> MatchRequest:
    """What a pair is explained in the light of."""
    subject_id = ids_of(solved.request.first)[0]
    return MatchRequest(subject_id=subject_id, target_kinds=tuple(Kind), as_of=solved.request.as_of)


def _tables(solved: Solved) -> Mapping[Meeting, int]:
    """Meetings that stand keep their table; others get the lowest that is free, in the order of the second group."""
    chosen = {
        meeting: one.table
        for meeting, one in zip(solved.posed.kept, solved.request.kept, strict=True)
        if one.table is not None
    }
    taken = {(meeting.slot, table) for meeting, table in chosen.items()}
    for meeting in sorted(solved.allocated.meetings, key=lambda one: (one.slot, one.second)):
        if meeting in chosen:
            continue
        table = next(number for number in range(1, 10_000) if (meeting.slot, number) not in taken)
        taken.add((meeting.slot, table))
        chosen[meeting] = table
    return chosen


def _quality(solved: Solved) -> AllocationQuality:
    allocated = solved.allocated
    score, bound = -allocated.value.lost_score, -allocated.bound.lost_score
    met = {row for one in allocated.meetings for row in ((0, one.first), (1, one.second))}
    everybody = solved.posed.problem.first.size + solved.posed.problem.second.size
    return AllocationQuality(
        status=AllocationStatus.OPTIMAL if allocated.is_optimal else AllocationStatus.FEASIBLE,
        solver=solver_version(),
        is_out_of_time=allocated.is_out_of_time,
        meetings=len(allocated.meetings),
        without_meeting=everybody - len(met),
        shortfall=allocated.value.shortfall + allocated.value.without,
        shortfall_bound=allocated.bound.shortfall + allocated.bound.without,
        total_score=score / SCORE_UNIT,
        score_bound=bound / SCORE_UNIT,
        gap=0.0 if allocated.is_optimal or not bound else max(0.0, 1 - score / bound),
    )
