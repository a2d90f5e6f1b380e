"""A recommendation service on a small corpus whose profiles, feedback, introductions and clock a test moves."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import delete

from services.matcher.api.recommendation_answers import RoundWriter
from services.matcher.introductions import repository as introductions
from services.matcher.introductions.pairs import IntroducedPairs, KnownIntroduction
from services.matcher.judgments import feedback_repository
from services.matcher.matching.indexing import Indexer
from services.matcher.matching.matchmaker import Matchmaker
from services.matcher.recommendation_tables import RecommendationRoundRow, RecommendationRow
from services.matcher.recommendations.limits import Limits
from services.matcher.recommendations.question import Question
from services.matcher.recommendations.records import Round
from services.matcher.recommendations.service import Asking, Made, RecommendationService
from services.matcher.tables import FeedbackRow, IntroductionRow
from shared.contracts.introductions import IntroductionState
from shared.contracts.profiles import Profile
from shared.contracts.recommendations import Channel, Period
from shared.kit.database import Database
from tests.factories import make_demand, make_project
from tests.matcher.encoders import HashingEncoder
from tests.matcher.judgments.events import make_event, on_the_wire
from tests.matcher.profile_collections import documents, make_publisher, version

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
READER = "reader"
_NUMBERS = count(1)


def corpus() -> dict[str, Profile]:
    """A demand, three projects that answer it, and plenty that do not, so that scores are spread."""
    wanted = "Silicon anode cells with a stable solid electrolyte"
    fillers = ["bearing wear by sound", "drone swarms", "wheat genomes", "optical fibres", "tidal turbines"]
    others = {
        f"other{number:02}": make_project(title=f"{fillers[number % 5]} number {number}", sectors=["industry"])
        for number in range(40)
    }
    return {
        READER: make_demand(title=wanted, problem=wanted, sectors=["energy"]),
        "rival": make_demand(title=wanted, problem=wanted, sectors=["energy"]),
        **{name: good_project(name) for name in ("anode", "cells", "electrolyte")},
        **others,
    }


def good_project(name: str, **fields: Any) -> Profile:
    """One that answers the reader."""
    text = "Silicon anode cells with a stable solid electrolyte"
    return make_project(**({"title": f"{text} {name}", "summary": text, "sectors": ["energy"]} | fields))


class _Market:
    """The corpus, indexed and calibrated once; every desk begins with it as it was."""

    def __init__(self, indexer: Indexer) -> None:
        self.pairs = IntroducedPairs()
        self.publisher = make_publisher(indexer, [version(name, one) for name, one in corpus().items()])
        self.matchmaker = Matchmaker(
            publisher=self.publisher,
            indexer=indexer,
            encoder=HashingEncoder(),
            introduced_to=self.pairs.others_of,
        )
        self._first = self.publisher.current

    def begin_anew(self) -> None:
        self.pairs.forget()
        self.publisher.start_from(self._first.base, self._first.feed_seq)
        self.publisher.current = self._first  # the very one that was calibrated


_markets: list[_Market] = []


class Desk:
    """What a test does and asks."""

    def __init__(self, database: Database, indexer: Indexer, **limits: Any) -> None:
        self.now = MONDAY
        self.database = database
        self._indexer = indexer
        if not _markets:
            _markets.append(_Market(indexer))
        market = _markets[0]
        market.begin_anew()
        self._pairs, self._publisher, self._matchmaker = market.pairs, market.publisher, market.matchmaker
        usual: dict[str, Any] = {"quota": 10, "readers": 20, "repeats": 3, "retention": timedelta(days=400)}
        self.service = RecommendationService(database, Limits(**(usual | limits)), lambda: self.now)
        with database.write() as session:
            for table in (RecommendationRow, RecommendationRoundRow, FeedbackRow, IntroductionRow):
                session.execute(delete(table))

    def asking(self, *, sees_members: bool = True) -> Asking:
        return Asking(
            matchmaker=self._matchmaker,
            snapshot=self._matchmaker.current,
            write=RoundWriter(HashingEncoder()).write,
            sees_members=sees_members,
        )

    def show(self, reader: str = READER, *, sees_members: bool = True, **asked: Any) -> Round:
        return self.service.show(_question(reader, asked), self.asking(sees_members=sees_members))

    def made(self, reader: str = READER, channel: Channel = Channel.API, **asked: Any) -> Made:
        return self.service.make(_question(reader, asked), channel, self.asking())

    def make(self, reader: str = READER, **asked: Any) -> Round:
        return self.made(reader, **asked).round

    def days_later(self, days: int) -> None:
        self.now += timedelta(days=days)

    def tell(self, profile_id: str, profile: Profile, revision: int = 1) -> None:
        """A profile comes or is revised."""
        read = documents(self._indexer, [version(profile_id, profile, revision)])
        self._publisher.apply(read, (), self._matchmaker.current.feed_seq + 1)

    def withdraw(self, profile_id: str) -> None:
        self._publisher.apply([], [profile_id], self._matchmaker.current.feed_seq + 1)

    def feedback(self, kind: str, target: str, subject: str = READER, **fields: Any) -> None:
        event = on_the_wire(make_event(kind, target, subject, **fields))
        with self.database.write() as session:
            feedback_repository.store_events(session, [event.model_copy(update={"at": self.now})])

    def introduce(self, subject: str, target: str, state: str) -> None:
        known = KnownIntroduction(
            introduction_id=f"int{next(_NUMBERS)}",
            revision=1,
            subject_id=subject,
            target_id=target,
            state=IntroductionState(state),
            is_told=True,
        )
        self._pairs.take([known])
        with self.database.write() as session:
            introductions.store(session, [known])


def names(round_: Round) -> list[str]:
    """Who is recommended, in order."""
    return [item.match.profile_id for item in round_.items]


def best(names_: Iterable[str]) -> set[str]:
    """Those of the three that answer the reader."""
    return set(names_) & {"anode", "cells", "electrolyte"}


def _question(reader: str, asked: dict[str, Any]) -> Question:
    return Question(**({"reader_id": reader, "period": Period.WEEKLY} | asked))
