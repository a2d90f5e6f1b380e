"""Reranking keeps its limits, reserves what it can, and says what it moved."""

from collections import Counter
from dataclasses import replace
from math import ceil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.scoring.rerank import Move, Ranked, Reranked, RerankSettings, rerank
from shared.contracts.vocabularies import MoveReason

_unranked = st.builds(
    Ranked,
    profile_id=st.just(""),
    score=st.sampled_from([0.0, 0.2, 0.4, 0.5, 0.6, 0.8, 1.0]),
    organisation_key=st.sampled_from([None, "a", "b", "c"]),
    vector=st.sampled_from([None, *np.eye(3, dtype=np.float32), np.ones(3, dtype=np.float32)]),
    is_newcomer=st.booleans(),
    exposure=st.integers(0, 3),
    capacity=st.sampled_from([None, 0, 1, 2]),
    taken=st.integers(0, 2),
)


def ranked(unranked: list[Ranked]) -> list[Ranked]:
    best_first = sorted(unranked, key=lambda candidate: -candidate.score)
    return [replace(candidate, profile_id=f"p{index:02}") for index, candidate in enumerate(best_first)]


candidate_lists = st.lists(_unranked, max_size=12).map(ranked)
shares = st.sampled_from([0.0, 0.1, 0.25, 0.5, 1.0])
settings = st.builds(
    RerankSettings,
    limit=st.integers(0, 14),
    max_per_organisation=st.sampled_from([None, 1, 2, 3]),
    diversity=shares,
    exposure_cap=st.sampled_from([None, 0, 1, 2]),
    newcomer_share=shares,
    floor=st.sampled_from([0.0, 0.5]),
    respect_capacity=st.booleans(),
)


def named(*ids: str, **fields: str | float | bool) -> list[Ranked]:
    """Candidates of these ids, best first, from 0.9 downwards."""
    return [Ranked(profile_id=name, score=0.9 - 0.1 * index, **fields) for index, name in enumerate(ids)]  # type: ignore[arg-type]


def ids(result: Reranked) -> list[str]:
    return [place.profile_id for place in result.places]


def is_barred(candidate: Ranked, settings: RerankSettings) -> bool:
    is_full = candidate.capacity is not None and candidate.taken >= candidate.capacity
    is_overexposed = settings.exposure_cap is not None and candidate.exposure > settings.exposure_cap
    return (settings.respect_capacity and is_full) or is_overexposed


def most_that_fit(candidates: list[Ranked], settings: RerankSettings) -> int:
    """How many of the candidates the limit per organisation lets in."""
    organisations = Counter(each.organisation_key for each in candidates)
    alone = organisations.pop(None, 0)
    most = settings.max_per_organisation or len(candidates)
    return alone + sum(min(most, count) for count in organisations.values())


@given(candidates=candidate_lists, limit=st.integers(0, 14))
def test_with_everything_off_order_is_unchanged_and_nothing_moved(candidates: list[Ranked], limit: int) -> None:
    result = rerank(candidates, RerankSettings(limit=limit))
    assert result == Reranked(places=tuple(candidates[:limit]), moves=())


@given(candidates=candidate_lists, settings=settings)
def test_nobody_is_invented_repeated_or_let_in_against_a_limit(
    candidates: list[Ranked], settings: RerankSettings
) -> None:
    places = rerank(candidates, settings).places
    known = {each.profile_id: each for each in candidates}
    assert len({place.profile_id for place in places}) == len(places)
    assert all(known[place.profile_id] is place for place in places)
    assert not any(is_barred(place, settings) for place in places)
    if settings.max_per_organisation is not None:
        organisations = Counter(place.organisation_key for place in places if place.organisation_key)
        assert all(count <= settings.max_per_organisation for count in organisations.values())


@given(candidates=candidate_lists, settings=settings)
def test_list_is_as_long_as_the_limits_allow(candidates: list[Ranked], settings: RerankSettings) -> None:
    welcome = [each for each in candidates if not is_barred(each, settings)]
    expected = min(settings.limit, most_that_fit(welcome, settings))
    assert len(rerank(candidates, settings).places) == expected


