"""From scored matches to the list that is answered: organisations, diversity, newcomers, exposure, capacity."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from services.matcher.matching.pipeline import ScoredMatch
from services.matcher.retrieval.snapshot import Snapshot
from services.matcher.scoring.rerank import Move, Ranked, RerankSettings, rerank
from shared.contracts.matches import MatchRequest, RerankOptions

NEWCOMER_DEALS = 2
"""With so many past deals, awards or users or fewer, a profile is a newcomer."""
_DEEPEST = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Arranged:
    """The list in the order it is answered, and what reranking moved or left out."""

    matches: tuple[ScoredMatch, ...]
    moves: Mapping[str, Move]
    """By profile id."""
    left_out: tuple[ScoredMatch, ...]


def pool_size(request: MatchRequest) -> int:
    """How many of the best reranking may choose from: just the list where nothing can move."""
    return request.limit if request.rerank == RerankOptions() else min(_DEEPEST, 10 * request.limit + 50)


def arrange(
    matches: Sequence[ScoredMatch],
    request: MatchRequest,
    snapshot: Snapshot,
    exposure_of: Callable[[str], int],
    taken: Mapping[str, int],
) -> Arranged:
    """Rerank matches that are best first."""
    if request.rerank == RerankOptions():
        return Arranged(matches=tuple(matches[: request.limit]), moves={}, left_out=())
    by_id = {one.entry.profile_id: one for one in matches}
    candidates = [ranked(one, snapshot, exposure_of, taken) for one in matches]
    reranked = rerank(candidates, rerank_settings(request))
    moves = {move.profile_id: move for move in reranked.moves}
    return Arranged(
        matches=tuple(by_id[place.profile_id] for place in reranked.places),
        moves=moves,
        left_out=tuple(by_id[key] for key, move in moves.items() if move.to_rank is None),
    )


def rerank_settings(request: MatchRequest) -> RerankSettings:
    """What the request lets reranking do."""
    options = request.rerank
    return RerankSettings(
        limit=request.limit,
        max_per_organisation=options.max_per_organisation,
        diversity=options.diversity,
        exposure_cap=options.exposure_cap,
        newcomer_share=options.newcomer_share,
        respect_capacity=options.respect_capacity,
    )


def ranked(one: ScoredMatch, snapshot: Snapshot, exposure_of: Callable[[str], int], taken: Mapping[str, int]) -> Ranked:
    """A match with what reranking looks at."""
    entry = one.entry
    found = snapshot.find(entry.profile_id)
    facts = entry.facts
    total = facts.record.total if facts.record else None
    return Ranked(
        profile_id=entry.profile_id,
        score=one.score,
        organisation_key=facts.organisation,
        vector=None if found is None else found[0].aspects.offer_vectors.vectors[found[1]],
        is_newcomer=total is None or total <= NEWCOMER_DEALS,
        exposure=exposure_of(entry.profile_id),
        capacity=facts.capacity,
        taken=taken.get(entry.profile_id, 0),
    )
