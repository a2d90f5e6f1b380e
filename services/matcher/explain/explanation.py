"""One pair explained to both sides: the entry point."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.matcher.embedding.encoder import Encoder
from services.matcher.explain.evidence import evidence
from services.matcher.explain.missing import missing_facts, missing_reasons
from services.matcher.explain.party import Direction, OwnedJudgement, Party
from services.matcher.explain.questions import next_question
from services.matcher.explain.reasons import reasons
from services.matcher.explain.rule_answers import rule_answers
from services.matcher.explain.sides import Sides
from services.matcher.explain.telling_terms import TermWeights
from services.matcher.retrieval.terms import TermStatistics
from shared.contracts.explanations import Explanation, Truth
from shared.contracts.vocabularies import Explain


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceReader:
    """What evidence is read with, for `explain: full` alone."""

    statistics: TermStatistics | None = field(default=None, repr=False)
    """Of the corpus; without them every word is as telling as any other."""
    encoder: Encoder | None = None
    """Finds what no words are shared with; None to go by words alone."""


def explain(
    subject: Party,
    target: Party,
    forward: Direction,
    backward: Direction,
    *,
    judgements: Sequence[OwnedJudgement] = (),
    level: Explain = Explain.SUMMARY,
    reader: EvidenceReader = EvidenceReader(),
) -> Explanation:
    """Reasons, missing facts, the next question and open rules; with `full` every rule and the evidence too.

    `forward` is the target's offer on the subject's needs, and so the subject's reasons; `backward` the target's.
    """
    if level is Explain.NONE:
        return Explanation()
    sides = Sides.of(subject, target)
    turned = sides.turned()
    missing = missing_facts((forward, sides), (backward, turned))
    is_full = level is Explain.FULL
    told = judgements if is_full else [one for one in judgements if one.judgement.truth is Truth.UNKNOWN]
    subject_needs, target_needs = (
        evidence(subject, target, TermWeights(statistics=reader.statistics), reader.encoder) if is_full else ((), ())
    )
    return Explanation(
        for_subject=reasons(forward, sides),
        for_target=reasons(backward, turned),
        missing=missing_reasons(missing),
        next_question=next_question(subject, target, judgements, missing),
        rules=rule_answers(subject, target, told),
        subject_needs=subject_needs,
        target_needs=target_needs,
    )
