"""Runs wait once, in bounds, until they are settled."""

from datetime import timedelta

from services.matcher.runs.exposure import ExposureCounts
from services.matcher.runs.waiting import WaitingRuns
from tests.matcher.runs.answers import BEGINNING, id_of, make_run

LATER = BEGINNING + timedelta(seconds=1)


def waiting(max_runs: int = 100, max_bytes: int = 100_000) -> tuple[WaitingRuns, ExposureCounts]:
    exposure = ExposureCounts()
    return WaitingRuns(exposure, max_runs=max_runs, max_bytes=max_bytes), exposure


def test_run_answered_again_waits_once() -> None:
    runs, exposure = waiting()
    assert all(runs.add(make_run("a", "p"), now) for now in (BEGINNING, LATER, BEGINNING))
    found = runs.find(id_of("a"))
    assert found is not None and found.answered == 3
    assert (found.first_answered_at, found.last_answered_at) == (BEGINNING, LATER)
    assert (len(runs), exposure.exposure_of("p")) == (1, 1)


def test_full_queue_drops_new_runs_but_counts_repeats() -> None:
    runs, exposure = waiting(max_runs=2)
    added = [runs.add(make_run(name, name), BEGINNING) for name in ("a", "b", "c", "a")]
    assert added == [True, True, False, True]
    assert (len(runs), runs.dropped, exposure.exposure_of("c")) == (2, 1, 0)


def test_long_answers_fill_the_queue_too() -> None:
    one = make_run("a", size=10_000).size_bytes
    runs, _ = waiting(max_bytes=2 * one)
    assert [runs.add(make_run(name, size=10_000), BEGINNING) for name in "abc"] == [True, True, False]
    runs.settle(runs.oldest(1), {})
    assert runs.add(make_run("d", size=10_000), BEGINNING)


def test_what_is_answered_again_while_it_is_written_waits_on_uncounted() -> None:
    runs, exposure = waiting()
    runs.add(make_run("a", "p"), BEGINNING)
    written = runs.oldest(10)
    runs.add(make_run("a", "p"), LATER)
    runs.settle(written, {"p": 1})
    [left] = runs.oldest(10)
    assert (left.answered, left.is_counted, exposure.exposure_of("p")) == (1, False, 1)
    runs.settle((left,), {})
    assert (len(runs), exposure.exposure_of("p")) == (0, 1)


def test_batch_given_up_is_dropped_with_its_exposures() -> None:
    runs, exposure = waiting()
    runs.add(make_run("a", "p"), BEGINNING)
    runs.give_up(runs.oldest(10))
    assert (len(runs), runs.dropped, exposure.exposure_of("p")) == (0, 1, 0)


def test_closed_queue_takes_nothing_and_keeps_what_waits() -> None:
    runs, _ = waiting()
    runs.add(make_run("a"), BEGINNING)
    runs.close()
    assert [runs.add(make_run(name), LATER) for name in "ab"] == [False, False]
    [left] = runs.oldest(10)
    assert left.answered == 1
