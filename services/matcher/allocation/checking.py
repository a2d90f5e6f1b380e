"""Whether a request fits together, before anything is scored; pure."""

from collections import Counter
from collections.abc import Iterator, Sequence

from shared.contracts.allocations import AllocationRequest, PairOfParticipants, ParticipantGroup
from shared.contracts.problems import FieldProblem

_ONCE = "Name it once."


def request_problems(request: AllocationRequest) -> list[FieldProblem]:
    """Everything that contradicts itself, in the order of the fields."""
    slots = [slot.name for slot in request.slots]
    groups = {"first": request.first, "second": request.second}
    return [
        *_repeated("slots", "name", slots),
        *(problem for name, group in groups.items() for problem in _group_problems(name, group, slots)),
        *_on_both_sides(request),
        *_pair_problems(request, "locks", request.locks),
        *_pair_problems(request, "bans", request.bans),
        *_pair_problems(request, "kept", request.kept),
        *_banned("locks", request.locks, request.bans),
        *_banned("kept", request.kept, request.bans),
        *_kept_problems(request, slots),
        *_crowded(request, slots),
    ]


def ids_of(group: ParticipantGroup) -> list[str]:
    """In their order."""
    return [one.profile_id for one in group.participants]


def _group_problems(name: str, group: ParticipantGroup, slots: Sequence[str]) -> Iterator[FieldProblem]:
    yield from _repeated(f"{name}.participants", "profile_id", ids_of(group))
    for place, one in enumerate(group.participants):
        for number, slot in enumerate(one.available or ()):
            if slot not in slots:
                field = f"{name}.participants.{place}.available.{number}"
                yield FieldProblem(field=field, message="is no slot", fix="Use the name of one of `slots`.")


def _repeated(field: str, part: str, names: Sequence[str]) -> Iterator[FieldProblem]:
    seen = set[str]()
    for place, name in enumerate(names):
        if name in seen:
            yield FieldProblem(field=f"{field}.{place}.{part}", message="is named twice", fix=_ONCE)
        seen.add(name)


def _on_both_sides(request: AllocationRequest) -> Iterator[FieldProblem]:
    others = set(ids_of(request.first))
    for place, name in enumerate(ids_of(request.second)):
        if name in others:
            field = f"second.participants.{place}.profile_id"
            yield FieldProblem(field=field, message="is in the first group too", fix="Leave it in one group.")


def _pair_problems(
    request: AllocationRequest, field: str, pairs: Sequence[PairOfParticipants]
) -> Iterator[FieldProblem]:
    sides = {"first": set(ids_of(request.first)), "second": set(ids_of(request.second))}
    seen = set[tuple[str, str]]()
    for place, pair in enumerate(pairs):
        for side, ids in sides.items():
            if getattr(pair, side) not in ids:
                fix = f"Use a profile_id of {side}.participants."
                yield FieldProblem(field=f"{field}.{place}.{side}", message=f"is not in the {side} group", fix=fix)
        if (pair.first, pair.second) in seen:
            yield FieldProblem(field=f"{field}.{place}", message="is named twice", fix=_ONCE)
        seen.add((pair.first, pair.second))


def _banned(
    field: str, pairs: Sequence[PairOfParticipants], bans: Sequence[PairOfParticipants]
) -> Iterator[FieldProblem]:
    banned = {(one.first, one.second) for one in bans}
    for place, pair in enumerate(pairs):
        if (pair.first, pair.second) in banned:
            fix = "Take it out of one of the two."
            yield FieldProblem(field=f"{field}.{place}", message="is in bans too", fix=fix)


def _kept_problems(request: AllocationRequest, slots: Sequence[str]) -> Iterator[FieldProblem]:
    busy, there = set[tuple[str, str | int]](), _availability(request, slots)
    tables = {slot.name: slot.tables for slot in request.slots}
    for place, kept in enumerate(request.kept):
        if kept.slot not in slots:
            field = f"kept.{place}.slot"
            yield FieldProblem(field=field, message="is no slot", fix="Use the name of one of `slots`.")
            continue
        for side, name in (("first", kept.first), ("second", kept.second)):
            if kept.slot not in there.get(name, slots):
                fix = "Move or drop the meeting, or add the slot to `available`."
                yield FieldProblem(field=f"kept.{place}.{side}", message="is not there in this slot", fix=fix)
            if (name, kept.slot) in busy:
                fix = "Keep one of them."
                yield FieldProblem(field=f"kept.{place}.{side}", message="is in two meetings of this slot", fix=fix)
            busy.add((name, kept.slot))
        if kept.table is not None:
            if kept.table > (tables[kept.slot] or kept.table) or (kept.slot, kept.table) in busy:
                fix = "Leave it out, or name another table of the slot."
                yield FieldProblem(field=f"kept.{place}.table", message="is taken or does not exist", fix=fix)
            busy.add((kept.slot, kept.table))
    for place, slot in enumerate(request.slots):
        held = sum(one.slot == slot.name for one in request.kept)
        if slot.tables is not None and held > slot.tables:
            fix = f"Give it {held} tables, or keep fewer."
            yield FieldProblem(field=f"slots.{place}.tables", message=f"{held} kept meetings do not fit", fix=fix)


def _crowded(request: AllocationRequest, slots: Sequence[str]) -> Iterator[FieldProblem]:
    """Participants in more locks and kept meetings than they can have."""
    there = _availability(request, slots)
    pairs = {(one.first, one.second) for one in (*request.locks, *request.kept)}
    for side, group in (("first", request.first), ("second", request.second)):
        meant = Counter(pair[side == "second"] for pair in pairs)
        for place, one in enumerate(group.participants):
            most = min(capacity_of(group, place, len(slots)), len(there[one.profile_id]))
            if meant[one.profile_id] > most:
                message = f"is in {meant[one.profile_id]} locks and kept meetings, and can have {most} meetings"
                fix = "Raise its capacity, add slots to `available`, or take locks back."
                yield FieldProblem(field=f"{side}.participants.{place}", message=message, fix=fix)


def capacity_of(group: ParticipantGroup, place: int, slots: int) -> int:
    """Most meetings of one participant of a group."""
    own = group.participants[place].capacity
    capacity = group.capacity if own is None else own
    return slots if capacity is None else capacity


def _availability(request: AllocationRequest, slots: Sequence[str]) -> dict[str, Sequence[str]]:
    """By profile id."""
    everybody = (*request.first.participants, *request.second.participants)
    return {one.profile_id: slots if one.available is None else tuple(set(one.available)) for one in everybody}
