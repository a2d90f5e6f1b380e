"""Runs are inserted once, counted when repeated, pruned oldest first; exposures add up. On both databases."""

from datetime import timedelta
from typing import Any

from services.matcher import run_repository
from services.matcher.runs.answered import run_row
from shared.kit.database import Database
from tests.matcher.runs.answers import BEGINNING, id_of, make_run

HOUR = timedelta(hours=1)


def row(name: str, hours: int = 0) -> dict[str, Any]:
    moment = BEGINNING + hours * HOUR
    return run_row(make_run(name), 1, moment, moment)


def repeat(name: str, hours: int, answered: int) -> run_repository.Repeat:
    return run_repository.Repeat(run_id=id_of(name), answered=answered, last_answered_at=BEGINNING + hours * HOUR)


def test_only_new_runs_are_inserted(database_on_both: Database) -> None:
    with database_on_both.write() as session:
        assert run_repository.insert_new_runs(session, [row("a")]) == {id_of("a")}
    with database_on_both.write() as session:
        assert run_repository.insert_new_runs(session, [row("b", 1), row("a", 1)]) == {id_of("b")}
        assert run_repository.insert_new_runs(session, []) == set()
        assert run_repository.stored_ids(session, [id_of("b"), id_of("c")]) == {id_of("b")}
    with database_on_both.read() as session:
        kept = run_repository.find_run(session, id_of("a"))
        assert kept is not None and (kept.answered, kept.created_at) == (1, BEGINNING)
        assert (kept.subject_id, kept.policy, kept.feed_seq) == ("prf_1", "project-1", 2**40)


def test_repeats_add_up_and_the_last_moment_never_goes_back(database_on_both: Database) -> None:
    with database_on_both.write() as session:
        run_repository.insert_new_runs(session, [row("a")])
        for hours, answered in ((2, 3), (1, 4)):  # another replica writes the earlier ones later
            run_repository.add_repeats(session, [repeat("a", hours, answered), repeat("unknown", hours, 1)])
        run_repository.add_repeats(session, [])
    with database_on_both.read() as session:
        found = run_repository.find_run(session, id_of("a"))
        assert found is not None
        assert (found.answered, found.last_answered_at) == (1 + 3 + 4, BEGINNING + 2 * HOUR)
        assert run_repository.find_run(session, id_of("unknown")) is None


def test_oldest_runs_are_pruned_first_and_no_more_than_asked_for(database_on_both: Database) -> None:
    with database_on_both.write() as session:
        run_repository.insert_new_runs(session, [row(f"{hours}", hours) for hours in (3, 1, 4, 2, 5)])
    pruned = []
    for _ in range(3):
        with database_on_both.write() as session:
            pruned.append(run_repository.prune_runs(session, before=BEGINNING + 4 * HOUR, limit=2))
    assert pruned == [2, 1, 0]
    with database_on_both.read() as session:
        left = [hours for hours in range(1, 6) if run_repository.find_run(session, id_of(f"{hours}"))]
    assert left == [4, 5]


def test_exposures_add_up_and_are_told(database_on_both: Database) -> None:
    with database_on_both.write() as session:
        assert run_repository.raise_exposures(session, {}) == {}
        assert run_repository.raise_exposures(session, {"b": 2, "a": 1}) == {"a": 1, "b": 2}
        assert run_repository.raise_exposures(session, {"b": 5, "c": 1}) == {"b": 7, "c": 1}
        assert run_repository.read_exposures(session) == {"a": 1, "b": 7, "c": 1}
