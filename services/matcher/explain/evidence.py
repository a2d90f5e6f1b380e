"""For each need of one side the passage of the other that answers it best; pure."""

from services.matcher.embedding.encoder import Encoder
from services.matcher.explain.answers_by_meaning import ask_meaning
from services.matcher.explain.answers_by_words import Asked, ask_words
from services.matcher.explain.party import Party
from services.matcher.explain.telling_terms import TermWeights
from shared.contracts.explanations import NeedEvidence

_DIGITS = 4


def evidence(
    subject: Party, target: Party, weights: TermWeights, encoder: Encoder | None
) -> tuple[tuple[NeedEvidence, ...], tuple[NeedEvidence, ...]]:
    """The subject's needs with the target's passages, and the target's with the subject's."""
    subject_texts, target_texts = subject.read_texts(), target.read_texts()
    sides = [
        ask_words(subject, subject_texts, target, target_texts, weights),
        ask_words(target, target_texts, subject, subject_texts, weights),
    ]
    if encoder is not None:
        sides = ask_meaning(sides, encoder)
    of_subject, of_target = (_needs(side) for side in sides)
    return of_subject, of_target


def _needs(side: Asked) -> tuple[NeedEvidence, ...]:
    return tuple(
        NeedEvidence(
            need=need.span,
            weight=need.weight,
            coverage=round(answer.coverage, _DIGITS),
            similarity=None if answer.similarity is None else round(answer.similarity, _DIGITS),
            offer=answer.passage.span if answer.passage else None,
        )
        for need, answer in zip(side.needs, side.answers, strict=True)
    )
