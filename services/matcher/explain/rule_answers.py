"""What a rule said of the other side, in words: what was asked, what was found, what would change it; pure."""

from collections.abc import Iterable, Mapping, Sequence

from services.matcher.domain.judgement import Finding, Judgement
from services.matcher.domain.vocabulary import Names
from services.matcher.explain.attribute_names import attribute_names, found_named
from services.matcher.explain.condition_wording import condition_named, mending
from services.matcher.explain.names import KINDS, REQUEST, bilingual, joined, party_names
from services.matcher.explain.party import OwnedJudgement, Party
from shared.contracts.explanations import RuleAnswer, Side, Truth
from shared.contracts.rules import SetAttribute

_OWN_FIELDS: Mapping[str | None, Names] = {
    "ticket": Names("its smallest ticket", "最低单笔投资额"),
    "stages": Names("its stages", "投资阶段"),
    "regions": Names("its regions", "投资地区"),
    "trl_minimum": Names("the TRL it asks for", "技术成熟度要求"),
    "trl_maximum": Names("the TRL it asks for", "技术成熟度要求"),
}
"""What the owner would relax, by the field that a derived rule stands on."""
_THE_RULE = Names("this rule", "该条件")


def rule_answers(subject: Party, target: Party, judgements: Iterable[OwnedJudgement]) -> tuple[RuleAnswer, ...]:
    """The rules' answers in their order."""
    return tuple(rule_answer(subject, target, one) for one in judgements)


def rule_answer(subject: Party, target: Party, owned: OwnedJudgement) -> RuleAnswer:
    """One rule's answer; the organisation that an anonymous owner hides stays out of its own words too."""
    judgement = owned.judgement
    owner, judged = sides_of(owned, subject, target)
    label = judgement.rule.rule.label
    return RuleAnswer(
        owner=owned.owner,
        source=judgement.rule.source,
        answer=judgement.truth,
        label=None if label is None or owner.gives_away(label) else label,
        text=bilingual(_text(owned, owner, judged)),
    )


def sides_of(owned: OwnedJudgement, subject: Party, target: Party) -> tuple[Party, Party]:
    """Whose rule it is, the asking side's for a request's, and the side that it was judged on."""
    return (target, subject) if owned.owner is Side.TARGET else (subject, target)


def owner_names(owned: OwnedJudgement, owner: Party, judged: Party) -> Names:
    """What the owner is called."""
    return REQUEST if owned.owner is Side.REQUEST else party_names(owner, judged)


def unknown_attributes(judgement: Judgement) -> tuple[str, ...]:
    """The attributes that an unknown rule waits for, each once, in the order of the rule."""
    return tuple(dict.fromkeys(finding.attribute for finding in judgement.deciding))


def is_private(owned: OwnedJudgement, owner: Party, judged: Party) -> bool:
    """Whether the rule names the organisation that its own owner hides.

    A name that the other side guesses at is never hidden: to do so would tell that the guess is right.
    """
    condition = condition_named(owned.judgement.rule.rule.condition, judged.kind)
    return owner.gives_away(condition.en) or owner.gives_away(condition.zh)


def asks(owned: OwnedJudgement, owner: Party, judged: Party) -> Names:
    """`the investor asks: amount sought at least 420,000 USD`."""
    who = owner_names(owned, owner, judged)
    if is_private(owned, owner, judged):
        return Names(f"{who.en} has a rule that it keeps to itself", f"{who.zh}设有不公开的条件")
    condition = condition_named(owned.judgement.rule.rule.condition, judged.kind)
    return Names(f"{who.en} asks: {condition.en}", f"{who.zh}要求：{condition.zh}")


def _text(owned: OwnedJudgement, owner: Party, judged: Party) -> Names:
    judgement = owned.judgement
    asked = asks(owned, owner, judged)
    if not judgement.applies:
        kind = KINDS[judged.kind]
        return Names(f"{asked.en}. Not asked of {kind.en}s.", f"{asked.zh}。不针对{kind.zh}。")
    match judgement.truth:
        case Truth.PASS if is_private(owned, owner, judged):
            said = Names("It holds", "已满足")
        case Truth.PASS:
            said = _found(judgement.deciding, judged)
        case Truth.UNKNOWN:
            said = _unknown(judgement, judged, party_names(judged, owner))
        case Truth.FAIL:
            said = _failed(owned, owner, judged)
    return Names(f"{asked.en}. {said.en}.", f"{asked.zh}。{said.zh}。")


def _found(findings: Sequence[Finding], judged: Party) -> Names:
    """What is known of the attributes that the findings are about."""
    known = {finding.attribute: finding.found for finding in findings}
    texts = []
    for attribute, found in known.items():
        shown = [value for value in found if not judged.gives_away(str(value))]
        name, value = attribute_names(attribute, judged.kind), found_named(attribute, shown)
        texts.append(Names(f"{name.en} {value.en}", f"{name.zh}{value.zh}"))
    listed = joined(texts, most=4, english="; ", chinese="；")
    return Names(f"Found: {listed.en}", f"查到：{listed.zh}")


def _unknown(judgement: Judgement, judged: Party, who: Names) -> Names:
    attributes = unknown_attributes(judgement)
    if judged.facts.is_anonymous and attributes == (SetAttribute.ORGANISATION,):
        return Names(f"Not shown: {who.en} stays anonymous", f"不公开：{who.zh}匿名发布")
    names = joined((attribute_names(attribute, judged.kind) for attribute in attributes), most=4)
    return Names(f"Not known enough: {names.en}; {who.en} should state it", f"信息不足：{names.zh}；请{who.zh}补充")


def _failed(owned: OwnedJudgement, owner: Party, judged: Party) -> Names:
    judgement = owned.judgement
    who, own = owner_names(owned, owner, judged), _OWN_FIELDS.get(judgement.rule.field, _THE_RULE)
    relax = Names(f"{who.en} relaxing {own.en}", f"{who.zh}放宽{own.zh}")
    if is_private(owned, owner, judged):
        return Names(f"It would take: {relax.en}", f"如{relax.zh}即可")
    found = _found(judgement.deciding, judged)
    mended = mending(judgement.rule.rule.condition, judgement.findings, judged.kind)
    return Names(
        f"{found.en}. It would take: {mended.en}; or {relax.en}", f"{found.zh}。如{mended.zh}，或{relax.zh}，即可"
    )
