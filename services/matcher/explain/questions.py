"""The one question that is worth asking next: an unanswered rule first, then the weightiest missing fact; pure."""

from collections.abc import Sequence
from functools import lru_cache

from services.matcher.domain.vocabulary import Names
from services.matcher.explain.attribute_names import attribute_names
from services.matcher.explain.missing import MissingFact
from services.matcher.explain.names import bilingual, capitalised, joined, party_names
from services.matcher.explain.party import OwnedJudgement, Party
from services.matcher.explain.rule_answers import asks, sides_of, unknown_attributes
from shared.contracts.explanations import Question, QuestionCode, Truth
from shared.contracts.rules import SetAttribute


def next_question(
    subject: Party, target: Party, judgements: Sequence[OwnedJudgement], missing: Sequence[MissingFact]
) -> Question | None:
    """The question, and whom to ask; None where nothing is open. What an anonymous side hides is not asked for."""
    for owned in judgements:
        if owned.judgement.truth is Truth.UNKNOWN:
            question = _of_rule(owned, *sides_of(owned, subject, target))
            if question is not None:
                return question
    return _of_fact(missing[0]) if missing else None


def _of_rule(owned: OwnedJudgement, owner: Party, judged: Party) -> Question | None:
    hidden = SetAttribute.ORGANISATION if judged.facts.is_anonymous else None
    attributes = [name for name in unknown_attributes(owned.judgement) if name != hidden]
    if not attributes:
        return None
    who, asked = party_names(judged, owner), asks(owned, owner, judged)
    names = joined((attribute_names(attribute, judged.kind) for attribute in attributes), most=4)
    text = Names(
        f"ask {who.en} for its {names.en}. {capitalised(asked.en)}.", f"请向{who.zh}了解{names.zh}。{asked.zh}。"
    )
    return Question(code=QuestionCode.RULE_UNKNOWN, ask=judged.side, field=attributes[0], text=bilingual(text))


@lru_cache(maxsize=4_096)
def _of_fact(fact: MissingFact) -> Question:
    who, what = fact.owner, fact.names
    text = Names(f"ask {who.en} for its {what.en}.", f"请向{who.zh}了解{what.zh}。")
    return Question(code=QuestionCode.FACT_MISSING, ask=fact.side, field=fact.field, text=bilingual(text))
