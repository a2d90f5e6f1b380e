"""Reasons stand on contributions and carry facts in both languages."""

from hypothesis import given
from hypothesis import strategies as st

from services.matcher.explain.names import SIGNALS
from services.matcher.explain.reason_wording import WORDINGS, wording_of
from services.matcher.explain.reasons import MOST_REASONS, reasons
from services.matcher.explain.sides import Sides
from services.matcher.scoring.directed import SignalPart
from services.matcher.scoring.policy import COSTS
from shared.contracts.explanations import ReasonCode, Side
from shared.contracts.profiles import Profile
from shared.contracts.vocabularies import Signal
from tests.factories import make_demand, make_investor, make_project
from tests.matcher.explain.pairs import make_direction, make_part, make_party, of_values
from tests.matcher.profile_strategies import profiles

PROJECT = make_party(
    make_project(
        sectors=["energy_storage"],
        keywords=["thermal runaway"],
        region={"country": "中国", "province": "北京市", "city": "北京市", "district": "昌平区"},
        funding_round="pre_a",
        trl=7,
        amount_sought={"amount": 20_000_000, "currency": "CNY"},
    )
)
INVESTOR = make_party(
    make_investor(
        sectors=["energy_storage", "quantum"],
        keywords=["Thermal Runaway"],
        region={"country": "中国", "province": "北京市", "city": "北京市", "district": "海淀区"},
        stages=["seed_angel", "pre_a"],
        ticket={"minimum": 3_000_000, "maximum": 15_000_000, "currency": "CNY"},
        track_record={
            "total": 14,
            "last_date": "2026-09",
            "sector_counts": {"energy_storage": 5, "quantum": 9},
            "region_counts": {"北京市": 9, "上海市": 5},
            "stage_counts": {"pre_a": 4, "seed_angel": 10},
            "amount_median": {"amount": 6_000_000, "currency": "CNY"},
            "response_rate": 0.8,
        },
    ),
    Side.TARGET,
)
SIDES = Sides.of(PROJECT, INVESTOR)


def said(signal: Signal, value: float = 1.0, raw: float = 0.0, sides: Sides = SIDES) -> tuple[str, str, str]:
    """Code and texts of the reason for one signal."""
    [reason] = reasons(make_direction(make_part(signal, value, raw=raw)), sides)
    return reason.code, reason.text.en, reason.text.zh


def test_shared_facts_are_told_in_both_languages() -> None:
    assert said(Signal.SECTOR)[0] == "same_sector"
    assert said(Signal.SECTOR)[1].startswith("Both work on energy storage")
    assert said(Signal.SECTOR)[2].startswith("双方都在储能")
    assert said(Signal.TAGS) == (
        "shared_tags",
        "Shared keywords: energy storage, thermal runaway",
        "共同的关键词：energy storage、thermal runaway",
    )
    assert said(Signal.REGION) == ("same_city", "Both are in Beijing, China", "双方都在中国北京")
    assert said(Signal.STAGE) == (
        "stage_fits",
        "Stages fit: the project Pre-A; the investor seed/angel, Pre-A",
        "阶段相符：项目方Pre-A轮，投资方种子/天使轮、Pre-A轮",
    )


def test_an_amount_is_in_dollars_and_a_gap_is_called_close() -> None:
    # 20 million CNY * 0.14 = 2.8 million USD; 3 to 15 million CNY are 0.42 to 2.1 million USD.
    assert said(Signal.AMOUNT, 0.9, raw=0.12) == (
        "amount_fits",
        "Amounts are close: the project 2.8 million USD; the investor 420,000 USD to 2.1 million USD",
        "金额相近：项目方280万美元，投资方42万美元至210万美元",
    )


def test_a_record_tells_how_many_deals_were_like_this_one() -> None:
    assert said(Signal.SECTOR_RECORD)[1].startswith("The investor: 14 earlier deals, 5 of them in energy storage")
    assert said(Signal.REGION_RECORD)[1:] == (
        "The investor: 14 earlier deals, 9 of them in Beijing, China",
        "投资方有14笔过往投资，其中中国北京9笔",
    )
    assert said(Signal.STAGE_RECORD)[1] == "The investor: 14 earlier deals, 4 of them in Pre-A"
    assert said(Signal.RECENCY)[1:] == ("The investor was last active in 2026-09", "投资方最近一次活动在2026-09")
    assert said(Signal.RESPONSIVENESS, raw=0.8)[1:] == (
        "The investor answers 80% of introductions",
        "投资方对80%的对接请求有回复",
    )


