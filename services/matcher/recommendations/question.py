"""What is asked for a reader, and the ranking that answers it: the served pipeline, to a fixed depth."""

from dataclasses import dataclass
from datetime import date

from services.matcher.domain.counterparts import COUNTERPARTS
from services.matcher.matching.matchmaker import Answer, Matchmaker
from services.matcher.matching.stored import stored_subject
from services.matcher.retrieval.snapshot import Snapshot
from shared.contracts.kinds import Kind
from shared.contracts.matches import MatchRequest
from shared.contracts.recommendations import Period
from shared.contracts.vocabularies import Explain

DEPTH = 200
"""How many of the best matches take part in the rotation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """For whom, how often, and what may be recommended."""

    reader_id: str
    period: Period
    kinds: tuple[Kind, ...] = ()
    """Every kind that the reader's is matched with where empty."""
    limit: int | None = None
    is_personalised: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """The matches that may be recommended, and how they were asked for."""

    request: MatchRequest
    answer: Answer


def ranked(
    question: Question, matchmaker: Matchmaker, snapshot: Snapshot, today: date, *, sees_members: bool
) -> Ranked:
    """The reader's best matches by the active policy. Raises SubjectNotFound.

    The policy is named, so that no list is drafted from two policies of a comparison: it would not stand still.
    """
    kind = stored_subject(question.reader_id, snapshot).kind
    request = MatchRequest(
        subject_id=question.reader_id,
        target_kinds=question.kinds or COUNTERPARTS[kind],
        limit=DEPTH,
        explain=Explain.SUMMARY,
        as_of=today,
        personalised=question.is_personalised,
    )
    request = request.model_copy(update={"policy": matchmaker.policy_of(request).revision})
    answer = matchmaker.answer(request, snapshot, sees_members=sees_members)
    return Ranked(request=request, answer=answer)
