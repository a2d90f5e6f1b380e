"""What kinds, stages, attributes and other words of the closed vocabularies are called in both languages; pure."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from services.matcher.domain.vocabulary import Names
from services.matcher.explain.party import Party
from shared.contracts.explanations import BilingualText, Side
from shared.contracts.kinds import Kind
from shared.contracts.vocabularies import CompanyStage, Language, NeedType, Signal

KINDS: Mapping[Kind, Names] = {
    Kind.PROJECT: Names("project", "项目方"),
    Kind.RD_DEMAND: Names("demand", "需求方"),
    Kind.SCENARIO: Names("scenario", "场景方"),
    Kind.INVESTOR: Names("investor", "投资方"),
    Kind.PILOT_PLATFORM: Names("pilot platform", "中试平台"),
}
STAGES: Mapping[CompanyStage, Names] = {
    CompanyStage.IDEA: Names("idea", "创意"),
    CompanyStage.FEASIBILITY: Names("feasibility", "可行性验证"),
    CompanyStage.PROTOTYPE: Names("prototype", "样机"),
    CompanyStage.SEED_ANGEL: Names("seed/angel", "种子/天使轮"),
    CompanyStage.PRE_A: Names("Pre-A", "Pre-A轮"),
    CompanyStage.SERIES_A: Names("Series A", "A轮"),
    CompanyStage.SERIES_B: Names("Series B", "B轮"),
    CompanyStage.SERIES_C_PLUS: Names("Series C or later", "C轮及以后"),
    CompanyStage.VENTURE: Names("venture round", "风险投资"),
    CompanyStage.GROWTH: Names("growth", "成长期"),
    CompanyStage.STRATEGIC: Names("strategic round", "战略投资"),
    CompanyStage.PUBLIC_MARKET: Names("public market", "已上市"),
    CompanyStage.OTHER: Names("another kind of round", "其他轮次"),
}
NEED_TYPES: Mapping[NeedType, Names] = {
    NeedType.FUNDING: Names("funding", "资金"),
    NeedType.PILOT_TEST: Names("pilot test", "中试"),
    NeedType.SCENARIO: Names("scenario", "应用场景"),
    NeedType.CUSTOMER: Names("customer", "客户"),
    NeedType.SPACE: Names("space", "场地"),
    NeedType.MENTOR: Names("mentor", "导师"),
    NeedType.PARTNER: Names("partner", "合作伙伴"),
    NeedType.TECHNOLOGY: Names("technology", "技术"),
    NeedType.TALENT: Names("talent", "人才"),
    NeedType.OTHER: Names("other", "其他"),
}
LANGUAGES: Mapping[Language, Names] = {
    Language.CHINESE: Names("Chinese", "中文"),
    Language.ENGLISH: Names("English", "英文"),
}
SIGNALS: Mapping[Signal, Names] = {
    Signal.MEANING: Names("meaning of the texts", "文本含义"),
    Signal.WORDS: Names("words of the texts", "文本用词"),
    Signal.FOCUS: Names("focus", "专注程度"),
    Signal.SECTOR: Names("sector", "行业领域"),
    Signal.TAGS: Names("keywords", "关键词"),
    Signal.REGION: Names("region", "地区"),
    Signal.STAGE: Names("stage", "阶段"),
    Signal.TRL: Names("technology readiness", "技术成熟度"),
    Signal.AMOUNT: Names("amount", "金额"),
    Signal.DEADLINE: Names("deadline", "截止日期"),
    Signal.SECTOR_RECORD: Names("earlier deals in the sector", "本领域过往记录"),
    Signal.REGION_RECORD: Names("earlier deals in the region", "本地区过往记录"),
    Signal.STAGE_RECORD: Names("earlier deals at the stage", "本阶段过往记录"),
    Signal.SECTOR_SHARE: Names("preference for the sector", "行业偏好"),
    Signal.REGION_SHARE: Names("preference for the region", "地区偏好"),
    Signal.STAGE_SHARE: Names("preference for the stage", "阶段偏好"),
    Signal.KINDRED_SECTORS: Names("preference for kindred sectors", "相近行业偏好"),
    Signal.KINDRED_REGIONS: Names("preference for kindred regions", "相近地区偏好"),
    Signal.RECENT_HABIT: Names("lately active", "近期活跃"),
    Signal.APPETITE: Names("deals looked for a year", "年均出手意愿"),
    Signal.PACE: Names("deals a year", "年均出手次数"),
    Signal.DEAL_SIZE: Names("usual size of a deal", "通常的单笔规模"),
    Signal.ACTIVITY: Names("number of earlier deals", "过往记录数量"),
    Signal.RECENCY: Names("latest activity", "最近活动"),
    Signal.RESPONSIVENESS: Names("answers to introductions", "对接回复情况"),
    Signal.ACCEPTANCE: Names("yes to introductions", "对接接受情况"),
    Signal.CO_INVESTMENT: Names("deals shared with earlier backers", "与已有投资方的共同投资"),
    Signal.ALREADY_BACKED: Names("a backer already", "已是投资方"),
    Signal.UNKNOWN_RULES: Names("unanswered rules", "尚无答案的条件"),
}
REQUEST = Names("the request", "本次请求")


def signal_names(signal: Signal) -> Names:
    """What a signal is called; its code where it has no name yet."""
    return SIGNALS.get(signal) or Names(signal.value.replace("_", " "), signal.value)


def party_names(party: Party, other: Party) -> Names:
    """What a party is called beside the other: never by the name of an organisation."""
    return _called(party.kind, party.side, is_alone=party.kind is not other.kind)


@lru_cache(maxsize=64)
def _called(kind: Kind, side: Side, *, is_alone: bool) -> Names:
    name = KINDS[kind]
    if is_alone:
        return Names(f"the {name.en}", name.zh)
    if side is Side.SUBJECT:
        return Names(f"this {name.en}", f"本{name.zh}")
    return Names(f"the other {name.en}", f"对方{name.zh}")


def named(table: Mapping[str, Names], word: str) -> Names:
    """A word's names in a table; the word itself in both languages where it has none."""
    return table.get(word) or Names(word, word)


def joined(names: Iterable[Names], *, most: int = 5, english: str = ", ", chinese: str = "、") -> Names:
    """A list as one text, at most so many of it, with the number of the others."""
    every = list(names)
    shown, left = every[:most], len(every) - most
    text = Names(english.join(name.en for name in shown), chinese.join(name.zh for name in shown))
    return Names(f"{text.en} and {left} more", f"{text.zh}等{len(every)}项") if left > 0 else text


def capitalised(text: str) -> str:
    """With a capital at the beginning of a sentence; the rest as it is."""
    return text[:1].upper() + text[1:]


def uncapitalised(text: str) -> str:
    """As it stands within a sentence: abbreviations (AI chips) keep their capitals."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def bilingual(names: Names) -> BilingualText:
    """On the wire, as a sentence."""
    return BilingualText(zh=names.zh, en=capitalised(names.en))
