"""Rankings as they go out on the wire; what an anonymous poster hides stays hidden here."""

import json
from dataclasses import dataclass
from typing import Any

from services.matcher.api.explaining import explained, rule_texts
from services.matcher.embedding.encoder import Encoder
from services.matcher.matching.matchmaker import Answer
from services.matcher.matching.near_misses import NearlyMatched
from services.matcher.matching.pipeline import ScoredMatch
from services.matcher.matching.subject import Subject
from services.matcher.retrieval.segment import Entry
from services.matcher.retrieval.snapshot import Snapshot
from services.matcher.runs.run_ids import run_id
from services.matcher.scoring.calibration import band_of
from services.matcher.scoring.directed import Directed, SignalPart
from services.matcher.scoring.learned import Learned
from services.matcher.scoring.policy import RankingPolicy
from services.matcher.scoring.rerank import Move as Moved
from shared.contracts.explanations import DirectedScore, LearnedContribution, LearnedScore, Side
from shared.contracts.matches import LeftOut, Match, MatchRequest, MatchResponse, Move, NearMiss, Provenance
from shared.contracts.vocabularies import Explain, MoveReason, Visibility


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What of a profile is shown beside its score."""

    title: str
    organisation: str | None
    summary: str | None


def shown(entry: Entry) -> Shown:
    """Read without validating: the matcher wrote this JSON itself, and an answer shows ten of them."""
    fields: dict[str, Any] = json.loads(entry.profile_json)  # Any: JSON
    is_anonymous = entry.visibility is Visibility.ANONYMOUS
    return Shown(
        title=fields["title"],
        organisation=None if is_anonymous else fields.get("organisation"),
        summary=fields.get("summary"),
    )


def match_response(answer: Answer, encoder: Encoder) -> MatchResponse:
    """The answer to one request."""
    provenance = provenance_of(answer.request, answer.snapshot, answer.policy)
    moves = answer.arranged.moves
    return MatchResponse(
        run_id=run_id(answer.request, provenance, withheld=_withheld(answer)),
        matches=tuple(
            wire_match(
                rank,
                scored,
                subject=answer.subject,
                request=answer.request,
                snapshot=answer.snapshot,
                policy=answer.policy,
                encoder=encoder,
                move=moves.get(scored.entry.profile_id),
            )
            for rank, scored in enumerate(answer.arranged.matches, start=1)
        ),
        eligible=answer.eligible,
        left_out=tuple(
            LeftOut(profile_id=one.entry.profile_id, score=one.score, move=_move(moves[one.entry.profile_id]))
            for one in answer.arranged.left_out
        ),
        near_misses=tuple(_near_miss(answer.subject, nearly) for nearly in answer.near_misses),
        provenance=provenance,
    )


def _withheld(answer: Answer) -> list[str]:
    """Who was left out for what happened outside the request and its versions: part of what names a run."""
    moves = answer.arranged.moves
    passing = (MoveReason.EXPOSURE_CAP, MoveReason.CAPACITY)
    ids = (one.entry.profile_id for one in answer.arranged.left_out)
    return [profile_id for profile_id in ids if moves[profile_id].reason in passing]


def provenance_of(request: MatchRequest, snapshot: Snapshot, policy: RankingPolicy) -> Provenance:
    """The versions an answer stands on."""
    return Provenance(
        policy=policy.revision,
        model=snapshot.model_id,
        snapshot=snapshot.version,
        feed_seq=snapshot.feed_seq,
        as_of=request.as_of,
    )


def wire_match(
    rank: int,
    scored: ScoredMatch,
    *,
    subject: Subject,
    request: MatchRequest,
    snapshot: Snapshot,
    policy: RankingPolicy,
    encoder: Encoder,
    move: Moved | None = None,
) -> Match:
    """One match with as much of an explanation as the request wants."""
    entry = scored.entry
    told = shown(entry)
    is_explained = request.explain is not Explain.NONE
    return Match(
        rank=rank,
        profile_id=entry.profile_id,
        revision=entry.revision,
        kind=entry.attributes.kind,
        title=told.title,
        organisation=told.organisation,
        summary=told.summary,
        language=entry.language,
        score=scored.score,
        band=band_of(scored.score, policy),
        fused=scored.fused,
        forward=_directed(scored.forward, is_explained),
        backward=_directed(scored.backward, is_explained),
        learned=_learned(scored.learned, subject, is_explained),
        explanation=explained(subject, scored, request, snapshot, policy, encoder) if is_explained else None,
        move=_move(move) if move else None,
    )


def _directed(directed: Directed, is_explained: bool) -> DirectedScore:
    """Validated in one go: an answer holds hundreds of contributions."""
    parts = [_contribution(part) for part in directed.parts] if is_explained else []
    return DirectedScore.model_validate({"score": directed.score, "contributions": parts})


def _learned(learned: Learned | None, subject: Subject, is_explained: bool) -> LearnedScore | None:
    if learned is None:
        return None
    return LearnedScore(
        model=learned.model_id,
        margin=learned.margin,
        expected=learned.expected,
        contributions=tuple(
            LearnedContribution(
                needs_of=Side.SUBJECT if part.feature.needing is subject.kind else Side.TARGET,
                signal=part.feature.signal,
                value=part.value,
                contribution=part.contribution,
            )
            for part in (learned.parts if is_explained else ())
        ),
    )


def _contribution(part: SignalPart) -> dict[str, object]:
    return {
        "signal": part.signal,
        "raw": part.raw,
        "value": part.value,
        "is_missing": part.is_missing,
        "weight": part.weight,
        "contribution": part.contribution,
    }


def _move(move: Moved) -> Move:
    return Move(reason=move.reason, from_rank=move.from_rank, to_rank=move.to_rank)


def _near_miss(subject: Subject, nearly: NearlyMatched) -> NearMiss:
    entry = nearly.match.entry
    told = shown(entry)
    [answer] = rule_texts(subject, entry, (nearly.failed,))
    return NearMiss(
        profile_id=entry.profile_id,
        kind=entry.attributes.kind,
        title=told.title,
        organisation=told.organisation,
        score=nearly.match.score,
        rule=answer,
    )
