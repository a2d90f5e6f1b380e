"""Whose choice each result was is written with its run, once, and never told with it; on both databases."""

import pytest
from sqlalchemy import select

from services.matcher.comparison_tables import DraftedListRow, DraftedResultRow
from services.matcher.interleaving.team_draft import Drafted, Team
from services.matcher.runs.answered import DraftedRun
from shared.kit.database import Database, DatabaseUnavailable
from tests.matcher.runs.answers import id_of, make_recorder, make_run
from tests.matcher.runs.test_recorder import rename

DRAFT = DraftedRun(
    comparison_id="cmp_1",
    results=(Drafted(target_id="q", team=Team.SECOND), Drafted(target_id="p", team=Team.FIRST)),
)


def lists(database: Database) -> list[tuple[str, str, str]]:
    with database.read() as session:
        rows = session.scalars(select(DraftedListRow).order_by(DraftedListRow.run_id)).all()
        return [(row.run_id, row.comparison_id, row.subject_id) for row in rows]


def teams(database: Database) -> dict[str, str]:
    with database.read() as session:
        return {row.target_id: row.team for row in session.scalars(select(DraftedResultRow))}


def test_a_drafted_run_keeps_its_teams_once_in_whatever_replica(database_on_both: Database) -> None:
    recorders = [make_recorder(database_on_both), make_recorder(database_on_both)]
    for recorder in (*recorders, *recorders):
        recorder.record(make_run("a", "q", "p", draft=DRAFT))
        recorder.record(make_run("plain", "q"))
        recorder.write_waiting()
    assert lists(database_on_both) == [(id_of("a"), "cmp_1", "prf_1")]
    assert teams(database_on_both) == {"q": "second", "p": "first"}
    found = recorders[0].find(id_of("a"))
    assert found is not None and b"second" not in found.answer + found.request


def test_a_list_without_a_result_was_shown_to_nobody(database_on_both: Database) -> None:
    recorder = make_recorder(database_on_both)
    recorder.record(make_run("a", draft=DraftedRun(comparison_id="cmp_1", results=())))
    recorder.write_waiting()
    assert (recorder.find(id_of("a")) is not None, lists(database_on_both)) == (True, [])


def test_a_run_and_its_teams_are_written_together_or_not_at_all(database: Database) -> None:
    recorder = make_recorder(database)
    recorder.record(make_run("a", "q", "p", draft=DRAFT))
    rename(database, "drafted_results", "elsewhere")
    with pytest.raises(DatabaseUnavailable):
        recorder.write_waiting()
    rename(database, "elsewhere", "drafted_results")
    assert lists(database) == []
    recorder.write_waiting()
    assert (len(lists(database)), len(teams(database))) == (1, 2)