def test_what_is_expected_is_told_as_such_and_in_tens_of_a_percent() -> None:
    assert said(Signal.RESPONSIVENESS, raw=0.63) == (
        "answers_introductions",
        "The investor may be expected to answer about 60% of introductions",
        "预计投资方对约60%的对接请求有回复",
    )
    assert said(Signal.ACCEPTANCE, raw=0.38) == (
        "accepts_introductions",
        "The investor may be expected to accept about 40% of introductions",
        "预计投资方会接受约40%的对接请求",
    )


def test_a_habit_is_read_off_the_record_of_whoever_needs() -> None:
    code, english, chinese = said(Signal.STAGE_SHARE, sides=SIDES.turned())
    assert (code, english) == ("prefers_stage", "The investor favours Pre-A: 4 of 14 earlier deals")
    assert chinese == "投资方偏好Pre-A轮：14笔过往投资中占4笔"


def test_a_deadline_is_a_day_and_the_days_left() -> None:
    demand = make_party(make_demand(deadline="2027-03-31"), Side.TARGET)
    assert said(Signal.DEADLINE, raw=128.0, sides=Sides.of(PROJECT, demand))[1:] == (
        "The deadline 2027-03-31 is 128 days ahead",
        "距截止日2027-03-31还有128天",
    )


def test_the_weightiest_four_are_told_and_ties_keep_the_order_of_the_signals() -> None:
    parts = [make_part(signal, 1.0) for signal in (Signal.STAGE, Signal.SECTOR, Signal.REGION, Signal.TAGS)]
    told = reasons(make_direction(*parts, make_part(Signal.AMOUNT, 1.0, weight=0.3)), SIDES)
    assert [reason.signal for reason in told] == [Signal.AMOUNT, Signal.STAGE, Signal.SECTOR, Signal.REGION]


def test_nothing_is_said_of_a_value_at_or_below_neutral() -> None:
    assert reasons(make_direction(make_part(Signal.STAGE, 0.7), neutral=0.7), SIDES) == ()
    assert len(reasons(make_direction(make_part(Signal.STAGE, 0.8), neutral=0.7), SIDES)) == 1


def test_a_signal_whose_facts_are_not_at_hand_is_named() -> None:
    bare = Sides.of(make_party(make_project()), make_party(make_investor(), Side.TARGET))
    assert said(Signal.AMOUNT, sides=bare)[:2] == ("signal_speaks_for_it", "Amount speaks for it")


def test_every_signal_has_a_name_and_every_benefit_a_wording() -> None:
    assert set(SIGNALS) == set(Signal)
    assert set(WORDINGS) == set(Signal) - COSTS
    for signal in WORDINGS:
        for sides in (SIDES, SIDES.turned()):
            _, english, chinese = said(signal, sides=sides)
            assert english[0].isupper()
            assert any("\u4e00" <= character <= "\u9fff" for character in chinese)


def test_two_of_one_kind_are_told_apart() -> None:
    one, other = make_party(make_project()), make_party(make_project(), Side.TARGET)
    assert said(Signal.MEANING, sides=Sides.of(one, other))[1] == (
        "What the other project offers is close in meaning to what this project needs"
    )


parts = st.builds(
    lambda signal, value, is_missing, weight: SignalPart(
        signal=signal, raw=None if is_missing else value, value=value, is_missing=is_missing, weight=weight
    ),
    signal=st.sampled_from(Signal),
    value=st.floats(0, 1),
    is_missing=st.booleans(),
    weight=st.floats(-0.2, 0.5),
)


@given(st.lists(parts, unique_by=lambda part: part.signal), profiles, profiles, st.floats(0, 1))
def test_a_reason_always_stands_on_a_known_positive_contribution(
    drawn: list[SignalPart], subject: Profile, target: Profile, neutral: float
) -> None:
    sides = Sides.of(make_party(subject), make_party(target, Side.TARGET))
    told = reasons(make_direction(*drawn, neutral=neutral), sides)
    by_signal = {part.signal: part for part in drawn}
    for reason in told:
        part = by_signal[reason.signal]
        assert not part.is_missing
        assert part.contribution > 0
        assert part.value >= wording_of(reason.signal).threshold
        assert part.value > neutral
        assert reason.code in list(ReasonCode)
    assert len(told) <= MOST_REASONS
    assert [by_signal[reason.signal].contribution for reason in told] == sorted(
        (by_signal[reason.signal].contribution for reason in told), reverse=True
    )


def test_equal_input_gives_equal_reasons() -> None:
    direction = of_values(dict.fromkeys(WORDINGS, 1.0))
    assert reasons(direction, SIDES) == reasons(direction, SIDES)
