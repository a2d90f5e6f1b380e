"""Lists drafted from two policies on random profiles: what was promised holds, and equal requests stay equal."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from math import ceil
from typing import Any

import pytest

from services.matcher.interleaving.team_draft import Team
from services.matcher.matching.comparison_source import LiveComparison
from services.matcher.matching.drafting import draft_seed
from services.matcher.matching.indexing import Indexer
from services.matcher.matching.matchmaker import Answer, Matchmaker
from services.matcher.matching.reranking import NEWCOMER_DEALS
from services.matcher.policies.documents import policy_of
from services.matcher.retrieval.publisher import Publisher
from services.matcher.scoring.policy import RankingPolicy
from services.matcher.scoring.shipped import SHIPPED_POLICY
from shared.contracts.matches import MatchRequest
from shared.contracts.policies import PolicyDocument
from shared.contracts.profiles import Kind
from tests.matcher.encoders import HashingEncoder
from tests.matcher.profile_collections import ALL_KINDS, make_publisher, random_versions

NEAR = policy_of(
    PolicyDocument.model_validate(
        {"base": SHIPPED_POLICY.revision, "everywhere": {"region": {"weight": 2}}, "floor": 0.35}
        | {"directed": {f"{one}>{other}": {"region": {"weight": 2}} for one in Kind for other in Kind}}
    ),
    SHIPPED_POLICY,
    "near-2",
)
EVERY_PAIR = frozenset(frozenset((one, other)) for one in Kind for other in Kind)
COMPARISON = LiveComparison(comparison_id="cmp_1", first=SHIPPED_POLICY, second=NEAR, share=1.0, pairs=EVERY_PAIR)
SUBJECTS = [f"p{number:04}" for number in range(0, 60, 3)]


class Always:
    """A ComparisonSource of one comparison."""

    def of(self, request: MatchRequest, kind: Kind) -> LiveComparison | None:
        """The one, where it takes the request."""
        return COMPARISON if COMPARISON.takes(request, kind) else None


class BothPolicies:
    """A PolicySource of the two."""

    active = SHIPPED_POLICY

    def named(self, revision: str) -> RankingPolicy:
        """By its name."""
        return {one.revision: one for one in (SHIPPED_POLICY, NEAR)}[revision]


@pytest.fixture(scope="module")
def publisher(shared_indexer: Indexer) -> Publisher:
    """Profiles of 25 organisations."""
    versions = [
        replace(one, profile=one.profile.model_copy(update={"organisation": f"Organisation {number % 25} (fictional)"}))
        for number, one in enumerate(random_versions(11, 300))
    ]
    return make_publisher(shared_indexer, versions)


@pytest.fixture(scope="module")
def matchmaker(publisher: Publisher, shared_indexer: Indexer) -> Iterator[Matchmaker]:
    yield Matchmaker(
        publisher=publisher,
        indexer=shared_indexer,
        encoder=HashingEncoder(),
        policies=BothPolicies(),
        comparisons=Always(),
        exposure_of=lambda profile_id: int(profile_id[1:]) % 5,
    )


def ask(matchmaker: Matchmaker, subject_id: str, **fields: Any) -> Answer:
    body = {"subject_id": subject_id, "target_kinds": ALL_KINDS, "limit": 12} | fields
    return matchmaker.answer(MatchRequest.model_validate(body), matchmaker.current)


def ids(answer: Answer) -> list[str]:
    return [one.entry.profile_id for one in answer.arranged.matches]


def each_alone(matchmaker: Matchmaker, subject_id: str, **fields: Any) -> dict[Team, Answer]:
    """The same request under each policy."""
    return {team: ask(matchmaker, subject_id, policy=COMPARISON.policy_of(team).revision, **fields) for team in Team}


def test_both_policies_disagree_so_that_there_is_something_to_draft(matchmaker: Matchmaker) -> None:
    alone = [each_alone(matchmaker, subject_id) for subject_id in SUBJECTS]
    assert all(ids(one[Team.FIRST]) != ids(one[Team.SECOND]) for one in alone)
    teams = Counter(one.team for subject_id in SUBJECTS for one in drafted(ask(matchmaker, subject_id)))
    assert min(teams.values()) > sum(teams.values()) / 3


def drafted(answer: Answer) -> Any:
    assert answer.draft is not None
    return answer.draft.results


@pytest.mark.parametrize("fields", [{}, {"floor": 0.45}, {"floor": 0.0, "fusion": "product"}], ids=str)
def test_each_result_has_the_score_and_the_floor_of_the_policy_that_chose_it(
    matchmaker: Matchmaker, fields: dict[str, Any]
) -> None:
    for subject_id in SUBJECTS:
        answer, alone = ask(matchmaker, subject_id, **fields), each_alone(matchmaker, subject_id, **fields)
        assert ids(answer) == [one.target_id for one in drafted(answer)]
        for scored, result in zip(answer.arranged.matches, drafted(answer), strict=True):
            assert scored in alone[result.team].arranged.matches
        union = {*ids(alone[Team.FIRST]), *ids(alone[Team.SECOND])}
        assert len(ids(answer)) == min(12, len(union))
        assert answer.eligible == alone[Team.FIRST].eligible


def test_equal_requests_are_equal_and_other_requests_throw_other_coins(
    matchmaker: Matchmaker, publisher: Publisher
) -> None:
    for subject_id in SUBJECTS:
        first, again = (ask(matchmaker, subject_id, record_run=is_recorded) for is_recorded in (True, False))
        assert first.arranged == again.arranged
        assert first.draft == again.draft
    snapshot = publisher.current
    requests = [MatchRequest(subject_id="p0000", target_kinds=(Kind.PROJECT,), limit=limit) for limit in range(1, 9)]
    seeds = {draft_seed(name, one, snapshot) for one in requests for name in ("cmp_1", "cmp_2")}
    assert len(seeds) == 16


def test_no_more_of_an_organisation_than_asked(matchmaker: Matchmaker) -> None:
    was_needed = False
    for subject_id in SUBJECTS:
        plain, answer = (
            ask(matchmaker, subject_id, floor=0, rerank=options) for options in ({}, {"max_per_organisation": 1})
        )
        was_needed |= max(organisations(plain).values(), default=0) > 1
        assert max(organisations(answer).values(), default=0) <= 1
        assert len(ids(answer)) == 12
    assert was_needed


def organisations(answer: Answer) -> Counter[str]:
    keys = (one.entry.facts.organisation for one in answer.arranged.matches)
    return Counter(key for key in keys if key is not None)


@pytest.mark.parametrize("share", [0.25, 0.75])
def test_newcomers_have_their_share_of_the_drafted_list(matchmaker: Matchmaker, share: float) -> None:
    for subject_id in SUBJECTS:
        answer = ask(matchmaker, subject_id, floor=0, rerank={"newcomer_share": share})
        records = [one.entry.facts.record for one in answer.arranged.matches]
        totals = [record.total if record else None for record in records]
        newcomers = sum(total is None or total <= NEWCOMER_DEALS for total in totals)
        assert newcomers >= ceil(share * 12)


def test_who_was_shown_too_often_stands_in_neither_half(matchmaker: Matchmaker) -> None:
    for subject_id in SUBJECTS:
        answer = ask(matchmaker, subject_id, floor=0, rerank={"exposure_cap": 3})
        assert all(int(profile_id[1:]) % 5 <= 3 for profile_id in ids(answer))
        assert {one.entry.profile_id for one in answer.arranged.left_out}.isdisjoint(ids(answer))


def test_moves_lead_to_the_rank_in_the_drafted_list(matchmaker: Matchmaker) -> None:
    moved = 0
    for subject_id in SUBJECTS:
        answer = ask(matchmaker, subject_id, floor=0, rerank={"diversity": 0.7})
        ranks = {profile_id: rank for rank, profile_id in enumerate(ids(answer), start=1)}
        for profile_id, move in answer.arranged.moves.items():
            moved += move.to_rank is not None
            assert move.to_rank == ranks.get(profile_id)
    assert moved


def test_who_names_a_policy_or_has_no_stored_profile_gets_one_policys_list(matchmaker: Matchmaker) -> None:
    assert ask(matchmaker, "p0000", policy="near-2").draft is None
    text = MatchRequest.model_validate({"text": {"text": "solid electrolyte"}, "target_kinds": ["project"]})
    assert matchmaker.answer(text, matchmaker.current).draft is None


def test_near_misses_are_the_first_policys(matchmaker: Matchmaker) -> None:
    for subject_id in SUBJECTS[:6]:
        answer = ask(matchmaker, subject_id, near_misses=5)
        assert answer.near_misses == each_alone(matchmaker, subject_id, near_misses=5)[Team.FIRST].near_misses
