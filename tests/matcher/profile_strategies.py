"""Random profiles, conditions and rules over few values, so that they often meet."""

from datetime import date, timedelta

from hypothesis import strategies as st

from shared.contracts.parts import Money, MoneyRange, Need, Region, TrackRecord, Validity
from shared.contracts.profiles import Investor, Kind, PilotPlatform, Profile, Project, RdDemand, Scenario
from shared.contracts.rules import (
    After,
    And,
    AtLeast,
    AtMost,
    Before,
    Condition,
    DateAttribute,
    In,
    Not,
    NotIn,
    NumberAttribute,
    OpenOn,
    Or,
    Overlaps,
    Range,
    Rule,
    SetAttribute,
    Within,
)
from shared.contracts.vocabularies import CompanyStage, Language, NeedType, Visibility

WORDS = ("Solar", "robot", "valve", "anode", "sensor", "laser")
CHINESE_WORDS = ("量子通信", "等离子体", "灭菌设备", "电池材料")
STAGES = (CompanyStage.SEED_ANGEL, CompanyStage.SERIES_A, CompanyStage.FEASIBILITY)
SECTORS = ("Energy", "energy", "New Materials", "医疗")
FIRST_DAY = date(2026, 1, 1)

sectors = st.lists(st.sampled_from(SECTORS), max_size=2).map(tuple)
stages = st.sampled_from(STAGES)
currencies = st.sampled_from(["CNY", "USD", "XAU"])
amounts = st.sampled_from([0.0, 100_000.0, 700_000.0, 5_000_000.0])
moneys = st.builds(Money, amount=amounts, currency=currencies)
days = st.integers(0, 4).map(lambda count: FIRST_DAY + timedelta(days=count))
levels = st.integers(1, 9)
titles = st.lists(st.sampled_from(WORDS + CHINESE_WORDS), min_size=1, max_size=6).map(" ".join)
regions = st.builds(
    Region,
    country=st.sampled_from([None, "中国", "China"]),
    province=st.sampled_from([None, "北京市", "Hebei"]),
    city=st.sampled_from([None, "Beijing", "beijing"]),
)


def _ordered(first: float | None, second: float | None, currency: str) -> MoneyRange:
    if first is not None and second is not None:
        first, second = min(first, second), max(first, second)
    return MoneyRange(minimum=first, maximum=second, currency=currency)


def _validity(first: date | None, second: date | None) -> Validity:
    if first is not None and second is not None:
        first, second = min(first, second), max(first, second)
    return Validity(valid_from=first, valid_until=second)


money_ranges = st.builds(_ordered, st.none() | amounts, st.none() | amounts, currencies)
COMMON = {
    "source": st.sampled_from(["tests", "Register"]),
    "external_id": st.just("one"),
    "title": titles,
    "organisation": st.sampled_from([None, "Acme", "ACME", "清河"]),
    "summary": st.none() | titles,
    "needs": st.lists(
        st.builds(Need, text=titles, type=st.sampled_from([None, NeedType.FUNDING, NeedType.SPACE])), max_size=2
    ).map(tuple),
    "sectors": sectors,
    "keywords": st.lists(st.sampled_from(WORDS), max_size=2).map(tuple),
    "region": regions,
    "visibility": st.sampled_from([Visibility.PUBLIC, Visibility.PUBLIC, Visibility.ANONYMOUS, Visibility.HIDDEN]),
    "validity": st.builds(_validity, st.none() | days, st.none() | days),
    "track_record": st.none()
    | st.builds(
        TrackRecord,
        total=st.none() | st.integers(0, 3),
        last_date=st.sampled_from([None, "2024", "2025", "2025-01", "2025-02-14"]),
        stage_counts=st.sampled_from([{}, {"seed_angel": 2}]),
    ),
}
profiles: st.SearchStrategy[Profile] = st.one_of(
    st.builds(
        Project,
        **COMMON,
        trl=st.none() | levels,
        company_stage=st.none() | stages,
        funding_round=st.none() | stages,
        amount_sought=st.none() | moneys,
        team_size=st.none() | st.integers(0, 3),
        founded=st.sampled_from([None, 2012, 2013]),
    ),
    st.builds(
        RdDemand,
        **COMMON,
        budget=st.none() | money_ranges,
        deadline=st.none() | days,
        trl_minimum=st.none() | levels,
        phase=st.none() | stages,
    ),
    st.builds(
        Scenario,
        **COMMON,
        budget=st.none() | money_ranges,
        deadline=st.none() | days,
        trl_minimum=st.none() | levels,
        trl_maximum=st.none() | levels,
    ),
    st.builds(
        Investor,
        **COMMON,
        stages=st.lists(stages, max_size=2).map(tuple),
        ticket=st.none() | money_ranges,
        regions=st.lists(regions, max_size=3).map(tuple),
    ),
    st.builds(PilotPlatform, **COMMON, capacity=st.none() | st.integers(0, 3)),
)
languages = st.sampled_from(Language)

_values = st.lists(
    st.sampled_from([*SECTORS, *WORDS, *STAGES, "zh", "en", "acme", "register", "funding", "nowhere"]),
    min_size=1,
    max_size=3,
).map(tuple)
_numbers = st.sampled_from([0.0, 1.0, 2.0, 4.0, 2012.0, 14_000.0, 98_000.0, 100_000.0, 1e9])


def _range(attribute: NumberAttribute, first: float | None, second: float | None) -> Range:
    if first is not None and second is not None:
        first, second = min(first, second), max(first, second)
    return Range(attribute=attribute, minimum=first, maximum=second)


_set_names = st.sampled_from(SetAttribute)
_number_names = st.sampled_from(NumberAttribute)
_date_names = st.sampled_from(DateAttribute)
_all_days = days | st.dates(date(2024, 12, 1), date(2025, 3, 1))
leaves: st.SearchStrategy[Condition] = st.one_of(
    st.builds(In, attribute=_set_names, values=_values),
    st.builds(NotIn, attribute=_set_names, values=_values),
    st.builds(Overlaps, attribute=_set_names, values=_values),
    st.builds(_range, _number_names, st.none() | _numbers, st.none() | _numbers),
    st.builds(AtLeast, attribute=_number_names, value=_numbers),
    st.builds(AtMost, attribute=_number_names, value=_numbers),
    st.builds(Within, region=regions),
    st.builds(Before, attribute=_date_names, day=_all_days),
    st.builds(After, attribute=_date_names, day=_all_days),
    st.builds(OpenOn, day=days),
)


def _inner(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(parts, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        st.builds(And, conditions=several), st.builds(Or, conditions=several), st.builds(Not, condition=parts)
    )


_low = leaves | _inner(leaves)
conditions: st.SearchStrategy[Condition] = leaves | _inner(_low) | _inner(_inner(_low))
rules = st.builds(
    Rule, condition=conditions, applies_to=st.lists(st.sampled_from(Kind), max_size=2, unique=True).map(tuple)
)


def _with_rules(profile: Profile, rules: tuple[Rule, ...]) -> Profile:
    return profile.model_copy(update={"rules": rules})


profiles_with_rules = st.builds(_with_rules, profiles, st.lists(rules, max_size=3).map(tuple))
