"""Which field of a profile makes a signal known, by kind, and what the field is called in both languages; pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from services.matcher.domain.facts import ProfileFacts, RecordFacts
from services.matcher.domain.vocabulary import Names
from shared.contracts.kinds import Kind
from shared.contracts.vocabularies import Signal


@dataclass(frozen=True, slots=True)
class Field:
    """A field's name on the wire and in words."""

    name: str
    names: Names


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What a signal needs to know of a side."""

    is_known: Callable[[ProfileFacts], bool]
    fields: Mapping[Kind, Field] = field(default_factory=dict)
    """By kind; a kind that is not there has no such field and is not asked."""
    one_is_enough: bool = False
    """Whether either side's fact makes the signal known."""


def _for_all(name: str, english: str, chinese: str) -> dict[Kind, Field]:
    return dict.fromkeys(Kind, Field(name, Names(english, chinese)))


TICKET = Field("ticket", Names("ticket size", "单笔投资额"))
AMOUNT_SOUGHT = Field("amount_sought", Names("amount sought", "融资金额"))
BUDGET = Field("budget", Names("budget", "预算"))
_DEADLINE = Field("deadline", Names("deadline", "截止日期"))
_TRL_MINIMUM = Field("trl_minimum", Names("required TRL", "技术成熟度（TRL）要求"))
TRACK_RECORD = Field("track_record", Names("track record", "过往记录"))

FACTS: Mapping[Signal, Fact] = {
    Signal.SECTOR: Fact(is_known=lambda facts: bool(facts.sectors), fields=_for_all("sectors", "sector", "行业领域")),
    Signal.TAGS: Fact(is_known=lambda facts: bool(facts.tags), fields=_for_all("keywords", "keywords", "关键词")),
    Signal.REGION: Fact(
        is_known=lambda facts: bool(facts.place or facts.places_served),
        fields=_for_all("region", "region", "所在地区"),
    ),
    Signal.STAGE: Fact(
        is_known=lambda facts: bool(facts.stages),
        fields={
            Kind.PROJECT: Field("company_stage", Names("company stage", "企业发展阶段")),
            Kind.INVESTOR: Field("stages", Names("stages it invests at", "投资阶段")),
            Kind.RD_DEMAND: Field("phase", Names("phase", "资助阶段")),
        },
    ),
    Signal.TRL: Fact(
        is_known=lambda facts: facts.trl is not None,
        fields={
            Kind.PROJECT: Field("trl", Names("technology readiness level (TRL)", "技术成熟度（TRL）")),
            Kind.RD_DEMAND: _TRL_MINIMUM,
            Kind.SCENARIO: _TRL_MINIMUM,
        },
    ),
    Signal.AMOUNT: Fact(
        is_known=lambda facts: facts.amount is not None,
        fields={
            Kind.PROJECT: AMOUNT_SOUGHT,
            Kind.INVESTOR: TICKET,
            Kind.RD_DEMAND: BUDGET,
            Kind.SCENARIO: BUDGET,
        },
    ),
    Signal.DEADLINE: Fact(
        is_known=lambda facts: facts.deadline is not None,
        fields={Kind.RD_DEMAND: _DEADLINE, Kind.SCENARIO: _DEADLINE},
        one_is_enough=True,
    ),
}
"""Signals of both sides' facts. Those of texts are not here: every profile has a title, and more text is no fact."""


@dataclass(frozen=True, slots=True)
class RecordFact:
    """What a signal needs to know of one side's record."""

    is_said: Callable[[RecordFacts], bool]
    field: Field
    is_of_needing: bool = False
    """Whether it is the record of whoever needs (habit) and not of whoever offers (experience)."""


_SECTORS = Field("track_record.sector_counts", Names("sectors of earlier deals", "过往记录的行业分布"))
_REGIONS = Field("track_record.region_counts", Names("regions of earlier deals", "过往记录的地区分布"))
_STAGES = Field("track_record.stage_counts", Names("stages of earlier deals", "过往记录的阶段分布"))
_TOTAL = Field("track_record.total", Names("number of earlier deals", "过往记录数量"))
_LAST = Field("track_record.last_date", Names("date of the latest deal", "最近一次活动日期"))
_RATE = Field("track_record.response_rate", Names("share of introductions answered", "对接回复率"))
_MEDIAN = Field("track_record.amount_median", Names("median amount of earlier deals", "过往记录的金额中位数"))
_SPAN = Field(
    "track_record.first_date", Names("first and latest date and number of earlier deals", "过往记录的起止日期与数量")
)


def _has_pace(record: RecordFacts) -> bool:
    return None not in (record.total, record.first_day, record.last_day)


RECORD_FACTS: Mapping[Signal, RecordFact] = {
    Signal.SECTOR_RECORD: RecordFact(lambda record: bool(record.sectors), _SECTORS),
    Signal.REGION_RECORD: RecordFact(lambda record: bool(record.places), _REGIONS),
    Signal.STAGE_RECORD: RecordFact(lambda record: bool(record.stages), _STAGES),
    Signal.SECTOR_SHARE: RecordFact(lambda record: bool(record.sectors), _SECTORS, is_of_needing=True),
    Signal.REGION_SHARE: RecordFact(lambda record: bool(record.places), _REGIONS, is_of_needing=True),
    Signal.STAGE_SHARE: RecordFact(lambda record: bool(record.stages), _STAGES, is_of_needing=True),
    Signal.KINDRED_SECTORS: RecordFact(lambda record: bool(record.sectors), _SECTORS, is_of_needing=True),
    Signal.KINDRED_REGIONS: RecordFact(lambda record: bool(record.places), _REGIONS, is_of_needing=True),
    Signal.RECENT_HABIT: RecordFact(lambda record: record.last_day is not None, _LAST, is_of_needing=True),
    Signal.APPETITE: RecordFact(_has_pace, _SPAN, is_of_needing=True),
    Signal.PACE: RecordFact(_has_pace, _SPAN),
    Signal.DEAL_SIZE: RecordFact(lambda record: record.amounts is not None, _MEDIAN),
    Signal.ACTIVITY: RecordFact(lambda record: record.total is not None, _TOTAL),
    Signal.RECENCY: RecordFact(lambda record: record.last_day is not None, _LAST),
    Signal.RESPONSIVENESS: RecordFact(lambda record: record.response_rate is not None, _RATE),
}
"""Signals of one side's record."""
