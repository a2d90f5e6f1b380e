"""The tightest simple rule between what was declined and what was welcome."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.domain.attributes import attribute_table, profile_attributes
from services.matcher.domain.eligibility import rule_truths
from services.matcher.domain.judgement import condition_truth
from services.matcher.domain.profile_rules import SourcedRule, request_rules
from services.matcher.domain.truth import FAIL
from services.matcher.suggestions.candidates import Candidates
from services.matcher.suggestions.finding import Counterpart, FoundRule, found_rule
from shared.contracts.feedback import FeedbackReason
from shared.contracts.kinds import Kind
from shared.contracts.rules import Rule
from shared.contracts.vocabularies import Language
from tests.factories import make_project

Fields = dict[str, Any]
WHOLE_SCALE = [{"trl": trl} for trl in range(1, 10)]


def counterparts(fields: Sequence[Fields], name: str) -> list[Counterpart]:
    return [
        Counterpart(profile_id=f"{name}{number}", attributes=profile_attributes(make_project(**one), Language.ENGLISH))
        for number, one in enumerate(fields)
    ]


def found(
    reason: FeedbackReason,
    declined: Sequence[Fields],
    welcome: Sequence[Fields] = (),
    *,
    among: Sequence[Fields] = WHOLE_SCALE,
    own: Sequence[SourcedRule] = (),
) -> FoundRule | None:
    table = attribute_table([one.attributes for one in counterparts(among, "c")])
    pool = Candidates([(table, np.ones(table.size, dtype=bool))])
    bad, good = counterparts(declined, "d"), counterparts(welcome, "w")
    return found_rule(Kind.PROJECT, reason, bad, good, own, pool)


def condition(rule: FoundRule | None) -> Fields:
    assert rule is not None
    written: Fields = rule.rule.condition.model_dump(mode="json")
    return written


def trl(*levels: int) -> list[Fields]:
    return [{"trl": level} for level in levels]


def asked(amount: float) -> Fields:
    return {"amount_sought": {"amount": amount, "currency": "USD"}}


def test_three_projects_declined_as_too_early_ask_for_the_next_level() -> None:
    rule = found(FeedbackReason.WRONG_STAGE, trl(3, 4, 5), trl(7, 8))
    assert condition(rule) == {"op": "at_least", "attribute": "trl", "value": 6}
    assert rule is not None
    assert rule.shut_out == ("d0", "d1", "d2")
    assert (rule.kept, rule.candidates, rule.taken_away) == (2, 9, 5)  # levels 1 to 5 of 1 to 9
    assert rule.rule.applies_to == (Kind.PROJECT,)


def test_two_are_too_few() -> None:
    assert found(FeedbackReason.WRONG_STAGE, trl(3, 4), trl(7)) is None


def test_what_is_too_far_gone_is_bounded_above() -> None:
    assert condition(found(FeedbackReason.WRONG_STAGE, trl(8, 9, 9), trl(2))) == {
        "op": "at_most",
        "attribute": "trl",
        "value": 7,
    }


def test_a_declined_one_beyond_a_welcome_one_is_given_up() -> None:
    rule = found(FeedbackReason.WRONG_STAGE, trl(2, 3, 4, 8), trl(5, 6))
    assert condition(rule)["value"] == 5
    assert rule is not None
    assert (rule.declined, len(rule.shut_out)) == (4, 3)


def test_nothing_separates_those_that_lie_on_both_sides() -> None:
    assert found(FeedbackReason.WRONG_STAGE, trl(2, 3, 8), trl(5)) is None


def test_an_amount_is_rounded_past_what_was_declined_but_not_past_what_was_welcome() -> None:
    declined = [asked(amount) for amount in (120_000, 300_000, 481_000)]
    among = [asked(amount) for amount in (100_000, 450_000, 2_000_000, 5_000_000)]
    reason = FeedbackReason.AMOUNT_DOES_NOT_FIT
    assert condition(found(reason, declined, [asked(900_000)], among=among))["value"] == 490_000
    assert condition(found(reason, declined, [asked(485_000)], among=among))["value"] == 485_000


def test_the_sector_that_recurs_is_blamed_and_not_what_merely_comes_with_it() -> None:
    declined = [{"sectors": ["gaming", "ai"]}, {"sectors": ["gaming", "media"]}, {"sectors": ["gaming", "ai"]}]
    welcome = [{"sectors": ["ai", "health"]}]
    among = [*declined, *welcome, {"sectors": ["steel"]}]
    rule = found(FeedbackReason.WRONG_SECTOR, declined, welcome, among=among)
    assert condition(rule) == {"op": "not_in", "attribute": "sector", "values": ["gaming"]}


def test_a_region_is_excluded_at_the_level_that_all_declined_share() -> None:
    def place(province: str, city: str) -> Fields:
        return {"region": {"country": "CN", "province": province, "city": city}}

    declined = [place("Hebei", "Baoding"), place("Hebei", "Tangshan"), place("Hebei", "Xingtai")]
    welcome = [place("Jiangsu", "Suzhou")]
    rule = condition(found(FeedbackReason.WRONG_REGION, declined, welcome, among=[*declined, *welcome]))
    assert rule["op"] == "not"
    assert rule["condition"]["region"]["province"] == "hebei"
    assert rule["condition"]["region"].get("city") is None


def test_what_the_owner_asks_already_supports_nothing() -> None:
    own = request_rules([Rule.model_validate({"condition": {"op": "at_least", "attribute": "trl", "value": 6}})])
    assert found(FeedbackReason.WRONG_STAGE, trl(3, 4, 5), trl(7), own=own) is None
    looser = request_rules([Rule.model_validate({"condition": {"op": "at_least", "attribute": "trl", "value": 3}})])
    assert condition(found(FeedbackReason.WRONG_STAGE, trl(3, 4, 5), trl(7), own=looser))["value"] == 6


def test_a_rule_that_would_leave_hardly_anybody_is_not_suggested() -> None:
    assert found(FeedbackReason.WRONG_STAGE, trl(3, 4, 5), among=trl(3, 3, 4, 4, 5, 9)) is None


def test_a_reason_that_names_no_attribute_needs_welcome_ones_on_the_other_side() -> None:
    declined = [{"trl": 3, "team_size": 2}] * 3
    reason = FeedbackReason.REQUIREMENT_NOT_MET
    assert found(reason, declined) is None
    rule = found(reason, declined, [{"trl": 3, "team_size": 9}] * 3, among=[{"trl": 3, "team_size": n} for n in (2, 9)])
    assert condition(rule) == {"op": "at_least", "attribute": "team_size", "value": 3}


@pytest.mark.parametrize("reason", [FeedbackReason.BUSY, FeedbackReason.TIMING, FeedbackReason.NOT_RELEVANT])
def test_reasons_that_speak_of_the_moment_give_no_rule(reason: FeedbackReason) -> None:
    assert found(reason, trl(3, 4, 5), trl(7)) is None


_PROJECTS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "trl": st.integers(1, 9),
            "company_stage": st.sampled_from(["idea", "seed_angel", "series_a"]),
            "sectors": st.lists(st.sampled_from(["ai", "steel", "food"]), max_size=2, unique=True),
            "region": st.fixed_dictionaries({"province": st.sampled_from(["Hebei", "Jiangsu"])}),
            "team_size": st.integers(1, 50),
        },
    ),
    max_size=8,
)


@given(_PROJECTS, _PROJECTS, _PROJECTS, st.sampled_from(FeedbackReason))
def test_a_suggestion_shuts_out_what_it_says_and_nobody_welcome(
    declined: list[Fields], welcome: list[Fields], among: list[Fields], reason: FeedbackReason
) -> None:
    rule = found(reason, declined, welcome, among=among)
    if rule is None:
        return
    told = rule.rule.condition
    failed = [one for one in counterparts(declined, "d") if condition_truth(told, one.attributes) == FAIL]
    assert rule.shut_out == tuple(sorted(one.profile_id for one in failed))
    assert len(failed) >= 3
    assert not any(condition_truth(told, one.attributes) == FAIL for one in counterparts(welcome, "w"))
    table = attribute_table([one.attributes for one in counterparts(among, "c")])
    assert rule.taken_away == np.count_nonzero(rule_truths(table, rule.rule) == FAIL)
