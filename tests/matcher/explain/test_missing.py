"""What is not stated is named with its field and its owner, and asked for."""

from services.matcher.explain.explanation import explain
from services.matcher.explain.fields import FACTS, RECORD_FACTS
from services.matcher.explain.missing import missing_facts
from services.matcher.explain.sides import Sides
from services.matcher.scoring.policy import COSTS
from shared.contracts.explanations import QuestionCode, Side
from shared.contracts.profiles import Profile
from shared.contracts.rules import Rule
from shared.contracts.vocabularies import Signal
from tests.factories import make_demand, make_investor, make_platform, make_project
from tests.matcher.explain.pairs import NO_SIGNALS, judged, make_direction, make_part, make_party, of_values

TEXT_SIGNALS = {Signal.MEANING, Signal.WORDS, Signal.FOCUS}


def lacking(subject: Profile, target: Profile, *signals: Signal) -> list[tuple[Side, str]]:
    """Side and field of what is missing, with these signals missing in the forward direction."""
    sides = Sides.of(make_party(subject), make_party(target, Side.TARGET))
    direction = of_values(dict.fromkeys(signals))
    return [(fact.side, fact.field) for fact in missing_facts((direction, sides), (NO_SIGNALS, sides.turned()))]


def test_the_field_and_its_owner_are_named() -> None:
    subject, target = make_party(make_project(trl=4)), make_party(make_investor(), Side.TARGET)
    seen = explain(subject, target, of_values({Signal.AMOUNT: None, Signal.TRL: None}), NO_SIGNALS)
    # TRL would stay unknown: an investor states none.
    assert [(one.side, one.field, one.text.en) for one in seen.missing] == [
        (Side.SUBJECT, "amount_sought", "The project states no amount sought"),
        (Side.TARGET, "ticket", "The investor states no ticket size"),
    ]
    assert seen.missing[1].text.zh == "投资方未填写单笔投资额"


def test_a_fact_that_no_field_can_state_is_not_missed() -> None:
    assert lacking(make_project(), make_platform(), Signal.AMOUNT, Signal.STAGE) == []


def test_one_deadline_is_enough() -> None:
    assert lacking(make_project(), make_demand(), Signal.DEADLINE) == [(Side.TARGET, "deadline")]
    assert lacking(make_project(), make_demand(deadline="2027-01-01"), Signal.DEADLINE) == []


def test_a_record_is_missed_of_whoever_the_signal_is_about() -> None:
    project, investor = make_project(), make_investor(track_record={"total": 3})
    assert lacking(project, investor, Signal.SECTOR_RECORD, Signal.ACTIVITY) == [
        (Side.TARGET, "track_record.sector_counts")
    ]
    assert lacking(project, investor, Signal.SECTOR_SHARE) == [(Side.SUBJECT, "track_record")]


def test_what_could_move_the_score_most_comes_first() -> None:
    sides = Sides.of(make_party(make_project(amount_sought={"amount": 1})), make_party(make_investor(), Side.TARGET))
    forward = make_direction(make_part(Signal.AMOUNT, None, weight=0.2), make_part(Signal.ACTIVITY, None, weight=0.15))
    backward = make_direction(make_part(Signal.AMOUNT, None, weight=0.0))
    found = missing_facts((forward, sides), (backward, sides.turned()))
    assert [fact.field for fact in found] == ["ticket", "track_record"]  # 0.2 and 0.15
    backward = make_direction(make_part(Signal.SECTOR_SHARE, None, weight=0.1))
    found = missing_facts((forward, sides), (backward, sides.turned()))
    assert [fact.field for fact in found] == ["track_record", "ticket"]  # 0.15 + 0.1 and 0.2


def test_every_signal_of_facts_names_the_field_that_it_waits_for() -> None:
    whose_absence_is_no_gap = {Signal.CO_INVESTMENT, Signal.ACCEPTANCE, *COSTS}
    assert set(FACTS) | set(RECORD_FACTS) | TEXT_SIGNALS | whose_absence_is_no_gap == set(Signal)


def test_an_unanswered_rule_is_asked_about_before_a_missing_fact() -> None:
    subject, target = make_party(make_project()), make_party(make_investor(), Side.TARGET)
    forward = of_values({Signal.ACTIVITY: None})
    asked = explain(subject, target, forward, NO_SIGNALS).next_question
    assert asked is not None
    assert (asked.code, asked.ask, asked.field) == (QuestionCode.FACT_MISSING, Side.TARGET, "track_record")
    assert asked.text.en == "Ask the investor for its track record."
    rule = Rule.model_validate({"condition": {"op": "at_least", "attribute": "team_size", "value": 5}})
    asked = explain(subject, target, forward, NO_SIGNALS, judgements=judged([rule], subject, Side.TARGET)).next_question
    assert asked is not None
    assert (asked.code, asked.ask, asked.field) == (QuestionCode.RULE_UNKNOWN, Side.SUBJECT, "team_size")
    assert asked.text.zh == "请向项目方了解团队人数。投资方要求：团队人数不低于5。"


def test_nothing_open_asks_nothing() -> None:
    seen = explain(make_party(make_project()), make_party(make_investor(), Side.TARGET), NO_SIGNALS, NO_SIGNALS)
    assert seen.next_question is None
