"""Rankings as they go out on the wire; what an anonymous poster hides stays hidden here."""

from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json, to_json

from services.matcher.api.explaining import Asked, explained, rule_texts
from services.matcher.api.json_parts import directed_json, json_array, json_object
from services.matcher.embedding.encoder import Encoder
from services.matcher.matching.drafting import Draft
from services.matcher.matching.matchmaker import Answer
from services.matcher.matching.near_misses import NearlyMatched
from services.matcher.matching.pipeline import ScoredMatch
from services.matcher.matching.subject import Subject
from services.matcher.priors.priors import NO_PRIORS, Priors
from services.matcher.retrieval.segment import Entry
from services.matcher.retrieval.snapshot import Snapshot
from services.matcher.runs.run_ids import run_id
from services.matcher.scoring.calibration import band_of
from services.matcher.scoring.learned import Learned
from services.matcher.scoring.policy import RankingPolicy
from services.matcher.scoring.rerank import Move as Moved
from shared.contracts.explanations import LearnedContribution, LearnedScore, Side
from shared.contracts.matches import LeftOut, MatchRequest, Move, NearMiss, Provenance
from shared.contracts.vocabularies import Explain, MoveReason, Visibility


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What of a profile is shown beside its score."""

    title: str
    organisation: str | None
    summary: str | None


def shown(entry: Entry) -> Shown:
    """Read without validating: the matcher wrote this JSON itself, and an answer shows ten of them."""
    fields: dict[str, Any] = from_json(entry.profile_json)  # Any: JSON
    is_anonymous = entry.visibility is Visibility.ANONYMOUS
    return Shown(
        title=fields["title"],
        organisation=None if is_anonymous else fields.get("organisation"),
        summary=fields.get("summary"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenAnswer:
    """An answer's JSON, a MatchResponse, and what its recorder asks about it."""

    run_id: str
    body: bytes
    provenance: Provenance
    shown: tuple[str, ...]
    """Ids of the matches, best first."""


def written_answer(answer: Answer, encoder: Encoder) -> WrittenAnswer:
    """The answer to one request.

    Written without building the wire's objects, which took longer than finding what they hold: they are hundreds. A
    test reads it as a MatchResponse and finds every field.
    """
    provenance = provenance_of(answer.request, answer.snapshot, answer.policy, answer.draft, answer.priors)
    policies = answer.draft.policies() if answer.draft else {}
    moves, matches = answer.arranged.moves, answer.arranged.matches
    asked = Asked(answer.subject, answer.request, answer.snapshot, answer.policy, encoder)
    run = run_id(answer.request, provenance, withheld=_withheld(answer), sees_members=answer.sees_members)
    left_out = [
        LeftOut(profile_id=one.entry.profile_id, score=one.score, move=_move(moves[one.entry.profile_id]))
        for one in answer.arranged.left_out
    ]
    body = json_object(
        {
            "run_id": to_json(run),
            "matches": json_array(
                match_json(
                    rank,
                    scored,
                    asked._replace(policy=policies.get(scored.entry.profile_id, answer.policy)),
                    moves.get(scored.entry.profile_id),
                )
                for rank, scored in enumerate(matches, start=1)
            ),
            "eligible": to_json(answer.eligible),
            "left_out": to_json(left_out),
            "near_misses": to_json([_near_miss(answer.subject, nearly) for nearly in answer.near_misses]),
            "personalised": to_json(answer.request.personalised),
            "provenance": to_json(provenance),
        }
    )
    shown_ids = tuple(scored.entry.profile_id for scored in matches)
    return WrittenAnswer(run_id=run, body=body, provenance=provenance, shown=shown_ids)


def _withheld(answer: Answer) -> list[str]:
    """Who was left out for what happened outside the request and its versions: part of what names a run."""
    moves = answer.arranged.moves
    passing = (MoveReason.EXPOSURE_CAP, MoveReason.CAPACITY)
    ids = (one.entry.profile_id for one in answer.arranged.left_out)
    withheld = [profile_id for profile_id in ids if moves[profile_id].reason in passing]
    return withheld + sorted(answer.subject.introduced)


def provenance_of(
    request: MatchRequest,
    snapshot: Snapshot,
    policy: RankingPolicy,
    draft: Draft | None = None,
    priors: Priors = NO_PRIORS,
) -> Provenance:
    """The versions an answer stands on; of a drafted list, both policies and their comparison."""
    named = draft.comparison.named if draft else None
    return Provenance(
        policy=f"{named.first}+{named.second}" if named else policy.revision,
        model=snapshot.model_id,
        snapshot=snapshot.version,
        feed_seq=snapshot.feed_seq,
        as_of=request.as_of,
        priors=priors.version,
        comparison=named,
    )


def match_json(rank: int, scored: ScoredMatch, asked: Asked, move: Moved | None = None) -> bytes:
    """One Match as JSON, with as much of an explanation as the request wants."""
    entry = scored.entry
    told = shown(entry)
    is_explained = asked.request.explain is not Explain.NONE
    head = {
        "rank": rank,
        "profile_id": entry.profile_id,
        "revision": entry.revision,
        "kind": entry.attributes.kind,
        "title": told.title,
        "organisation": told.organisation,
        "summary": told.summary,
        "language": entry.language,
        "score": scored.score,
        "band": band_of(scored.score, asked.policy),
        "fused": scored.fused,
    }
    parts = {
        "forward": directed_json(scored.forward, is_explained=is_explained),
        "backward": directed_json(scored.backward, is_explained=is_explained),
        "learned": to_json(_learned(scored.learned, asked.subject, is_explained)),
        "explanation": to_json(explained(scored, asked) if is_explained else None),
        "move": to_json(_move(move) if move else None),
    }
    return json_object(parts, head=to_json(head))


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
