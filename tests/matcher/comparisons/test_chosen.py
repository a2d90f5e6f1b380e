"""What counts as chosen: the newest thing done about a result in its run; the fake keeps the same contract."""

import pytest
from sqlalchemy import Select

from services.matcher.comparisons.chosen import ChosenTargets, FeedbackTargets
from services.matcher.comparisons.repository import runs_of
from shared.contracts.feedback import FeedbackType, Outcome
from shared.kit.database import Database
from tests.matcher.comparisons.readers import ToldTargets, record_lists, tell
from tests.matcher.runs.answers import id_of

T = FeedbackType
RUNS: Select[str] = runs_of("cmp_1")


def chosen(database: Database, targets: ChosenTargets) -> dict[str, set[str]]:
    with database.read() as session:
        return {run_id: set(found) for run_id, found in targets.chosen(session, RUNS).items()}


@pytest.mark.parametrize("is_fake", [False, True], ids=["feedback", "fake"])
def test_choices_are_told_by_run_and_of_the_runs_asked_about(database_on_both: Database, is_fake: bool) -> None:
    record_lists(database_on_both, "cmp_1", "one", "two", "unread")
    record_lists(database_on_both, "cmp_2", "other")
    told = ToldTargets()
    for name, target in (("one", "a"), ("one", "b"), ("two", "b"), ("other", "a")):
        tell(database_on_both, id_of(name), target, T.SHOWN, T.OPENED)
        told.told.setdefault(id_of(name), set()).add(target)
    found = chosen(database_on_both, told if is_fake else FeedbackTargets())
    assert found == {id_of("one"): {"a", "b"}, id_of("two"): {"b"}}


@pytest.mark.parametrize(
    ("types", "outcome", "is_chosen"),
    [
        ([T.SHOWN], None, False),
        ([T.OPENED], None, True),
        ([T.OPENED, T.SHOWN], None, True),
        ([T.OPENED, T.DISMISSED], None, False),
        ([T.DISMISSED, T.SHORTLISTED], None, True),
        ([T.OPENED, T.ACCEPTED, T.DECLINED], None, False),
        ([T.ACCEPTED], None, True),
        ([T.OUTCOME], Outcome.PILOT, True),
        ([T.OUTCOME], Outcome.NONE, False),
    ],
)
def test_the_newest_thing_done_decides(
    database_on_both: Database, types: list[FeedbackType], outcome: Outcome | None, is_chosen: bool
) -> None:
    [run_id] = record_lists(database_on_both, "cmp_1", "one")
    tell(database_on_both, run_id, "a", *types, outcome=outcome)
    assert chosen(database_on_both, FeedbackTargets()) == ({run_id: {"a"}} if is_chosen else {})


def test_what_comes_later_counts_whenever_it_was_read(database_on_both: Database) -> None:
    [run_id] = record_lists(database_on_both, "cmp_1", "one")
    tell(database_on_both, run_id, "a", T.DISMISSED, minutes=10)
    tell(database_on_both, run_id, "a", T.OPENED, minutes=0)
    assert chosen(database_on_both, FeedbackTargets()) == {}
