"""Why a pair stands where it stands, as it goes out on the wire."""

from services.matcher.api.answers import match_json, provenance_of
from services.matcher.api.explaining import Asked, rule_texts
from services.matcher.embedding.encoder import Encoder
from services.matcher.matching.matchmaker import WhyNot
from services.matcher.matching.why import Why
from shared.contracts.explanations import BilingualText, Explanation, RuleAnswer, Truth
from shared.contracts.matches import Match, MatchRequest
from shared.contracts.why import DropStage, Remedy, WhyAnswer

_STAGES: dict[DropStage, BilingualText] = {
    DropStage.SAME_PROFILE: BilingualText(
        zh="这是提问方自己的档案，不会推荐给自己。",
        en="This is the asking profile itself; nobody is proposed to oneself.",
    ),
    DropStage.HIDDEN: BilingualText(
        zh="对方设为隐藏，不会被推荐。", en="The counterpart is hidden and never proposed."
    ),
    DropStage.INTRODUCED: BilingualText(
        zh="双方已在对接中、已见过面或已婉拒，不再重复推荐。",
        en="The two are being introduced, have met, or one has declined: they are not proposed again.",
    ),
    DropStage.NOT_OPEN: BilingualText(
        zh="在所问的日期，对方已截止或不在有效期内。",
        en="On the day asked about, the counterpart's deadline has passed or it is not valid.",
    ),
    DropStage.FILTERS: BilingualText(zh="未通过请求中的筛选条件。", en="It does not pass a filter of the request."),
    DropStage.RULES: BilingualText(zh="被一方的规则排除。", en="A rule of one side refuses it."),
    DropStage.FLOOR: BilingualText(zh="得分低于下限，宁缺毋滥。", en="Its score is below the floor: fewer but good."),
    DropStage.LIMIT: BilingualText(
        zh="符合条件，但名次在列表长度之外。", en="It is eligible, but its rank is beyond the list's length."
    ),
    DropStage.RETURNED: BilingualText(zh="在推荐列表中。", en="It is in the list."),
}


def why_answer(found: WhyNot, request: MatchRequest, encoder: Encoder) -> WhyAnswer:
    """The whole answer; `request` is what the pair was asked with."""
    why = found.why
    entry = why.match.entry
    asked = Asked(found.subject, request, found.snapshot, found.policy, encoder)
    match = Match.model_validate_json(match_json(why.rank or 0, why.match, asked))
    rules = rule_texts(found.subject, entry, why.judgements)
    return WhyAnswer(
        subject_id=found.subject.entry.profile_id,
        target_id=entry.profile_id,
        stage=why.stage,
        stage_text=_STAGES[why.stage],
        rank=why.rank,
        eligible=why.eligible,
        score=why.match.score,
        threshold=why.threshold,
        match=match,
        rules=rules,
        remedies=remedies(why, rules, match.explanation),
        provenance=provenance_of(request, found.snapshot, found.policy, priors=found.priors),
    )


def remedies(why: Why, rules: tuple[RuleAnswer, ...], explanation: Explanation | None) -> tuple[Remedy, ...]:
    """What would change the answer: first what keeps the pair apart, then what would raise its score."""
    found = [Remedy(code="rule", text=rule.text) for rule in rules if rule.answer is Truth.FAIL]
    if why.threshold is not None:
        found.append(_more_score(why.match.score, why.threshold))
    if why.stage is not DropStage.RETURNED and explanation is not None:
        found += [Remedy(code=reason.code, text=reason.text) for reason in explanation.missing]
    return tuple(found)


def _more_score(score: float, threshold: float) -> Remedy:
    return Remedy(
        code="score",
        text=BilingualText(
            zh=f"得分需达到 {threshold:.3f}，目前为 {score:.3f}。",
            en=f"The score would have to reach {threshold:.3f}; it is {score:.3f}.",
        ),
    )
