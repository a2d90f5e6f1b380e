"""How introductions look in a terminal, in Chinese and English."""

from rich.console import Group
from rich.table import Table
from rich.text import Text

from shared.contracts.introductions import (
    ConsentState,
    IntroducedParty,
    Introduction,
    IntroductionPage,
    IntroductionState,
    ReleasedContact,
)
from shared.contracts.vocabularies import Language

_State = IntroductionState
_STATES_ZH = {
    _State.DRAFT: "草稿",
    _State.IN_REVIEW: "平台审核中",
    _State.REQUESTED: "待对方答复",
    _State.ACCEPTED: "双方已同意",
    _State.DECLINED: "已婉拒",
    _State.EXPIRED: "已过期",
    _State.WITHDRAWN: "已撤回",
    _State.INTRODUCED: "已交换联系方式",
    _State.MET: "已会面",
    _State.PILOT: "试点中",
    _State.ORDER: "已下单",
    _State.INVESTMENT: "已投资",
    _State.NONE: "未达成",
    _State.CLOSED: "已结束",
}
_CONSENTS_ZH = {ConsentState.OPEN: "未表态", ConsentState.GIVEN: "同意", ConsentState.WITHDRAWN: "已撤回"}
_WORDS_ZH = {
    "Introductions": "对接",
    "state": "状态",
    "purpose": "目的",
    "asks": "发起方",
    "is asked": "受邀方",
    "until": "答复期限",
    "message": "留言",
    "reason": "原因",
    "now": "可执行操作",
    "run": "来源推荐",
    "nothing": "无",
    "name": "姓名",
    "role": "职务",
    "email": "邮箱",
    "phone": "电话",
    "note": "备注",
    "organisation": "机构",
    "unit": "部门",
    "url": "网址",
    "only for": "仅限用于",
    "anonymous": "匿名",
    "title": "名称",
}


def introductions_table(page: IntroductionPage, language: Language) -> Table:
    """An introduction a row."""
    table = Table(title=Text(_word("Introductions", language)), title_justify="left")
    table.add_column("id", no_wrap=True, min_width=36)  # it is copied into the next command
    for column in ("state", "purpose", "asks", "is asked", "until", "now"):
        table.add_column(_word(column, language))
    for one in page.items:
        until = f"{one.expires_at:%Y-%m-%d}" if one.expires_at else ""
        sides = (_name(one.subject, language), _name(one.target, language))
        cells = (one.id, _state(one.state, language), one.purpose, *sides, until, ", ".join(one.actions))
        table.add_row(*(Text(cell) for cell in cells))
    return table


def introduction_view(one: Introduction, language: Language) -> Group:
    """Both sides, whose consent stands, what may be done now."""
    facts = [
        ("purpose", one.purpose),
        ("asks", f"{_name(one.subject, language)}: {_consent(one.subject, language)}"),
        ("is asked", f"{_name(one.target, language)}: {_consent(one.target, language)}"),
        ("message", one.message),
        ("reason", one.reason),
        ("until", f"{one.expires_at:%Y-%m-%d %H:%M}" if one.expires_at else None),
        ("run", f"{one.run_id} #{one.rank}" if one.rank else one.run_id),
        ("now", ", ".join(one.actions) or _word("nothing", language)),
    ]
    return Group(Text(f"{one.id}: {_state(one.state, language)}"), _facts(facts, language))


def contact_view(released: ReleasedContact, language: Language) -> Group:
    """Whom to write to, and what for."""
    contact = released.contact
    facts = [
        ("title", released.title),
        ("organisation", released.organisation),
        ("unit", released.organisation_unit),
        ("url", released.url),
        ("name", contact.name),
        ("role", contact.role),
        ("email", contact.email),
        ("phone", contact.phone),
        ("note", contact.note),
        ("only for", released.purpose),
    ]
    return Group(Text(released.profile_id), _facts(facts, language))


def _facts(facts: list[tuple[str, str | None]], language: Language) -> Table:
    table = Table(show_header=False)
    table.add_column("what")
    table.add_column("value")
    for name, value in facts:
        if value is not None:
            table.add_row(Text(_word(name, language)), Text(value))
    return table


def _name(party: IntroducedParty, language: Language) -> str:
    who = _word("anonymous", language) if party.is_anonymous and party.organisation is None else party.organisation
    return f"{party.title} ({who})" if who else party.title


def _consent(party: IntroducedParty, language: Language) -> str:
    return _CONSENTS_ZH[party.consent] if language is Language.CHINESE else party.consent


def _state(state: IntroductionState, language: Language) -> str:
    return f"{_STATES_ZH[state]} ({state})" if language is Language.CHINESE else state


def _word(word: str, language: Language) -> str:
    return _WORDS_ZH[word] if language is Language.CHINESE else word
