"""A profile's exposure: what is stored, and what waits."""

from services.matcher.runs.exposure import ExposureCounts


def test_profile_that_was_never_shown_has_none() -> None:
    assert ExposureCounts().exposure_of("a") == 0


def test_waiting_run_counts_at_once_and_once() -> None:
    counts = ExposureCounts()
    counts.replace_stored({"a": 4})
    counts.add_waiting(["a", "b"])
    assert (counts.exposure_of("a"), counts.exposure_of("b")) == (5, 1)
    counts.settle({"a": 1, "b": 1}, {"a": 7, "b": 1})  # another writer had added two
    assert (counts.exposure_of("a"), counts.exposure_of("b")) == (7, 1)


def test_repeat_of_a_stored_run_stops_counting_when_it_is_known() -> None:
    counts = ExposureCounts()
    counts.replace_stored({"a": 1})
    counts.add_waiting(["a"])
    counts.settle({"a": 1}, {})
    assert counts.exposure_of("a") == 1
