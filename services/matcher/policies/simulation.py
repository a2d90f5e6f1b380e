"""A draft policy beside another one on the same subjects and the same snapshot: who moves, and by which signal."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from services.matcher.matching.matchmaker import Matchmaker, floor_of
from services.matcher.matching.pipeline import Prepared, ScoredMatch, match
from services.matcher.matching.stored import stored_subject
from services.matcher.retrieval.legs import word_legs
from services.matcher.retrieval.snapshot import Snapshot
from services.matcher.scoring.directed import Directed
from services.matcher.scoring.policy import RankingPolicy
from shared.contracts.matches import MatchRequest
from shared.contracts.simulations import Change, SignalShift, SimulationRequest
from shared.contracts.vocabularies import Signal

_LEAST_SHIFT = 1e-9
_SHIFTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One counterpart under both policies."""

    old: ScoredMatch
    new: ScoredMatch
    old_rank: int | None
    new_rank: int | None

    @property
    def change(self) -> Change:
        """What the draft does to it."""
        if self.old_rank is None:
            return Change.ENTERED
        if self.new_rank is None:
            return Change.LEFT
        if self.old_rank == self.new_rank:
            return Change.STAYED
        return Change.UP if self.new_rank < self.old_rank else Change.DOWN

    @property
    def moved_by(self) -> tuple[SignalShift, ...]:
        """Signals by how much their contributions changed, the largest first, ties by name."""
        forward, backward = (_shifts(old, new) for old, new in self._directions())
        shifts = [
            SignalShift(signal=signal, forward=forward.get(signal, 0.0), backward=backward.get(signal, 0.0))
            for signal in Signal
            if abs(forward.get(signal, 0.0)) + abs(backward.get(signal, 0.0)) > _LEAST_SHIFT
        ]
        shifts.sort(key=lambda one: (-abs(one.forward) - abs(one.backward), one.signal))
        return tuple(shifts[:_SHIFTS])

    def _directions(self) -> Iterator[tuple[Directed, Directed]]:
        yield self.old.forward, self.new.forward
        yield self.old.backward, self.new.backward


def simulate(
    request: SimulationRequest,
    draft: RankingPolicy,
    against: RankingPolicy,
    matchmaker: Matchmaker,
    snapshot: Snapshot,
) -> Iterator[tuple[str, list[Moved]]]:
    """Each subject with its list under the draft, and at its end who left. Raises SubjectNotFound."""
    for subject_id in request.subject_ids:
        asked = MatchRequest(subject_id=subject_id, target_kinds=request.target_kinds, limit=request.limit)
        subject = stored_subject(subject_id, snapshot)
        old, new = (matchmaker.prepared(asked, subject, snapshot, policy) for policy in (against, draft))
        old_ranks, new_ranks = _ranks(asked, against, old), _ranks(asked, draft, new)
        left = [target_id for target_id in old_ranks if target_id not in new_ranks]
        yield (
            subject_id,
            [
                Moved(
                    old=_scored(target_id, old, snapshot),
                    new=_scored(target_id, new, snapshot),
                    old_rank=old_ranks.get(target_id),
                    new_rank=new_ranks.get(target_id),
                )
                for target_id in (*new_ranks, *left)
            ],
        )


def _ranks(request: MatchRequest, policy: RankingPolicy, prepared: Prepared) -> Mapping[str, int]:
    """Rank by id of those that the list would hold, in its order."""
    matches = match(prepared, request.limit).matches
    above = [one.entry for one in matches if one.score >= floor_of(request, policy, prepared, one.entry)]
    return {entry.profile_id: rank for rank, entry in enumerate(above, start=1)}


def _scored(target_id: str, prepared: Prepared, snapshot: Snapshot) -> ScoredMatch:
    found = snapshot.find(target_id)
    assert found is not None  # it was ranked on this very snapshot
    segment, row = found
    [eligible] = [one for one in prepared.eligible if one.segment is segment]
    return prepared.scorer.scored_row(eligible, word_legs(prepared.words, segment.aspects), row)


def _shifts(old: Directed, new: Directed) -> dict[Signal, float]:
    before = {part.signal: part.contribution for part in old.parts}
    after = {part.signal: part.contribution for part in new.parts}
    return {signal: after.get(signal, 0.0) - before.get(signal, 0.0) for signal in {*before, *after}}
