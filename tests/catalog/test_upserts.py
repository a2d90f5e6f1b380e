"""Bulk upserts: outcomes, repetition, speed of round trips, and what the outbox holds afterwards."""

from contextlib import suppress
from datetime import UTC, datetime

from sqlalchemy import event, func, select, update
from sqlalchemy.exc import InternalError

from services.catalog.changes.feed import read_feed
from services.catalog.profiles import service
from services.catalog.tables import ChangeRow, FeedCounterRow, ProfileContactRow
from shared.contracts.imports import RowOutcome
from shared.kit.database import Database
from tests.factories import make_investor, make_project

NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)


def test_outcomes_follow_what_is_stored(database: Database) -> None:
    first, second = make_project(external_id="1"), make_investor(external_id="2")
    with database.write() as session:
        created = service.upsert_many(session, [first, second], now=NOW)
    assert [(done.outcome, done.revision) for done in created] == [(RowOutcome.CREATED, 1)] * 2
    changed = second.model_copy(update={"title": "Other"})
    with database.write() as session:
        again = service.upsert_many(session, [first, changed], now=NOW)
    assert [(done.outcome, done.revision) for done in again] == [(RowOutcome.UNCHANGED, 1), (RowOutcome.REVISED, 2)]
    page = read_feed(database, after=0, limit=10)
    assert [(item.profile.external_id, item.revision) for item in page.items] == [("1", 1), ("2", 1), ("2", 2)]
    assert all(item.changed_at == NOW for item in page.items)


def test_repeated_profile_is_taken_in_order(database: Database) -> None:
    rows = [make_project(title=title) for title in ("First", "Second", "Second")]
    with database.write() as session:
        done = service.upsert_many(session, rows, now=NOW)
    assert [(one.outcome, one.revision) for one in done] == [
        (RowOutcome.CREATED, 1),
        (RowOutcome.REVISED, 2),
        (RowOutcome.UNCHANGED, 2),
    ]


def test_withdrawn_profile_comes_back_by_upsert(database: Database) -> None:
    project = make_project()
    with database.write() as session:
        profile_id = service.upsert(session, project, now=NOW).profile_id
        service.withdraw(session, profile_id, if_match='"1"', now=NOW)
        done = service.upsert(session, project, now=NOW)
    assert (done.outcome, done.revision) == (RowOutcome.REVISED, 3)


def test_contact_survives_a_row_without_one(database: Database) -> None:
    with database.write() as session:
        service.upsert(session, make_project(contact={"name": "Ada"}), now=NOW)
        service.upsert(session, make_project(title="New"), now=NOW)
        assert session.scalar(select(func.count()).select_from(ProfileContactRow)) == 1
        done = service.upsert(session, make_project(title="New", contact=None), now=NOW)
        assert done.outcome is RowOutcome.REVISED
        assert session.scalar(select(func.count()).select_from(ProfileContactRow)) == 0


def test_failed_transaction_leaves_nothing(database: Database) -> None:
    class Stop(Exception):
        pass

    try:
        with database.write() as session:
            service.upsert(session, make_project(), now=NOW)
            raise Stop
    except Stop:
        pass
    with database.read() as reading:
        assert reading.scalar(select(func.count()).select_from(ChangeRow)) == 0
    assert read_feed(database, after=0, limit=10).latest_seq == 0


def test_read_session_keeps_nothing(database: Database) -> None:
    with suppress(InternalError), database.read() as session:  # PostgreSQL refuses at once, SQLite forgets
        session.execute(update(FeedCounterRow).values(last_seq=7))
    with database.read() as session:
        assert session.scalar(select(FeedCounterRow.last_seq)) == 0


def test_unchanged_rows_cost_few_round_trips(database: Database) -> None:
    projects = [make_project(external_id=str(number), sectors=("a", "b")) for number in range(1_200)]
    with database.write() as session:
        service.upsert_many(session, projects, now=NOW)
    statements: list[str] = []

    def remember(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", remember)
    with database.write() as session:
        done = service.upsert_many(session, projects, now=NOW)
    event.remove(database.engine, "before_cursor_execute", remember)
    assert {one.outcome for one in done} == {RowOutcome.UNCHANGED}
    assert len(statements) <= 4  # BEGIN on SQLite, and one lock for each 500 rows
