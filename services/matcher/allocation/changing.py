"""The request of a day that is solved again: without those who dropped out, with what stays where it is; pure."""

from collections.abc import Collection

from services.matcher.allocation.errors import AllocationInvalid
from services.matcher.allocation.posing import PairIndex
from services.matcher.allocation.problem import Mask
from shared.contracts.allocations import (
    Allocation,
    AllocationChange,
    AllocationRequest,
    KeptMeeting,
    PairOfParticipants,
    ParticipantGroup,
)
from shared.contracts.problems import FieldProblem


def changed_request(before: Allocation, change: AllocationChange) -> AllocationRequest:
    """The new request. Raises AllocationInvalid for names that are not in the day, and where nobody is left."""
    _check_names(before.request, change)
    gone, loose = set(change.dropped), {*change.dropped, *change.released}
    banned = {(one.first, one.second) for one in change.bans}
    kept = tuple(
        KeptMeeting(first=one.first.profile_id, second=one.second.profile_id, slot=one.slot, table=one.table)
        for one in before.meetings
        if not {one.first.profile_id, one.second.profile_id} & loose
        and (one.first.profile_id, one.second.profile_id) not in banned
    )
    locks = [one for one in before.request.locks if (one.first, one.second) not in banned]
    return before.request.model_copy(
        update={
            "first": _without(before.request.first, gone),
            "second": _without(before.request.second, gone),
            "locks": _still_there((*locks, *change.locks), gone),
            "bans": _still_there((*before.request.bans, *change.bans), gone),
            "kept": kept,
        }
    )


def without_refused(
    request: AllocationRequest, index: PairIndex, refused: Mask
) -> tuple[AllocationRequest, tuple[KeptMeeting, ...]]:
    """Meetings that rules refuse by now stay no longer; they come second."""
    moved = tuple(one for one in request.kept if refused[index.of(one)])
    stays = tuple(one for one in request.kept if not refused[index.of(one)])
    return request.model_copy(update={"kept": stays}), moved


def _without(group: ParticipantGroup, gone: Collection[str]) -> ParticipantGroup:
    left = tuple(one for one in group.participants if one.profile_id not in gone)
    return group.model_copy(update={"participants": left})


def _still_there(pairs: Collection[PairOfParticipants], gone: Collection[str]) -> tuple[PairOfParticipants, ...]:
    once = {(one.first, one.second): one for one in pairs if not {one.first, one.second} & set(gone)}
    return tuple(once.values())


def _check_names(request: AllocationRequest, change: AllocationChange) -> None:
    groups = [{one.profile_id for one in group.participants} for group in (request.first, request.second)]
    problems = [
        FieldProblem(field=f"{field}.{place}", message="is not in this day", fix="Use a profile_id of the allocation.")
        for field, names in (("dropped", change.dropped), ("released", change.released))
        for place, name in enumerate(names)
        if name not in groups[0] | groups[1]
    ]
    problems += [
        FieldProblem(field="dropped", message=f"leaves nobody in the {side} group", fix="Keep at least one of them.")
        for side, ids in zip(("first", "second"), groups, strict=True)
        if ids <= set(change.dropped)
    ]
    if problems:
        raise AllocationInvalid(problems)
