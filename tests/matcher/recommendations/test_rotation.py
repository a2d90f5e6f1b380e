"""New first, then everybody in turn: no band passed over, nobody twice before all had a place."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.recommendations.rotation import (
    CLEARLY_BETTER,
    Candidate,
    Chosen,
    Given,
    History,
    Seen,
    choose,
)
from shared.contracts.recommendations import WhyNow
from shared.contracts.vocabularies import Band

START = datetime(2026, 11, 2, 8, tzinfo=UTC)
NEVER_TIRED = 1_000
SCORES = {Band.HIGH: 0.8, Band.MEDIUM: 0.5, Band.LOW: 0.35}
ORDER = list(SCORES)


def candidate(target_id: str, band: Band = Band.HIGH, score: float | None = None, revision: int = 1) -> Candidate:
    return Candidate(target_id=target_id, revision=revision, score=SCORES[band] if score is None else score, band=band)


def seen(one: Candidate, reader_revision: int = 1) -> Seen:
    return Seen(reader_revision=reader_revision, revision=one.revision, score=one.score, band=one.band)


def given_times(times: int, days_ago: int = 1, unanswered: int | None = None) -> Given:
    last_at = START - timedelta(days=days_ago)
    return Given(times=times, last_at=last_at, unanswered=times if unanswered is None else unanswered)


def chosen(
    candidates: list[Candidate], history: History, places: int, *, most_repeats: int = 3, reader_revision: int = 1
) -> Chosen:
    return choose(candidates, history, reader_revision=reader_revision, places=places, most_repeats=most_repeats)


def names(found: Chosen) -> list[str]:
    return [choice.candidate.target_id for choice in found.choices]


def reasons(found: Chosen) -> dict[str, WhyNow]:
    return {choice.candidate.target_id: choice.why_now for choice in found.choices}


def rounds(candidates: list[Candidate], places: int, number: int) -> list[Chosen]:
    """Round after round on an unchanged corpus."""
    history, found = History(), []
    times: Counter[str] = Counter()
    for place in range(number):
        at = START + timedelta(days=place)
        found.append(chosen(candidates, history, places, most_repeats=NEVER_TIRED))
        times.update(names(found[-1]))
        given_now = {name: Given(times=times[name], last_at=at, unanswered=times[name]) for name in names(found[-1])}
        history = History(seen={one.target_id: seen(one) for one in candidates}, given={**history.given, **given_now})
    return found


def test_first_round_is_the_best_by_score() -> None:
    [first] = rounds([candidate("b", score=0.7), candidate("a", score=0.9), candidate("c", Band.LOW)], 2, 1)
    assert names(first) == ["a", "b"]
    assert set(reasons(first).values()) == {WhyNow.NEW}


def test_who_entered_comes_first_then_who_waited_then_who_was_given() -> None:
    old = [candidate("again", score=0.9), candidate("waiting", score=0.7)]
    history = History(seen={one.target_id: seen(one) for one in old}, given={"again": given_times(1)})
    found = chosen([*old, candidate("entered", score=0.66)], history, 3)
    assert names(found) == ["entered", "waiting", "again"]
    assert reasons(found) == {"entered": WhyNow.NEW, "waiting": WhyNow.WAITING, "again": WhyNow.AGAIN}


@pytest.mark.parametrize(
    ("revision", "reader_revision", "rise", "why"),
    [
        (2, 1, CLEARLY_BETTER, WhyNow.IMPROVED),
        (1, 2, CLEARLY_BETTER, WhyNow.IMPROVED),
        (2, 1, CLEARLY_BETTER / 2, WhyNow.AGAIN),  # an edit that changes next to nothing is no news
        (1, 1, CLEARLY_BETTER, WhyNow.AGAIN),  # another policy or corpus is no news either
    ],
)
def test_a_revision_is_news_only_where_it_matches_clearly_better(
    revision: int, reader_revision: int, rise: float, why: WhyNow
) -> None:
    before = candidate("a", score=0.7)
    history = History(seen={"a": seen(before)}, given={"a": given_times(1)})
    now = candidate("a", score=0.7 + rise, revision=revision)
    assert reasons(chosen([now], history, 1, reader_revision=reader_revision)) == {"a": why}


def test_who_left_and_came_back_is_no_news() -> None:
    assert reasons(chosen([candidate("a")], History(given={"a": given_times(1)}), 1)) == {"a": WhyNow.AGAIN}


def test_who_was_given_often_rests_until_it_is_news_or_the_reader_showed_interest() -> None:
    tired, liked, better = candidate("tired"), candidate("liked"), candidate("better", revision=2)
    history = History(
        seen={
            "tired": seen(tired),
            "liked": seen(liked),
            "better": seen(candidate("better", Band.MEDIUM)),
        },
        given={"tired": given_times(3), "liked": given_times(3, unanswered=2), "better": given_times(3)},
    )
    found = chosen([tired, liked, better], history, 9)
    assert reasons(found) == {"better": WhyNow.IMPROVED, "liked": WhyNow.AGAIN}
    assert found.resting == 1


def test_poor_news_take_half_of_the_places_from_better_contacts_at_most() -> None:
    old = [candidate(f"old{number}") for number in range(9)]
    history = History(seen={one.target_id: seen(one) for one in old})
    news = [candidate(f"poor{number}", Band.LOW) for number in range(9)]
    found = names(chosen([*old, *news], history, 5))
    assert found == ["poor0", "poor1", "old0", "old1", "old2"]
    assert names(chosen([*old, *news], history, 1)) == ["old0"]


candidates_of = st.lists(st.sampled_from(Band), min_size=1, max_size=25).map(
    lambda bands: [candidate(f"t{number:02}", band) for number, band in enumerate(bands)]
)


@given(candidates=candidates_of, places=st.integers(1, 8), number=st.integers(1, 12))
def test_over_rounds_everybody_of_a_band_has_a_place_before_anybody_has_two_more(
    candidates: list[Candidate], places: int, number: int
) -> None:
    times: Counter[str] = Counter()
    for found in rounds(candidates, places, number):
        assert len(found.choices) == min(places, len(candidates))
        times.update(names(found))
        for band in Band:
            counts = [times[one.target_id] for one in candidates if one.band is band]
            assert not counts or max(counts) - min(counts) <= 1


@given(
    told=st.lists(st.tuples(st.sampled_from(Band), st.booleans(), st.integers(0, 4)), min_size=2, max_size=12),
    places=st.integers(0, 8),
)
def test_nobody_in_turn_stands_before_a_better_band_that_was_left_out(
    told: list[tuple[Band, bool, int]], places: int
) -> None:
    """Each candidate by its band, whether it was seen before, and how often it was given."""
    candidates = [candidate(f"t{number:02}", band) for number, (band, _, _) in enumerate(told)]
    pairs = list(zip(candidates, told, strict=True))
    history = History(
        seen={one.target_id: seen(one) for one, (_, is_known, _) in pairs if is_known},
        given={one.target_id: given_times(times) for one, (_, _, times) in pairs if times},
    )
    everybody = chosen(candidates, history, len(candidates))
    found = chosen(candidates, history, places)
    assert len(names(found)) == len(set(names(found))) == min(places, len(everybody.choices))
    assert found == chosen(candidates[::-1], history, places)  # the order of the matches decides nothing
    taken = set(names(found))
    left = [one for one in everybody.choices if one.candidate.target_id not in taken]
    for choice in found.choices:
        if choice.why_now in (WhyNow.WAITING, WhyNow.AGAIN):
            assert all(ORDER.index(one.candidate.band) >= ORDER.index(choice.candidate.band) for one in left)
