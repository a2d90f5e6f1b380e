"""What every pair of two groups scores, and who may not meet: the served rules and scores of both sides."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from services.matcher.allocation.problem import Mask
from services.matcher.matching.matchmaker import Matchmaker, floor_of
from services.matcher.matching.pipeline import Prepared, ScoredMatch
from services.matcher.matching.pool import MeasuredRows
from services.matcher.matching.subject import Subject
from services.matcher.retrieval.legs import word_legs
from services.matcher.retrieval.segment import Segment
from services.matcher.retrieval.snapshot import Snapshot
from services.matcher.scoring.policy import RankingPolicy
from services.matcher.scoring.policy import Scores as PolicyScores
from shared.contracts.allocations import AllocationRequest
from shared.contracts.matches import MatchRequest


class _Place(NamedTuple):
    """Where a pair's measurements stand."""

    measured: MeasuredRows
    row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PairScores:
    """Every pair of both groups. The smaller group asks: a pair scores the same whichever side does."""

    scores: PolicyScores = field(repr=False)
    """Calibrated, in [0, 1], (first, second)."""
    refused: Mask = field(repr=False)
    """Pairs that a rule of either side, a deadline or an introduction keeps apart, (first, second)."""
    floors: PolicyScores = field(repr=False)
    """(first, second)"""
    is_first_asking: bool
    policy: RankingPolicy
    _subjects: Sequence[Subject] = field(repr=False)
    _prepared: Sequence[Prepared] = field(repr=False)
    _places: Sequence[dict[int, _Place]] = field(repr=False)

    @property
    def introduced(self) -> list[tuple[str, str]]:
        """Who asks, and whom it was introduced to: no version names these, though they decide."""
        pairs = [(one.entry.profile_id, other) for one in self._subjects for other in one.introduced]
        return sorted(pairs)

    def scored(self, first: int, second: int) -> tuple[Subject, ScoredMatch]:
        """A pair with what its score is made of: who asks, and the other as its match."""
        asking, asked = (first, second) if self.is_first_asking else (second, first)
        place = self._places[asking][asked]
        [match] = self._prepared[asking].scorer.matches(place.measured, np.array([place.row]))
        return self._subjects[asking], match


def pair_scores(
    request: AllocationRequest,
    first: Sequence[str],
    second: Sequence[str],
    matchmaker: Matchmaker,
    snapshot: Snapshot,
) -> PairScores:
    """Of profiles that the snapshot holds. Raises PolicyNotFound."""
    is_first_asking = len(first) <= len(second)
    asking, asked = (first, second) if is_first_asking else (second, first)
    targets = _Targets(asked, snapshot)
    shape = len(asking), len(asked)
    scores, refused, floors = np.zeros(shape), np.ones(shape, dtype=bool), np.zeros(shape)
    subjects, prepareds, places = [], [], []
    policy = matchmaker.policy_of(MatchRequest(subject_id=asking[0], target_kinds=targets.kinds, policy=request.policy))
    for row, profile_id in enumerate(asking):
        question = MatchRequest(
            subject_id=profile_id, target_kinds=targets.kinds, floor=request.floor, as_of=request.as_of
        )
        subject = matchmaker.asking(profile_id, snapshot)
        prepared = matchmaker.prepared(question, subject, snapshot, policy)
        found = targets.measured(prepared)
        for column, place in found.items():
            scores[row, column] = place.measured.scores[place.row]
            refused[row, column] = not place.measured.eligible.mask[place.measured.signals.rows[place.row]]
            entry = place.measured.eligible.segment.entries[place.measured.signals.rows[place.row]]
            floors[row, column] = floor_of(question, policy, prepared, entry)
        subjects.append(subject)
        prepareds.append(prepared)
        places.append(found)
    return PairScores(
        scores=scores if is_first_asking else scores.T,
        refused=refused if is_first_asking else refused.T,
        floors=floors if is_first_asking else floors.T,
        is_first_asking=is_first_asking,
        policy=policy,
        _subjects=subjects,
        _prepared=prepareds,
        _places=places,
    )


class _Targets:
    """Where the asked group stands in the segments of a snapshot."""

    def __init__(self, ids: Sequence[str], snapshot: Snapshot) -> None:
        self._by_segment: dict[int, dict[int, int]] = {}
        kinds = set()
        for column, profile_id in enumerate(ids):
            found = snapshot.find(profile_id)
            assert found is not None  # the caller has looked every participant up in the same snapshot
            segment, row = found
            self._by_segment.setdefault(id(segment), {})[row] = column
            kinds.add(segment.entries[row].attributes.kind)
        self.kinds = tuple(sorted(kinds))

    def measured(self, prepared: Prepared) -> dict[int, _Place]:
        """Each of the group, by its column, measured for one who asks."""
        places = {}
        for eligible in prepared.eligible:
            columns = self._of(eligible.segment)
            if not columns:
                continue
            legs = word_legs(prepared.words, eligible.segment.aspects)
            for measured in prepared.scorer.final(eligible, legs, np.array(sorted(columns))):
                for place, row in enumerate(measured.signals.rows.tolist()):
                    places[columns[row]] = _Place(measured, place)
        return places

    def _of(self, segment: Segment) -> dict[int, int]:
        return self._by_segment.get(id(segment), {})
