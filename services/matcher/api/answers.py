"""Rankings as they go out on the wire; what an anonymous poster hides stays hidden here."""

from services.matcher.matching.matchmaker import Answer
from services.matcher.matching.pipeline import Leg, ScoredMatch
from shared.contracts.matches import LegScore, Match, MatchLegs, MatchResponse, Provenance
from shared.contracts.vocabularies import Visibility


def match_response(answer: Answer) -> MatchResponse:
    """The answer to one request."""
    return MatchResponse(
        matches=tuple(_match(rank, scored) for rank, scored in enumerate(answer.ranking.matches, start=1)),
        eligible=answer.ranking.eligible,
        provenance=Provenance(
            policy=answer.policy.revision,
            model=answer.snapshot.model_id,
            snapshot=answer.snapshot.version,
            feed_seq=answer.snapshot.feed_seq,
        ),
    )


def _match(rank: int, scored: ScoredMatch) -> Match:
    profile = scored.entry.profile()
    return Match(
        rank=rank,
        profile_id=scored.entry.profile_id,
        revision=scored.entry.revision,
        kind=profile.kind,
        title=profile.title,
        organisation=None if profile.visibility is Visibility.ANONYMOUS else profile.organisation,
        summary=profile.summary,
        language=scored.entry.language,
        score=scored.score,
        legs=MatchLegs(dense=_leg(scored.dense), lexical=_leg(scored.lexical)),
    )


def _leg(leg: Leg) -> LegScore:
    return LegScore(raw=leg.raw, normalised=leg.normalised, weight=leg.weight, contribution=leg.contribution)