@given(candidates=candidate_lists, settings=settings)
def test_reserved_share_is_met_whenever_enough_newcomers_fit(
    candidates: list[Ranked], settings: RerankSettings
) -> None:
    places = rerank(candidates, settings).places
    newcomers = [
        each
        for each in candidates
        if each.is_newcomer and each.score >= settings.floor and not is_barred(each, settings)
    ]
    share = ceil(round(settings.newcomer_share * len(places), 9))
    placed = sum(place.is_newcomer and place.score >= settings.floor for place in places)
    assert placed >= min(share, most_that_fit(newcomers, settings))


@given(candidates=candidate_lists, settings=settings)
def test_equal_input_gives_equal_output(candidates: list[Ranked], settings: RerankSettings) -> None:
    assert rerank(candidates, settings) == rerank(list(candidates), settings)


@given(candidates=candidate_lists, settings=settings)
def test_without_diversity_and_shares_the_order_is_kept(candidates: list[Ranked], settings: RerankSettings) -> None:
    plain = RerankSettings(
        limit=settings.limit,
        max_per_organisation=settings.max_per_organisation,
        exposure_cap=settings.exposure_cap,
        respect_capacity=settings.respect_capacity,
    )
    result = rerank(candidates, plain)
    assert ids(result) == sorted(ids(result))
    assert all(move.to_rank is None for move in result.moves)


@given(candidates=candidate_lists, settings=settings)
def test_moves_tell_the_ranks_before_and_after_and_a_reason_that_was_asked_for(
    candidates: list[Ranked], settings: RerankSettings
) -> None:
    result = rerank(candidates, settings)
    rank_of = {place.profile_id: rank for rank, place in enumerate(result.places, start=1)}
    assert [move.from_rank for move in result.moves] == sorted({move.from_rank for move in result.moves})
    for move in result.moves:
        assert candidates[move.from_rank - 1].profile_id == move.profile_id
        assert rank_of.get(move.profile_id) == move.to_rank != move.from_rank
    asked_for = {
        MoveReason.ORGANISATION_LIMIT: settings.max_per_organisation is not None,
        MoveReason.DIVERSITY: settings.diversity > 0,
        MoveReason.EXPOSURE_CAP: settings.exposure_cap is not None,
        MoveReason.NEWCOMER_SHARE: settings.newcomer_share > 0,
        MoveReason.CAPACITY: settings.respect_capacity,
    }
    assert all(asked_for[move.reason] for move in result.moves)


@given(candidates=candidate_lists, settings=settings)
def test_whoever_missed_a_place_that_someone_below_got_is_among_the_moves(
    candidates: list[Ranked], settings: RerankSettings
) -> None:
    result = rerank(candidates, settings)
    placed = set(ids(result))
    lowest = max((index for index, each in enumerate(candidates) if each.profile_id in placed), default=-1)
    missed = {each.profile_id for each in candidates[: lowest + 1]} - placed
    assert missed <= {move.profile_id for move in result.moves if move.to_rank is None}


def test_second_of_an_organisation_is_left_out_and_the_next_closes_the_gap() -> None:
    candidates = [*named("a1", "a2", organisation_key="a"), Ranked(profile_id="b", score=0.5, organisation_key="b")]
    result = rerank(candidates, RerankSettings(limit=2, max_per_organisation=1))
    assert ids(result) == ["a1", "b"]
    assert result.moves == (Move(profile_id="a2", reason=MoveReason.ORGANISATION_LIMIT, from_rank=2, to_rank=None),)


def test_list_shortened_by_a_limit_says_so() -> None:
    result = rerank(named("a1", "a2", organisation_key="a"), RerankSettings(limit=5, max_per_organisation=1))
    assert [(move.profile_id, move.reason) for move in result.moves] == [("a2", MoveReason.ORGANISATION_LIMIT)]


