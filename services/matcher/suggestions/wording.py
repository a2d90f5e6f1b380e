"""A suggested rule in a sentence, in both languages; pure."""

from collections.abc import Mapping

from services.matcher.domain.vocabulary import Names
from services.matcher.explain.condition_wording import condition_named
from services.matcher.explain.names import KINDS, bilingual
from services.matcher.suggestions.finding import FoundRule
from shared.contracts.explanations import BilingualText
from shared.contracts.feedback import FeedbackReason

_WHY: Mapping[FeedbackReason, Names] = {
    FeedbackReason.WRONG_STAGE: Names("for the wrong stage", "阶段不符"),
    FeedbackReason.WRONG_SECTOR: Names("for the wrong sector", "领域不符"),
    FeedbackReason.WRONG_REGION: Names("for the wrong region", "地区不符"),
    FeedbackReason.AMOUNT_DOES_NOT_FIT: Names("for an amount that does not fit", "金额不符"),
    FeedbackReason.REQUIREMENT_NOT_MET: Names("for a requirement not met", "未满足要求"),
}


def suggestion_text(found: FoundRule) -> BilingualText:
    """`You turned down 3 projects for the wrong stage: add the rule "TRL at least 6"? ...`."""
    kind, why = KINDS[found.kind], _WHY[found.reason]
    asked = condition_named(found.rule.condition, found.kind)
    support, away, all_of = len(found.shut_out), found.taken_away, found.candidates
    english = (
        f"You turned down {support} {kind.en}{'' if support == 1 else 's'} {why.en}: add the rule “{asked.en}”? "
        f"It would take away {away} of the {all_of} that may be proposed now, and none that you welcomed."
    )
    chinese = (
        f"您曾以“{why.zh}”为由谢绝{support}个{kind.zh}：是否增加条件“{asked.zh}”？"
        f"当前可推荐的{all_of}个中将减少{away}个，您认可过的不受影响。"
    )
    return bilingual(Names(english, chinese))
