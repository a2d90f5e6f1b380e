"""One list drafted from the lists of two policies, in which every promise of reranking still holds."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from services.matcher.interleaving.team_draft import Drafted, Places, Team, team_draft
from services.matcher.matching.comparison_source import LiveComparison
from services.matcher.matching.pipeline import ScoredMatch
from services.matcher.matching.reranking import Arranged, ranked, rerank_settings
from services.matcher.retrieval.snapshot import Snapshot
from services.matcher.runs.answered import DraftedRun
from services.matcher.runs.run_ids import asked, named_digest
from services.matcher.scoring.policy import RankingPolicy
from services.matcher.scoring.rerank import Move, Ranked, RerankSettings, open_places
from shared.contracts.matches import MatchRequest, RerankOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Whose choice each result of a list is."""

    comparison: LiveComparison
    results: tuple[Drafted, ...]
    """In the order of the list."""

    @property
    def recorded(self) -> DraftedRun:
        """As it is kept beside the run."""
        return DraftedRun(comparison_id=self.comparison.comparison_id, results=self.results)

    def policies(self) -> Mapping[str, RankingPolicy]:
        """By profile id, the policy whose score a result has."""
        return {one.target_id: self.comparison.policy_of(one.team) for one in self.results}


def drafted_list(
    lists: Mapping[Team, Arranged], comparison: LiveComparison, request: MatchRequest, snapshot: Snapshot
) -> tuple[Arranged, Draft]:
    """The two lists as one; each result keeps the score, and the reason for its move, of the policy that chose it."""
    rankings = {team: [one.entry.profile_id for one in lists[team].matches] for team in Team}
    first, second = rankings[Team.FIRST], rankings[Team.SECOND]
    seed = draft_seed(comparison.comparison_id, request, snapshot)
    drafted = team_draft(first, second, request.limit, seed, _places(lists, request, snapshot))
    scored = {team: {one.entry.profile_id: one for one in lists[team].matches} for team in Team}
    left_out, reasons = _left_out(lists, {*first, *second})
    arranged = Arranged(
        matches=tuple(scored[one.team][one.target_id] for one in drafted),
        moves={**reasons, **_moves(drafted, lists)},
        left_out=left_out,
    )
    return arranged, Draft(comparison=comparison, results=tuple(drafted))


def draft_seed(comparison_id: str, request: MatchRequest, snapshot: Snapshot) -> tuple[int, ...]:
    """Coins of an answer: the same for equal requests on equal versions, and thrown anew where either changes."""
    named = {
        "comparison": comparison_id,
        "request": asked(request),
        "snapshot": snapshot.version,
        "model": snapshot.model_id,
    }
    digest = named_digest(named)
    return tuple(int.from_bytes(digest[start : start + 8]) for start in range(0, len(digest), 8))


class ListPlaces:
    """Places of a list that keeps the limit of each organisation and the newcomers' share."""

    def __init__(self, candidates: Sequence[Ranked], settings: RerankSettings) -> None:
        self._ids = np.array([one.profile_id for one in candidates], dtype=object)
        self._rows = {one.profile_id: row for row, one in enumerate(candidates)}
        self._open = open_places(candidates, settings)

    def allowed(self) -> Collection[str]:
        """Who may have the next place."""
        return set(self._ids[self._open.allowed()].tolist())

    def take(self, target_id: str) -> None:
        """Give it away."""
        self._open.take(self._rows[target_id])


def _places(lists: Mapping[Team, Arranged], request: MatchRequest, snapshot: Snapshot) -> Places | None:
    """Both lists keep the limits already; that does not make one drafted from them keep them."""
    if request.rerank == RerankOptions():
        return None
    matches = {one.entry.profile_id: one for team in Team for one in lists[team].matches}
    # Exposure and capacity look at the target alone: whom they bar stands in neither list.
    candidates = [ranked(one, snapshot, lambda _: 0, {}) for one in matches.values()]
    return ListPlaces(candidates, rerank_settings(request))


def _moves(drafted: Sequence[Drafted], lists: Mapping[Team, Arranged]) -> dict[str, Move]:
    """From the rank by score under its policy to the rank in the drafted list."""
    return {
        one.target_id: replace(move, to_rank=rank)
        for rank, one in enumerate(drafted, start=1)
        if (move := lists[one.team].moves.get(one.target_id)) is not None
    }


def _left_out(
    lists: Mapping[Team, Arranged], listed: Collection[str]
) -> tuple[tuple[ScoredMatch, ...], dict[str, Move]]:
    """Whom reranking took out under either policy and neither lists; under the first one where both did."""
    found: dict[str, tuple[ScoredMatch, Move]] = {}
    for team in Team:
        for one in lists[team].left_out:
            profile_id = one.entry.profile_id
            if profile_id not in listed:
                found.setdefault(profile_id, (one, lists[team].moves[profile_id]))
    ordered = sorted((scored for scored, _ in found.values()), key=lambda one: (-one.score, one.entry.profile_id))
    return tuple(ordered), {profile_id: move for profile_id, (_, move) in found.items()}
