"""What is recorded is found, unchanged, until it is too old; on both databases, with several writers."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from services.matcher import run_repository
from services.matcher.runs.recorder import RunRecorder, utc_now
from shared.kit.database import Database, DatabaseUnavailable, create_database
from tests.matcher.runs.answers import BEGINNING, StoppedClock, id_of, make_recorder, make_run

DAY = timedelta(days=1)


@pytest.fixture
def unreachable() -> Iterator[Database]:
    database = create_database("postgresql://nobody@/none?host=/nonexistent")
    yield database
    database.close()


def stored_exposures(database: Database) -> dict[str, int]:
    with database.read() as session:
        return run_repository.read_exposures(session)


def answered(recorder: RunRecorder, name: str) -> int:
    found = recorder.find(id_of(name))
    return 0 if found is None else found.answered


def test_run_is_found_before_and_after_it_is_written(database_on_both: Database) -> None:
    recorder, run = make_recorder(database_on_both), make_run("a", "p")
    recorder.record(run)
    waiting = recorder.find(run.run_id)
    recorder.write_waiting()
    stored = recorder.find(run.run_id)
    assert stored == waiting
    assert stored is not None
    assert (stored.answer, stored.request, stored.answered) == (run.answer, run.request, 1)
    assert stored.first_answered_at == stored.last_answered_at == BEGINNING


def test_unknown_and_malformed_ids_are_not_found(database_on_both: Database) -> None:
    recorder = make_recorder(database_on_both)
    assert [recorder.find(one) for one in (id_of("a"), "", "run_\x00", "x" * 10_000, "run_" + "\ud800" * 32)] == [
        None
    ] * 5


def test_started_recorder_writes_on_close(database_on_both: Database) -> None:
    recorder = make_recorder(database_on_both)
    recorder.start()
    for number in range(450):
        recorder.record(make_run(f"{number}", "p"))
    recorder.close()
    recorder.record(make_run("too late"))
    reader = make_recorder(database_on_both)
    assert all(answered(reader, f"{number}") == 1 for number in range(450))
    assert answered(reader, "too late") == 0
    assert (stored_exposures(database_on_both), recorder.dropped) == ({"p": 450}, 1)


def test_repeat_raises_the_count_and_the_last_moment_only(database_on_both: Database) -> None:
    clock = StoppedClock()
    recorder = make_recorder(database_on_both, clock)
    for times in (2, 3):
        for _ in range(times):
            recorder.record(make_run("a", "p", "q"))
        recorder.record(make_run(f"with {times}", "q"))
        recorder.write_waiting()
        clock.pass_time(DAY)
    found = recorder.find(id_of("a"))
    assert found is not None and found.answered == 5
    assert (found.first_answered_at, found.last_answered_at) == (BEGINNING, BEGINNING + DAY)
    assert stored_exposures(database_on_both) == {"p": 1, "q": 3}
    assert recorder.exposure.exposure_of("q") == 3


def test_full_queue_drops_the_run_and_counts_it(database_on_both: Database) -> None:
    recorder = make_recorder(database_on_both, max_runs=2)
    for name in ("a", "b", "c", "d"):
        recorder.record(make_run(name))
    recorder.close()
    assert [answered(recorder, name) for name in ("a", "b", "c", "d")] == [1, 1, 0, 0]
    assert recorder.dropped == 2


def test_runs_are_pruned_when_last_answered_before_the_retention(database_on_both: Database) -> None:
    clock = StoppedClock()
    recorder = make_recorder(database_on_both, clock)
    for number in range(600):  # more than are pruned at once
        recorder.record(make_run(f"{number}", "p"))
    recorder.record(make_run("asked again", "p"))
    recorder.write_waiting()
    clock.pass_time(DAY)
    recorder.record(make_run("asked again", "p"))
    recorder.write_waiting()
    clock.pass_time(89 * DAY)
    assert recorder.prune() == 0  # 90 days old, not older
    clock.pass_time(timedelta(seconds=1))
    assert recorder.prune() == 600
    assert (answered(recorder, "0"), answered(recorder, "asked again")) == (0, 2)
    assert stored_exposures(database_on_both) == {"p": 601}


def test_exposures_are_loaded_at_the_start_and_shared(database_on_both: Database) -> None:
    first, second = make_recorder(database_on_both), make_recorder(database_on_both)
    first.record(make_run("a", "p", "q"))
    first.write_waiting()
    second.load_exposures()
    assert second.exposure.exposure_of("p") == 1
    second.record(make_run("b", "p"))
    second.write_waiting()
    assert (first.exposure.exposure_of("p"), second.exposure.exposure_of("p")) == (1, 2)
    first.record(make_run("c", "p"))
    first.write_waiting()  # learns of the other's count on the way
    assert first.exposure.exposure_of("p") == 3


def test_each_turn_writes_and_prunes_and_reloads_when_it_is_time(database_on_both: Database) -> None:
    clock = StoppedClock()
    recorder, other = make_recorder(database_on_both, clock), make_recorder(database_on_both)
    recorder.record(make_run("old", "p"))
    recorder.work_once()
    other.record(make_run("other's", "p", "q"))
    other.write_waiting()
    recorder.work_once()
    assert (answered(recorder, "old"), recorder.exposure.exposure_of("q")) == (1, 0)
    clock.pass_time(91 * DAY)
    recorder.work_once()
    assert (answered(recorder, "old"), recorder.exposure.exposure_of("q")) == (0, 1)


def test_two_recorders_on_one_database_lose_and_double_nothing(database_on_both: Database) -> None:
    """4 threads give each of 300 runs to a recorder once, so each is answered 4 times and new once."""
    recorders = [make_recorder(database_on_both), make_recorder(database_on_both)]
    for recorder in recorders:
        recorder.start()

    def answer_all(worker: int) -> None:
        for number in range(300):
            turned = (number * 7 + worker * 100) % 300
            recorders[worker % 2].record(make_run(f"{turned}", f"p{turned % 5}", "everywhere"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(answer_all, range(4)))
    for recorder in recorders:
        recorder.close()
    reader = make_recorder(database_on_both)
    reader.load_exposures()
    assert [answered(reader, f"{number}") for number in range(300)] == [4] * 300
    assert stored_exposures(database_on_both) == {f"p{number}": 60 for number in range(5)} | {"everywhere": 300}
    assert [recorder.dropped for recorder in recorders] == [0, 0]


def test_runs_wait_while_the_database_is_away(database: Database) -> None:
    recorder = make_recorder(database)
    recorder.record(make_run("a", "p"))
    rename(database, "match_runs", "elsewhere")
    with pytest.raises(DatabaseUnavailable):
        recorder.write_waiting()
    assert (recorder.dropped, recorder.exposure.exposure_of("p")) == (0, 1)
    rename(database, "elsewhere", "match_runs")
    recorder.record(make_run("a", "p"))
    recorder.write_waiting()
    assert (answered(recorder, "a"), recorder.exposure.exposure_of("p")) == (2, 1)


def test_runs_are_given_up_when_the_database_is_away_until_the_end(unreachable: Database) -> None:
    recorder = make_recorder(unreachable)
    recorder.record(make_run("a", "p"))
    recorder.close()
    assert (recorder.dropped, recorder.exposure.exposure_of("p")) == (1, 0)


def test_run_that_no_database_takes_does_not_hold_up_the_next(database_on_both: Database) -> None:
    recorder = make_recorder(database_on_both)
    recorder.record(make_run("a", None))  # type: ignore[arg-type]  # a profile without an id breaks NOT NULL
    recorder.write_waiting()
    recorder.record(make_run("b", "p"))
    recorder.write_waiting()
    assert (answered(recorder, "a"), answered(recorder, "b"), recorder.dropped) == (0, 1, 1)
    assert stored_exposures(database_on_both) == {"p": 1}


def test_the_services_clock_knows_its_zone() -> None:
    assert utc_now().utcoffset() == timedelta()


def rename(database: Database, table: str, name: str) -> None:
    with database.write() as session:
        session.execute(text(f"ALTER TABLE {table} RENAME TO {name}"))
