"""What counts as seen: what the client told, else the recorded list that somebody clicked in."""

from services.matcher.judgments.impressions import seen_pairs
from tests.matcher.judgments.events import make_event

RANKS = {"run": {"a": 1, "b": 2, "c": 3}}


def seen(*events: object, ranks: dict[str, dict[str, int]] = RANKS) -> list[tuple[str, int, bool]]:
    found = seen_pairs(events, ranks)  # type: ignore[arg-type]
    return [(one.target_id, one.rank, one.is_clicked) for one in found.impressions]


def test_click_shows_the_whole_recorded_list() -> None:
    assert seen(make_event("opened", "b", run_id="run")) == [("a", 1, False), ("b", 2, True), ("c", 3, False)]


def test_what_was_told_as_shown_is_all_that_was_seen() -> None:
    events = make_event("shown", "a", run_id="run"), make_event("shown", "b", run_id="run")
    assert seen(*events) == [("a", 1, False), ("b", 2, False)]
    assert seen(*events, make_event("shortlisted", "c", run_id="run"))[2] == ("c", 3, True)


def test_one_look_counts_once_however_often_it_is_told() -> None:
    events = [make_event(kind, "a", run_id="run") for kind in ("shown", "shown", "opened", "opened", "shortlisted")]
    assert seen(*events) == [("a", 1, True)]


def test_two_people_see_a_list_twice() -> None:
    events = [make_event("shown", "a", by=by, run_id="run") for by in ("ann", "ben")]
    assert seen(*events) == [("a", 1, False)] * 2


def test_told_rank_comes_before_the_recorded_one() -> None:
    assert seen(make_event("shown", "a", run_id="run", rank=7)) == [("a", 7, False)]


def test_click_without_a_place_is_counted_apart() -> None:
    events = [make_event("opened", "a"), make_event("opened", "z", run_id="gone")]
    found = seen_pairs(events, RANKS)
    assert (found.impressions, found.unplaced_clicks) == ((), 2)
    assert seen(make_event("opened", "z", run_id="gone", rank=4)) == [("z", 4, True)]


def test_answers_are_no_clicks() -> None:
    assert seen(make_event("accepted", "a", run_id="run")) == []
