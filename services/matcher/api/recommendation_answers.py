"""Rounds of recommendations as they go out: explained matches, the words of one language, the run behind them."""

from collections.abc import Sequence

from pydantic_core import to_json

from services.matcher.api.answers import match_json, provenance_of
from services.matcher.api.explaining import Asked
from services.matcher.api.json_parts import json_array, json_object
from services.matcher.embedding.encoder import Encoder
from services.matcher.matching.matchmaker import Answer
from services.matcher.matching.pipeline import ScoredMatch
from services.matcher.recommendations.planning import Written
from services.matcher.recommendations.records import Item, Round
from services.matcher.recommendations.wording import said, why_now_text
from services.matcher.runs.answered import AnsweredRun, request_json
from services.matcher.runs.run_ids import round_run_id
from shared.contracts.explanations import Explanation, Side
from shared.contracts.matches import Match, MatchRequest
from shared.contracts.recommendations import Recommendation, RecommendationList, StoredRecommendation, Told
from shared.contracts.vocabularies import Language


class RoundWriter:
    """Writes a round's matches, and remembers them as the run that they were."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.run: AnsweredRun | None = None
        """What was written last; None before, and where it was nobody."""

    def write(self, request: MatchRequest, answer: Answer, matches: Sequence[ScoredMatch]) -> Written:
        """Explain matches in this order, as answers do."""
        provenance = provenance_of(request, answer.snapshot, answer.policy, priors=answer.priors)
        asked = Asked(answer.subject, request, answer.snapshot, answer.policy, self._encoder)
        bodies = [match_json(rank, scored, asked) for rank, scored in enumerate(matches, start=1)]
        targets = tuple(scored.entry.profile_id for scored in matches)
        run_id = round_run_id(request, provenance, targets)
        fields = {
            "run_id": to_json(run_id),
            "matches": json_array(bodies),
            "eligible": to_json(answer.eligible),
            "left_out": b"[]",
            "near_misses": b"[]",
            "personalised": to_json(request.personalised),
            "provenance": to_json(provenance),
        }
        self.run = AnsweredRun(
            run_id=run_id,
            request=request_json(request),
            answer=json_object(fields),
            subject_id=request.subject_id,
            provenance=provenance,
            shown=targets,
        )
        wire = tuple(Match.model_validate_json(body) for body in bodies)
        return Written(matches=wire, provenance=provenance, run_id=run_id if wire else None)


def round_list(round_: Round, language: Language) -> RecommendationList:
    """A round in the words of one language."""
    is_kept = round_.given_at is not None
    return RecommendationList(
        profile_id=round_.key.reader_id,
        period=round_.key.period,
        period_key=round_.key.period_key,
        since=round_.since,
        round_id=round_.key.round_id if is_kept else None,
        given_at=round_.given_at,
        personalised=round_.key.is_personalised,
        items=tuple(_recommendation(item, language) for item in round_.items),
        held_back=round_.held_back,
        run_id=round_.run_id if is_kept else None,
        provenance=round_.provenance,
    )


def stored_recommendation(round_: Round, item: Item, language: Language) -> StoredRecommendation:
    """One recommendation as it was given."""
    assert item.recommendation_id is not None and round_.given_at is not None and round_.run_id is not None  # kept
    return StoredRecommendation(
        id=item.recommendation_id,
        round_id=round_.key.round_id,
        profile_id=round_.key.reader_id,
        period=round_.key.period,
        period_key=round_.key.period_key,
        channel=round_.channel,
        given_at=round_.given_at,
        personalised=round_.key.is_personalised,
        run_id=round_.run_id,
        provenance=round_.provenance,
        recommendation=_recommendation(item, language),
    )


def _recommendation(item: Item, language: Language) -> Recommendation:
    why = why_now_text(item.why_now, item.times_given, item.last_given_at)
    explanation = item.match.explanation or Explanation()
    question = explanation.next_question
    return Recommendation(
        id=item.recommendation_id,
        why_now=item.why_now,
        why_now_text=why,
        times_given=item.times_given,
        last_given_at=item.last_given_at,
        match=item.match,
        told=Told(
            language=language,
            why_now=said(why, language),
            for_you=tuple(said(reason.text, language) for reason in explanation.for_subject),
            for_them=tuple(said(reason.text, language) for reason in explanation.for_target),
            question=None if question is None else said(question.text, language),
            asks_you=question is not None and question.ask is Side.SUBJECT,
        ),
    )
