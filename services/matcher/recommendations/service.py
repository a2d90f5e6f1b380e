"""Makes rounds of recommended contacts, keeps them, and shows the current one or what it would hold."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from services.matcher.matching.matchmaker import Matchmaker
from services.matcher.recommendations import repository
from services.matcher.recommendations.errors import RecommendationNotFound
from services.matcher.recommendations.limits import Limits
from services.matcher.recommendations.periods import period_key
from services.matcher.recommendations.planning import MatchWriter, Planned, plan
from services.matcher.recommendations.question import Question, Ranked, ranked
from services.matcher.recommendations.records import Item, Round, RoundKey
from services.matcher.recommendations.standing import narrowed, standing
from services.matcher.retrieval.snapshot import Snapshot
from shared.contracts.recommendations import Channel
from shared.kit.database import Database, ReadSession

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What a caller's question is answered from."""

    matchmaker: Matchmaker
    snapshot: Snapshot
    write: MatchWriter
    sees_members: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A round that is kept, and whether it was made just now."""

    round: Round
    is_new: bool


class RecommendationService:
    """The rounds of one database."""

    def __init__(self, database: Database, limits: Limits, clock: Clock = lambda: datetime.now(UTC)) -> None:
        self._database = database
        self._limits = limits
        self._clock = clock

    def show(self, question: Question, asking: Asking) -> Round:
        """The round of the current period, or what it would hold; records nothing. Raises SubjectNotFound."""
        now = self._clock()
        key = _key(question, now)
        with self._database.read() as session:
            made = repository.find_round(session, key)
            if made is not None:
                return narrowed(_standing(session, made, asking), question)
        ranking = _ranked(question, asking, now)
        with self._database.read() as session:
            return self._planned(session, question, ranking, now, Channel.API, asking.write).round

    def make(self, question: Question, channel: Channel, asking: Asking) -> Made:
        """Make and keep the round of the current period, or find the one that was made before.

        Raises SubjectNotFound, DatabaseUnavailable.
        """
        now = self._clock()
        key = _key(question, now)
        with self._database.read() as session:
            made = repository.find_round(session, key)
            if made is not None:
                return Made(round=_standing(session, made, asking), is_new=False)
        ranking = _ranked(question, asking, now)  # before the lock, which others wait for
        with self._database.write() as session:
            repository.lock(session)
            made = repository.find_round(session, key)
            if made is not None:
                return Made(round=_standing(session, made, asking), is_new=False)
            planned = self._planned(session, question, ranking, now, channel, asking.write)
            repository.insert_round(session, planned.round, now, planned.seen)
            repository.prune(session, now - self._limits.retention)
            session.flush()
            made = repository.find_round(session, key)
        assert made is not None  # it was just inserted
        return Made(round=made, is_new=True)

    def find(self, recommendation_id: str) -> tuple[Round, Item]:
        """A recommendation as it was given, in its round. Raises RecommendationNotFound."""
        with self._database.read() as session:
            round_id = repository.round_id_of(session, recommendation_id)
            made = None if round_id is None else repository.round_of(session, round_id)
        items = made.items if made else ()
        found = next((item for item in items if item.recommendation_id == recommendation_id), None)
        if made is None or found is None:
            raise recommendation_not_found(recommendation_id)
        return made, found

    def _planned(
        self,
        session: ReadSession,
        question: Question,
        ranking: Ranked,
        now: datetime,
        channel: Channel,
        write: MatchWriter,
    ) -> Planned:
        return plan(
            session,
            key=_key(question, now),
            ranking=ranking,
            now=now,
            limit=question.limit,
            channel=channel,
            limits=self._limits,
            write=write,
        )


def recommendation_not_found(recommendation_id: str) -> RecommendationNotFound:
    """No recommendation that the caller may know of has this id."""
    return RecommendationNotFound(
        f"recommendation_id: no recommendation {recommendation_id[:100]!r}. It was a preview, is older than the "
        "retention, or one of its two profiles was erased."
    )


def _key(question: Question, now: datetime) -> RoundKey:
    return RoundKey(
        reader_id=question.reader_id,
        period=question.period,
        period_key=period_key(question.period, now),
        is_personalised=question.is_personalised,
    )


def _standing(session: ReadSession, made: Round, asking: Asking) -> Round:
    targets = [item.match.profile_id for item in made.items]
    refused = repository.refused(session, made.key.reader_id, targets)
    introduced = asking.matchmaker.asking(made.key.reader_id, asking.snapshot).introduced
    return standing(made, asking.snapshot, refused | introduced, sees_members=asking.sees_members)


def _ranked(question: Question, asking: Asking, now: datetime) -> Ranked:
    return ranked(question, asking.matchmaker, asking.snapshot, now.date(), sees_members=asking.sees_members)
