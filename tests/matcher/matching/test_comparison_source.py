"""Which requests take part in a comparison."""

from typing import Any

import pytest

from services.matcher.interleaving.team_draft import Team
from services.matcher.matching.comparison_source import LiveComparison, NoComparisons, lot
from services.matcher.scoring.shipped import SHIPPED_POLICY
from shared.contracts.matches import MatchRequest
from shared.contracts.profiles import Kind
from tests.factories import profile_body

PAIR = frozenset({Kind.PROJECT, Kind.INVESTOR})


def comparison(share: float = 1.0, **fields: Any) -> LiveComparison:
    values: dict[str, Any] = {"pairs": frozenset({PAIR}), "comparison_id": "cmp_1"} | fields
    return LiveComparison(first=SHIPPED_POLICY, second=SHIPPED_POLICY, share=share, **values)


def request(**fields: Any) -> MatchRequest:
    return MatchRequest.model_validate({"subject_id": "prf_1", "target_kinds": ["investor"]} | fields)


@pytest.mark.parametrize(
    ("fields", "kind", "is_taken"),
    [
        ({}, Kind.PROJECT, True),
        ({"target_kinds": ["project"]}, Kind.INVESTOR, True),
        ({"limit": 3, "rerank": {"diversity": 0.5}, "record_run": False}, Kind.PROJECT, True),
        ({}, Kind.SCENARIO, False),
        ({"target_kinds": ["investor", "rd_demand"]}, Kind.PROJECT, False),
        ({"policy": "near-2"}, Kind.PROJECT, False),
        ({"subject_id": None, "text": {"text": "a pump"}}, Kind.PROJECT, False),
        ({"subject_id": None, "profile": profile_body()}, Kind.PROJECT, False),
    ],
)
def test_stored_subjects_take_part_where_all_their_pairs_are_compared(
    fields: dict[str, Any], kind: Kind, is_taken: bool
) -> None:
    assert comparison().takes(request(**fields), kind) is is_taken
    assert not comparison(0.0).takes(request(**fields), kind)
    assert NoComparisons().of(request(**fields), kind) is None


def test_the_share_is_of_subjects_and_each_is_always_in_or_out() -> None:
    some = comparison(0.3)
    taken = {number for number in range(4_000) if some.takes(request(subject_id=f"prf_{number}"), Kind.PROJECT)}
    # 1,200 of 4,000 expected; four standard deviations are 116.
    assert abs(len(taken) - 1_200) < 116
    assert all(some.takes(request(subject_id=f"prf_{number}", limit=3), Kind.PROJECT) for number in taken)
    more = comparison(0.6)
    assert all(more.takes(request(subject_id=f"prf_{number}"), Kind.PROJECT) for number in taken)


def test_another_comparison_draws_other_subjects() -> None:
    drawn = [{number for number in range(1_000) if lot(name, f"prf_{number}") < 0.5} for name in ("cmp_1", "cmp_2")]
    # Of 1,000, 250 are drawn by both where the draws have nothing to do with each other; four deviations are 55.
    assert abs(len(drawn[0] & drawn[1]) - 250) < 55


def test_teams_draft_from_their_own_policies() -> None:
    other = SHIPPED_POLICY.__class__(revision="other", base=SHIPPED_POLICY.base)
    both = LiveComparison(comparison_id="cmp_1", first=SHIPPED_POLICY, second=other, share=1, pairs=frozenset())
    assert (both.policy_of(Team.FIRST), both.policy_of(Team.SECOND)) == (SHIPPED_POLICY, other)
    assert (both.named.first, both.named.second, both.named.id) == (SHIPPED_POLICY.revision, "other", "cmp_1")