def test_a_near_copy_gives_way_to_something_else() -> None:
    east, north = np.array([2, 0], dtype=np.float32), np.array([0, 1], dtype=np.float32)
    candidates = [
        Ranked(profile_id="first", score=0.9, vector=east),
        Ranked(profile_id="copy", score=0.8, vector=east),
        Ranked(profile_id="other", score=0.6, vector=north),
    ]
    # After `first`: copy 0.7 * 0.8 - 0.3 * 1 = 0.26; other 0.7 * 0.6 - 0.3 * 0 = 0.42.
    result = rerank(candidates, RerankSettings(limit=3, diversity=0.3))
    assert ids(result) == ["first", "other", "copy"]
    assert result.moves == (
        Move(profile_id="copy", reason=MoveReason.DIVERSITY, from_rank=2, to_rank=3),
        Move(profile_id="other", reason=MoveReason.DIVERSITY, from_rank=3, to_rank=2),
    )
    # With less diversity the copy stays: 0.9 * 0.8 - 0.1 = 0.62 against 0.9 * 0.6 = 0.54.
    assert ids(rerank(candidates, RerankSettings(limit=3, diversity=0.1))) == ["first", "copy", "other"]


def test_the_last_places_are_kept_for_newcomers() -> None:
    candidates = [*named("a", "b", "c", "d"), Ranked(profile_id="new", score=0.5, is_newcomer=True)]
    result = rerank(candidates, RerankSettings(limit=4, newcomer_share=0.25))
    assert ids(result) == ["a", "b", "c", "new"]
    assert result.moves == (
        Move(profile_id="d", reason=MoveReason.NEWCOMER_SHARE, from_rank=4, to_rank=None),
        Move(profile_id="new", reason=MoveReason.NEWCOMER_SHARE, from_rank=5, to_rank=4),
    )


def test_a_newcomer_below_the_floor_gets_no_reserved_place() -> None:
    candidates = [*named("a", "b"), Ranked(profile_id="new", score=0.5, is_newcomer=True)]
    assert ids(rerank(candidates, RerankSettings(limit=2, newcomer_share=0.5, floor=0.6))) == ["a", "b"]


def test_an_organisations_only_place_is_kept_for_its_newcomer() -> None:
    candidates = [
        Ranked(profile_id="old", score=0.9, organisation_key="a"),
        Ranked(profile_id="new", score=0.8, organisation_key="a", is_newcomer=True),
        Ranked(profile_id="b", score=0.7, organisation_key="b"),
    ]
    result = rerank(candidates, RerankSettings(limit=2, max_per_organisation=1, newcomer_share=0.5))
    assert ids(result) == ["new", "b"]
    assert [(move.profile_id, move.to_rank) for move in result.moves] == [("old", None), ("new", 1)]


def test_who_is_full_or_stood_in_too_many_answers_is_left_out() -> None:
    candidates = [
        Ranked(profile_id="full", score=0.9, capacity=2, taken=2),
        Ranked(profile_id="seen", score=0.8, exposure=11),
        Ranked(profile_id="free", score=0.7, capacity=2, taken=1, exposure=10),
    ]
    result = rerank(candidates, RerankSettings(limit=3, exposure_cap=10, respect_capacity=True))
    assert ids(result) == ["free"]
    assert [(move.profile_id, move.reason) for move in result.moves] == [
        ("full", MoveReason.CAPACITY),
        ("seen", MoveReason.EXPOSURE_CAP),
    ]


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="no fewer"):
        RerankSettings(limit=-1)
    with pytest.raises(ValueError, match="no fewer"):
        RerankSettings(limit=1, max_per_organisation=0)
    with pytest.raises(ValueError, match="newcomers' share"):
        RerankSettings(limit=1, diversity=1.5)
    with pytest.raises(ValueError, match="newcomers' share"):
        RerankSettings(limit=1, newcomer_share=-0.5)
