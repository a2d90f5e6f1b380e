"""What recommendations and digests say, in both languages; pure."""

from collections.abc import Mapping
from datetime import datetime

from services.matcher.domain.vocabulary import Names
from shared.contracts.explanations import BilingualText
from shared.contracts.recommendations import Period, WhyNow
from shared.contracts.vocabularies import Band, Language

BANDS: Mapping[Band, Names] = {
    Band.HIGH: Names("strong match", "高度匹配"),
    Band.MEDIUM: Names("good match", "较好匹配"),
    Band.LOW: Names("possible match", "可能匹配"),
}
_WHY_NOW: Mapping[WhyNow, Names] = {
    WhyNow.NEW: Names("New for you.", "新出现的匹配。"),
    WhyNow.IMPROVED: Names(
        "Fits better than before: one of the two profiles was revised.", "一方资料更新后，匹配度明显提高。"
    ),
    WhyNow.WAITING: Names("Fits well; there was no place for it before.", "匹配良好，此前名额已满，本期推荐。"),
}
_ADVICE = (
    Names(
        "Say more exactly what you need and what you offer, one thing a line: that is what is compared.",
        "请更具体地填写需求与供给，每项一行：匹配正是依据这些内容。",
    ),
    Names(
        "Fill in what is empty: sectors, region, stage, amounts, technology readiness level.",
        "请补全行业领域、地区、阶段、金额、技术成熟度等信息。",
    ),
    Names(
        "Look at your own rules: each of them takes somebody out.",
        "请检查自设的条件：每一条都会排除部分对象。",
    ),
)


def in_language(names: Names, language: Language) -> str:
    """The words of one language."""
    return names.zh if language is Language.CHINESE else names.en


def said(text: BilingualText, language: Language) -> str:
    """A wire text in one language."""
    return text.zh if language is Language.CHINESE else text.en


def why_now_text(why: WhyNow, times: int, last_at: datetime | None) -> BilingualText:
    """Why a contact has its place."""
    if why is WhyNow.AGAIN:
        day = "" if last_at is None else f"{last_at:%Y-%m-%d}"
        often = "once" if times == 1 else f"{times} times"
        return BilingualText(
            en=f"Recommended before ({often}, last on {day}), and still a match.",
            zh=f"曾推荐{times}次（上次为{day}），目前仍然匹配。",
        )
    names = _WHY_NOW[why]
    return BilingualText(zh=names.zh, en=names.en)


def subject_line(title: str, count: int, key: str, language: Language) -> str:
    """Of the mail."""
    if language is Language.CHINESE:
        return f"「{title}」{key} 推荐对接：{count} 个" if count else f"「{title}」{key} 暂无新的推荐对接"
    contacts = "contact" if count == 1 else "contacts"
    return f"{count} recommended {contacts} for {title}, {key}" if count else f"No new contacts for {title}, {key}"


def introduction(period: Period, count: int, news: int, language: Language) -> str:
    """The first sentence of a digest."""
    if language is Language.CHINESE:
        span = "今日" if period is Period.DAILY else "本周"
        told = "" if not news else "均为新出现的对象。" if news == count else f"其中 {news} 个为新出现或更匹配的对象。"
        none = f"{span}没有新的推荐：已介绍、已忽略或近期推荐过的对象不会重复打扰您。"
        return f"{span}为您推荐 {count} 个对接对象。{told}" if count else none
    span = "today" if period is Period.DAILY else "this week"
    if not count:
        return (
            f"Nothing to recommend {span}: whom you were introduced to, have dismissed or were shown often is not "
            "brought up again."
        )
    told = "" if not news else " New for you." if news == count else f" New or fitting better than before: {news}."
    return f"{count} {'contact' if count == 1 else 'contacts'} recommended {span}.{told}"


def advice(language: Language) -> tuple[str, ...]:
    """What helps where there is nothing to recommend."""
    return tuple(in_language(names, language) for names in _ADVICE)


def notes(language: Language, *, is_personalised: bool) -> tuple[str, ...]:
    """How the contacts were chosen."""
    chosen = Names(
        "A program chose these from the profiles' texts, facts and rules, both sides' needs and offers alike. No "
        "contact details are shared before both sides agree to an introduction.",
        "以上对象由程序依据双方资料的文本、属性与条件双向匹配得出；双方均同意引荐之前，不会透露任何联系方式。",
    )
    profiled = Names(
        "Your track record and what you opened count, too. To have them left out, have personalisation turned off "
        "(personalised=false).",
        "您的过往记录与浏览行为也参与排序；如不希望如此，可要求关闭个性化（personalised=false）。",
    )
    plain = Names(
        "Your track record and what you opened did not count: personalisation is off.",
        "个性化已关闭：您的过往记录与浏览行为未参与排序。",
    )
    return tuple(in_language(names, language) for names in (chosen, profiled if is_personalised else plain))
