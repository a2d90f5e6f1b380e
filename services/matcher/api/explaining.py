"""Hands one scored pair to the explainer: both parties, both directions, the rules of both sides."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from services.matcher.domain.texts import ProfileTexts, profile_texts
from services.matcher.embedding.encoder import Encoder
from services.matcher.explain.explanation import EvidenceReader, explain
from services.matcher.explain.party import Direction, OwnedJudgement, Party
from services.matcher.explain.rule_answers import rule_answers
from services.matcher.matching.pair_rules import judge_pair
from services.matcher.matching.pipeline import ScoredMatch
from services.matcher.matching.subject import Subject
from services.matcher.retrieval.segment import Entry
from services.matcher.retrieval.snapshot import Snapshot
from services.matcher.scoring.directed import Directed
from services.matcher.scoring.learned import Learned
from services.matcher.scoring.policy import RankingPolicy
from shared.contracts.explanations import Explanation, RuleAnswer, Side
from shared.contracts.matches import MatchRequest
from shared.contracts.profiles import Kind
from shared.contracts.vocabularies import Explain


class Asked(NamedTuple):
    """What a match is written in the light of."""

    subject: Subject
    request: MatchRequest
    snapshot: Snapshot
    policy: RankingPolicy
    encoder: Encoder


def explained(scored: ScoredMatch, asked: Asked) -> Explanation:
    """As much as the request wants."""
    subject, request, snapshot, policy, encoder = asked
    kind, target_kind = subject.kind, scored.entry.attributes.kind
    is_full = request.explain is Explain.FULL
    reader = EvidenceReader(statistics=snapshot.base.aspects.statistics, encoder=encoder)
    return explain(
        party(Side.SUBJECT, subject.entry, is_record_used=request.personalised),
        party(Side.TARGET, scored.entry),
        Direction(directed=decisive(scored.forward, scored.learned, kind), policy=policy.needs_of(kind, target_kind)),
        Direction(
            directed=decisive(scored.backward, scored.learned, target_kind), policy=policy.needs_of(target_kind, kind)
        ),
        judgements=judge_pair(subject.entry, scored.entry, request.rules),
        level=request.explain,
        reader=reader if is_full else EvidenceReader(),
    )


def decisive(directed: Directed, learned: Learned | None, needing: Kind) -> Directed:
    """The parts that may be told as reasons: where a learned model decided, those that it, too, counts in favour."""
    if learned is None:
        return directed
    counted = {
        part.feature.signal for part in learned.parts if part.feature.needing is needing and part.contribution > 0
    }
    return Directed(parts=tuple(part for part in directed.parts if part.is_missing or part.signal in counted))


def rule_texts(subject: Subject, target: Entry, judgements: Sequence[OwnedJudgement]) -> tuple[RuleAnswer, ...]:
    """What the rules of a pair said, in words."""
    return rule_answers(party(Side.SUBJECT, subject.entry), party(Side.TARGET, target), judgements)


def party(side: Side, entry: Entry, *, is_record_used: bool = True) -> Party:
    """One side of a pair; its profile is read only where evidence is wanted."""
    return Party(
        side=side,
        facts=entry.facts,
        attributes=entry.attributes,
        language=entry.language,
        read_texts=partial(_texts, entry),
        is_record_used=is_record_used,
    )


def _texts(entry: Entry) -> ProfileTexts:
    return profile_texts(entry.profile())
