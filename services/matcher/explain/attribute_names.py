"""What the attributes that rules ask of are called, and their values in words; pure."""

from collections.abc import Mapping, Sequence
from datetime import date

from services.matcher.domain.judgement import Value
from services.matcher.domain.places import place_names, place_of
from services.matcher.domain.vocabulary import Names
from services.matcher.explain.fields import AMOUNT_SOUGHT, BUDGET, TICKET
from services.matcher.explain.names import LANGUAGES, NEED_TYPES, STAGES, joined, named
from services.matcher.explain.quantities import between, dollar_range, number_range
from shared.contracts.kinds import Kind
from shared.contracts.rules import DateAttribute, NumberAttribute, SetAttribute

REGION, OPEN = "region", "open"
ATTRIBUTES: Mapping[str, Names] = {
    SetAttribute.SECTOR: Names("sector", "行业领域"),
    SetAttribute.KEYWORD: Names("keyword", "关键词"),
    SetAttribute.STAGE: Names("stage", "阶段"),
    SetAttribute.LANGUAGE: Names("language", "语言"),
    SetAttribute.ORGANISATION: Names("organisation", "机构"),
    SetAttribute.SOURCE: Names("source", "来源"),
    SetAttribute.NEED_TYPE: Names("type of need", "需求类型"),
    NumberAttribute.TRL: Names("technology readiness level (TRL)", "技术成熟度（TRL）"),
    NumberAttribute.AMOUNT_USD: Names("amount", "金额"),
    NumberAttribute.TEAM_SIZE: Names("team size", "团队人数"),
    NumberAttribute.CAPACITY: Names("free capacity", "可接待数量"),
    NumberAttribute.TRACK_RECORD: Names("number of earlier deals", "过往记录数量"),
    NumberAttribute.FOUNDED: Names("year of foundation", "成立年份"),
    DateAttribute.DEADLINE: Names("deadline", "截止日期"),
    DateAttribute.VALID_FROM: Names("first day of validity", "生效日期"),
    DateAttribute.VALID_UNTIL: Names("last day of validity", "失效日期"),
    DateAttribute.LAST_ACTIVITY: Names("latest activity", "最近活动"),
    REGION: Names("region", "所在地区"),
    OPEN: Names("open days", "有效期"),
}
_AMOUNTS: Mapping[Kind, Names] = {
    Kind.PROJECT: AMOUNT_SOUGHT.names,
    Kind.INVESTOR: TICKET.names,
    Kind.RD_DEMAND: BUDGET.names,
    Kind.SCENARIO: BUDGET.names,
}
_WORDS: Mapping[str, Mapping[str, Names]] = {
    SetAttribute.STAGE: {stage.value: names for stage, names in STAGES.items()},
    SetAttribute.LANGUAGE: {language.value: names for language, names in LANGUAGES.items()},
    SetAttribute.NEED_TYPE: {need.value: names for need, names in NEED_TYPES.items()},
}
NOTHING = Names("nothing stated", "未填写")


def attribute_names(attribute: str, kind: Kind) -> Names:
    """What an attribute is called of a profile of that kind."""
    amount = _AMOUNTS.get(kind) if attribute == NumberAttribute.AMOUNT_USD else None
    return amount or ATTRIBUTES[attribute]


def words_named(attribute: str, words: Sequence[Value]) -> Names:
    """Words of one attribute as a list."""
    table = _WORDS.get(attribute, {})
    return joined(named(table, str(word).lower()) if str(word).lower() in table else _spaced(word) for word in words)


def _spaced(word: Value) -> Names:
    text = str(word).replace("_", " ")
    return Names(text, text)


def place_named(path: str) -> Names:
    """A place of a rule or a profile, given as names from the country down with strokes between."""
    slots = (*path.split("/"), None, None, None, None)[:4]
    names = place_names(place_of(*slots))
    return names if names.en and names.zh else Names(path, path)


def bounds_named(attribute: str, bounds: Sequence[Value]) -> Names:
    """Both ends of a number or a day."""
    lower, upper = (*bounds, None, None)[:2]
    if isinstance(lower, date) or isinstance(upper, date):
        return between(*(None if day is None else Names(str(day), str(day)) for day in (lower, upper)))
    low, high = (None if bound is None else float(str(bound)) for bound in (lower, upper))
    return (dollar_range if attribute == NumberAttribute.AMOUNT_USD else number_range)(low, high)


def found_named(attribute: str, found: Sequence[Value]) -> Names:
    """What is known of an attribute of a profile."""
    if not found:
        return NOTHING
    if attribute in list(SetAttribute):
        return words_named(attribute, found)
    if attribute == REGION:
        return joined(place_named(str(place)) for place in found)
    return bounds_named(attribute, found)
