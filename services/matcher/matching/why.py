"""Why one counterpart is, or is not, among the matches of a subject."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from services.matcher.domain.attributes import Mask
from services.matcher.domain.eligibility import filter_mask
from services.matcher.explain.party import OwnedJudgement
from services.matcher.matching.eligible import Eligible, count_eligible
from services.matcher.matching.pair_rules import judge_pair
from services.matcher.matching.pipeline import Prepared, ScoredMatch
from services.matcher.retrieval.dense import Rows
from services.matcher.retrieval.legs import WordLegs, word_legs
from services.matcher.retrieval.segment import Segment
from services.matcher.retrieval.snapshot import Snapshot
from services.matcher.scoring.policy import Scores
from shared.contracts.profiles import Kind
from shared.contracts.rules import Condition, OpenOn
from shared.contracts.why import DropStage


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Where a pair stands."""

    stage: DropStage
    match: ScoredMatch
    """As it scores, or would score."""
    rank: int | None
    """Among all eligible, by score; None where the target is not eligible."""
    eligible: int
    threshold: float | None
    """The score that would do: of the last place, or the floor; None where none would, or it is in the list."""
    judgements: tuple[OwnedJudgement, ...]


def why(prepared: Prepared, snapshot: Snapshot, target_id: str, *, limit: int, floor: float) -> Why:
    """Follow one target that the snapshot holds through every stage."""
    found = snapshot.find(target_id)
    assert found is not None  # the caller has looked it up in the same snapshot
    segment, row = found
    scorer = prepared.scorer
    legs = [word_legs(prepared.words, one.segment.aspects) for one in prepared.eligible]
    [(eligible, words)] = [
        (one, leg) for one, leg in zip(prepared.eligible, legs, strict=True) if one.segment is segment
    ]
    scored = scorer.scored_row(eligible, words, row)
    judgements = judge_pair(scorer.subject.entry, scored.entry, scorer.scope.rules)
    dropped = _dropped(prepared, eligible, segment, row)
    if dropped is not None:
        return Why(
            stage=dropped,
            match=scored,
            rank=None,
            eligible=count_eligible(prepared.eligible),
            threshold=None,
            judgements=judgements,
        )
    scores = standings(prepared, legs)
    own = float(scores[_eligible_ids(prepared).index(target_id)])
    rank = _rank(own, target_id, scores, prepared)
    stage, threshold = _outcome(scored.score, own, rank, scores, limit=limit, floor=floor)
    return Why(stage=stage, match=scored, rank=rank, eligible=len(scores), threshold=threshold, judgements=judgements)


def _rank(score: float, target_id: str, scores: Scores, prepared: Prepared) -> int:
    """1 and the number of those that stand before the target, ties by id."""
    ids = _eligible_ids(prepared)
    equal = sum(ids[place] < target_id for place in np.flatnonzero(scores == score).tolist())
    return 1 + int(np.count_nonzero(scores > score)) + equal


def _outcome(
    score: float, own: float, rank: int, scores: Scores, *, limit: int, floor: float
) -> tuple[DropStage, float | None]:
    """The stage of an eligible target, and the score that would do where its own does not."""
    if score < floor and own >= 0:
        return DropStage.FLOOR, floor
    if rank > limit:
        return DropStage.LIMIT, float(np.partition(scores, -limit)[-limit])
    return DropStage.RETURNED, None


def _dropped(prepared: Prepared, eligible: Eligible, segment: Segment, row: int) -> DropStage | None:
    """The first stage that refuses the target; None where it is scored."""
    scope, subject = prepared.scorer.scope, prepared.scorer.subject
    entry = segment.entries[row]
    if entry.profile_id == subject.profile_id:
        return DropStage.SAME_PROFILE
    if not segment.targets[row]:
        return DropStage.HIDDEN
    if entry.profile_id in subject.introduced:
        return DropStage.INTRODUCED
    if scope.as_of is not None and not _keeps(segment, OpenOn(day=scope.as_of), row):
        return DropStage.NOT_OPEN
    if any(not _keeps(segment, condition, row) for condition in scope.filters):
        return DropStage.FILTERS
    return DropStage.RULES if eligible.failed[row] else None


def _keeps(segment: Segment, condition: Condition, row: int) -> bool:
    kept: Mask = filter_mask(segment.attributes, condition)
    return bool(kept[row])


def standings(prepared: Prepared, legs: Sequence[WordLegs]) -> Scores:
    """What orders all eligible targets, segment after segment: scores as answered.

    Whom the readable weights do not bring before a learned model stands below all others, in their order: score - 1.
    """
    scorer = prepared.scorer
    parts = list(zip(prepared.eligible, legs, strict=True))
    rows = [np.flatnonzero(one.mask) for one in prepared.eligible]
    found = [scorer.final_scores(*part, of_part) for part, of_part in zip(parts, rows, strict=True)]
    for kind, rescoring in scorer.rescorings.items():
        pools = [of_part[_of_kind(one, of_part, kind)] for (one, _), of_part in zip(parts, rows, strict=True)]
        for part, of_part, pool, kept, scores in zip(
            parts, rows, pools, scorer.brought_forward(parts, pools, rescoring.model.depth), found, strict=True
        ):
            is_behind = np.isin(of_part, np.setdiff1d(pool, kept))
            scores[is_behind] = scorer.scores(*part, of_part[is_behind]) - 1
    return np.concatenate(found)


def _of_kind(eligible: Eligible, rows: Rows, kind: Kind) -> Mask:
    mask: Mask = eligible.segment.attributes.kind_mask([kind])[rows]
    return mask


def _eligible_ids(prepared: Prepared) -> list[str]:
    return [
        one.segment.entries[row].profile_id for one in prepared.eligible for row in np.flatnonzero(one.mask).tolist()
    ]
