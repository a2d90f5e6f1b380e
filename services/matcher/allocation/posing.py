"""From a request and the scores of its pairs to the problem that is solved."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from services.matcher.allocation.checking import capacity_of, ids_of
from services.matcher.allocation.errors import AllocationInvalid
from services.matcher.allocation.pair_scores import PairScores
from services.matcher.allocation.problem import SCORE_UNIT, Mask, Meeting, Problem, Side
from services.matcher.allocation.shortfalls import Apart
from services.matcher.retrieval.snapshot import Snapshot
from shared.contracts.allocations import AllocationObjective, AllocationRequest, PairOfParticipants, ParticipantGroup
from shared.contracts.problems import FieldProblem
from shared.contracts.vocabularies import Visibility


@dataclass(frozen=True, slots=True, kw_only=True)
class Posed:
    """A problem with what stands already, and why pairs are kept apart."""

    problem: Problem = field(repr=False)
    kept: tuple[Meeting, ...] = field(repr=False)
    apart: Apart = field(repr=False)


def check_participants(request: AllocationRequest, snapshot: Snapshot) -> None:
    """Raise AllocationInvalid for profiles that are not known, or that are never shown to anybody."""
    problems = []
    for side, group in (("first", request.first), ("second", request.second)):
        for place, profile_id in enumerate(ids_of(group)):
            found = snapshot.find(profile_id)
            path = f"{side}.participants.{place}.profile_id"
            if found is None:
                fix = "Take it out (`dropped` where a day is solved again), or wait until the matcher has read it."
                problems.append(FieldProblem(field=path, message="no active profile has this id", fix=fix))
            elif found[0].entries[found[1]].visibility is Visibility.HIDDEN:
                fix = "Set its visibility to public or anonymous, or take it out."
                problems.append(FieldProblem(field=path, message="is hidden, and shown to nobody", fix=fix))
    if problems:
        raise AllocationInvalid(problems)


def pose(request: AllocationRequest, pairs: PairScores) -> Posed:
    """Raises AllocationInvalid where rules refuse a lock or a meeting that should stay."""
    index = PairIndex(request)
    banned, locked = index.mask(request.bans), index.mask(request.locks)
    standing = index.mask(request.kept)
    _check_not_refused(request, index, pairs.refused)
    below = (pairs.scores < pairs.floors) & ~locked & ~standing & ~pairs.refused & ~banned
    problem = Problem(
        first=_side(request, request.first, index.slots),
        second=_side(request, request.second, index.slots),
        allowed=~(pairs.refused | banned | below),
        scores=np.maximum(np.rint(pairs.scores * SCORE_UNIT).astype(np.int64), 1),
        tables=np.array([_tables(request, slot.tables) for slot in request.slots], dtype=np.int64),
        locked=locked & ~standing,
    )
    kept = tuple(Meeting(*index.of(one), index.slots[one.slot]) for one in request.kept)
    apart = Apart(refused=pairs.refused, banned=banned & ~pairs.refused, below_floor=below)
    return Posed(problem=problem, kept=kept, apart=apart)


class PairIndex:
    """Rows of a request's participants and slots by their names."""

    def __init__(self, request: AllocationRequest) -> None:
        self._first = {name: row for row, name in enumerate(ids_of(request.first))}
        self._second = {name: row for row, name in enumerate(ids_of(request.second))}
        self.slots = {slot.name: place for place, slot in enumerate(request.slots)}

    def of(self, pair: PairOfParticipants) -> tuple[int, int]:
        """Rows of both."""
        return self._first[pair.first], self._second[pair.second]

    def mask(self, pairs: Sequence[PairOfParticipants]) -> Mask:
        """True at each of the pairs, (first, second)."""
        mask = np.zeros((len(self._first), len(self._second)), dtype=bool)
        for pair in pairs:
            mask[self.of(pair)] = True
        return mask


def _check_not_refused(request: AllocationRequest, index: PairIndex, refused: Mask) -> None:
    problems = [
        FieldProblem(
            field=f"{field}.{place}",
            message="a rule, a deadline or an introduction of one side keeps this pair apart",
            fix=f"Take it out, or change the rule: GET /v1/matches/why?subject={pair.first}&target={pair.second}",
        )
        for field, pairs in (("locks", request.locks), ("kept", request.kept))
        for place, pair in enumerate(pairs)
        if refused[index.of(pair)]
    ]
    if problems:
        raise AllocationInvalid(problems)


def _side(request: AllocationRequest, group: ParticipantGroup, slots: dict[str, int]) -> Side:
    size, everybody = len(group.participants), request.objective is AllocationObjective.PARTICIPATION
    available = np.ones((size, len(slots)), dtype=bool)
    for row, one in enumerate(group.participants):
        if one.available is not None:
            available[row] = False
            available[row, [slots[name] for name in one.available]] = True
    minimums = [group.minimum if one.minimum is None else one.minimum for one in group.participants]
    return Side(
        available=available,
        capacity=np.array([capacity_of(group, row, len(slots)) for row in range(size)], dtype=np.int64),
        minimum=np.array(minimums, dtype=np.int64),
        must_meet=np.full(size, everybody),
    )


def _tables(request: AllocationRequest, tables: int | None) -> int:
    fewest = min(len(request.first.participants), len(request.second.participants))
    return fewest if tables is None else min(tables, fewest)
