"""Priors follow what was read, are the same on every replica, and forget what is gone from the store."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete

from services.matcher.feed_positions import raise_position
from services.matcher.introductions import repository
from services.matcher.introductions.pairs import KnownIntroduction
from services.matcher.judgments.feedback_repository import store_events
from services.matcher.judgments.served_priors import ServedPriors
from services.matcher.matching.indexing import Indexer
from services.matcher.priors.cells import cells_of
from services.matcher.priors.priors import NO_PRIORS
from services.matcher.retrieval.snapshot import Snapshot
from services.matcher.tables import FeedbackPositionRow, FeedbackRow
from shared.contracts.introductions import IntroductionState
from shared.kit.database import Database
from tests.factories import make_investor, make_project
from tests.matcher.judgments.events import make_event, on_the_wire
from tests.matcher.profile_collections import make_publisher, version

NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def snapshot(indexer: Indexer) -> Snapshot:
    investors = [version(f"i{number}", make_investor(title=f"Fund {number}")) for number in range(3)]
    return make_publisher(indexer, [*investors, version("p", make_project())]).current


def tell(database: Database, *answers: str) -> None:
    """So many answers of the fund `i0`, to one project after another."""
    events = [on_the_wire(make_event(kind, "i0", f"p{number}")) for number, kind in enumerate(answers)]
    with database.write() as session:
        raise_position(session, FeedbackPositionRow, after=0, to=len(events), epoch=None)
        store_events(session, events)


def introduce(database: Database, *states: str) -> None:
    known = [
        KnownIntroduction(
            introduction_id=f"n{number}",
            revision=1,
            subject_id=f"p{number}",
            target_id="i0",
            state=IntroductionState(state),
            is_told=True,
            at=NOW,
        )
        for number, state in enumerate(states)
    ]
    with database.write() as session:
        repository.store(session, known)
        repository.raise_position(session, len(known), None)


def test_what_was_read_becomes_the_priors_of_every_replica(database_on_both: Database, snapshot: Snapshot) -> None:
    first, second = (ServedPriors(database_on_both, lambda: snapshot) for _ in range(2))
    first.refresh()
    assert first.current() is NO_PRIORS
    tell(database_on_both, "accepted", "accepted", "declined", "shown", "dismissed")
    introduce(database_on_both, "accepted", "expired", "expired", "requested")
    for replica in (first, second):
        replica.refresh()
    found = first.current()
    assert found.version is not None
    assert found.version == second.current().version
    facts = {one.profile_id: one.facts for one in snapshot.entries()}
    own, like = found.of("i0", facts["i0"]), found.of("i1", facts["i1"])
    assert own.acceptance > like.acceptance > 0.5  # two of three, drawn to one half
    assert own.responsiveness < like.responsiveness < 0.5  # one of three
    assert found.acceptance.own["i0"].asked == 3
    project = found.of("p", facts["p"])
    assert project.acceptance != project.acceptance  # NaN: no project was asked
    assert cells_of(facts["i0"]) == cells_of(facts["i1"])


def test_priors_stay_while_nothing_new_is_read(database_on_both: Database, snapshot: Snapshot) -> None:
    tell(database_on_both, "accepted")
    served = ServedPriors(database_on_both, lambda: snapshot)
    served.refresh()
    before = served.current()
    served.refresh()
    assert served.current() is before


def test_what_was_erased_is_forgotten_when_the_index_is_merged(
    database_on_both: Database, snapshot: Snapshot, indexer: Indexer
) -> None:
    tell(database_on_both, "accepted")
    current = [snapshot]
    served = ServedPriors(database_on_both, lambda: current[0])
    served.refresh()
    with database_on_both.write() as session:
        session.execute(delete(FeedbackRow))
    current[0] = make_publisher(indexer, [version("p", make_project())]).current
    served.refresh()
    assert served.current() is NO_PRIORS
