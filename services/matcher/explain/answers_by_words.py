"""Which passage of one side holds most of the telling words of each need of the other; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.matcher.domain.texts import ProfileTexts
from services.matcher.explain.party import Party
from services.matcher.explain.passages import Need, Passage, needs_of, passages_of
from services.matcher.explain.telling_terms import TermWeights, share_held
from services.matcher.retrieval.analysis import word_terms
from services.matcher.retrieval.pivots import english_terms
from shared.contracts.vocabularies import Language

LEAST_COVERAGE = 0.2
"""Share of a need's telling words below which a passage is no answer."""
LEAST_OF_ONE_WORD = 0.35
"""The same where they have a single word in common, which may well mean something else."""
_SECOND_SENTENCE = 0.1
"""What a second sentence must add to the coverage to be worth reading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A passage for a need, if there is one."""

    coverage: float = 0.0
    """The most that a passage holds, even where it is too little."""
    similarity: float | None = None
    passage: Passage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The needs of one side, the passages of the other, and what was found for each need."""

    needs: Sequence[Need]
    passages: Sequence[Passage] = field(repr=False)
    answers: Sequence[Answer]
    """One a need."""
    languages: frozenset[Language]
    """Of both sides."""


def ask_words(
    needing: Party, need_texts: ProfileTexts, offering: Party, offer_texts: ProfileTexts, weights: TermWeights
) -> Asked:
    """What the words alone say; between two languages, what the Chinese side says in English."""
    needs, passages = needs_of(needing, need_texts, weights), passages_of(offering, offer_texts)
    languages = frozenset({needing.language, offering.language})
    translated = Language.CHINESE if len(languages) > 1 else None
    terms_of = english_terms if offering.language is translated else word_terms
    asked_by = weights.of_translated if needing.language is translated else weights.of_text
    held = [frozenset(terms_of(passage.span.text)) for passage in passages]
    answers = [_best(asked_by(need.span.text), passages, held) for need in needs]
    return Asked(needs=needs, passages=passages, answers=answers, languages=languages)


def _best(asked: Mapping[str, float], passages: Sequence[Passage], held: Sequence[frozenset[str]]) -> Answer:
    """The passage that holds most; one sentence before two, text before a title, short before long, first of equals."""
    found = [(share_held(asked, terms), passage) for terms, passage in zip(held, passages, strict=True)]
    shared = [sum(term in terms for term in asked) for terms in held]
    answering = [
        answer
        for answer, count in zip(found, shared, strict=True)
        if answer[0] >= (LEAST_COVERAGE if count > 1 else LEAST_OF_ONE_WORD)
    ]
    telling = [answer for answer in answering if not answer[1].is_title] or answering
    if not telling:
        return Answer(coverage=max((coverage for coverage, _ in found), default=0.0))
    coverage, passage = max(telling, key=_preference)
    return Answer(coverage=coverage, passage=passage)


def _preference(answer: tuple[float, Passage]) -> tuple[float, int]:
    coverage, passage = answer
    return round(coverage - (0 if passage.is_single else _SECOND_SENTENCE), 6), -len(passage.span.text)
