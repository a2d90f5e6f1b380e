"""The sector vocabulary: a sound table, tags of both languages find their codes, affinity is fair to both sides."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.domain.sector_aliases import alias_key, field_of
from services.matcher.domain.sectors import (
    SAME_FIELD,
    affinity,
    finest_codes,
    sector_affinities,
    sector_codes,
    sector_columns,
    sector_index,
    sector_name,
)
from services.matcher.domain.vocabulary import listed, read_table

CODES = sorted(sector_index())
SECTORS = [code for code in CODES if "/" in code]
SOLAR, HYDROGEN = "new_energy/solar", "new_energy/hydrogen"
GAMES, VIDEO = "media_games/games", "media_games/film_video"
code_sets = st.frozensets(st.sampled_from(CODES), max_size=6).map(
    lambda codes: codes | {field_of(code) for code in codes}
)


def held(*codes: str) -> frozenset[str]:
    return frozenset(codes) | {field_of(code) for code in codes}


def test_codes_are_unique_and_every_sector_has_its_field() -> None:
    codes = [row["code"] for row in read_table("sectors")]
    assert len(codes) == len(set(codes)) == len(CODES)
    assert {field_of(code) for code in codes} <= set(codes)
    assert 16 <= sum("/" not in code for code in codes) <= 24
    assert 120 <= len(SECTORS) <= 200


def test_every_code_is_named_in_both_languages() -> None:
    for code in CODES:
        english, chinese = sector_name(code)
        assert english.isascii()
        assert any("\u4e00" <= character <= "\u9fff" for character in chinese), code


def test_names_are_unique_in_each_language() -> None:
    for language in ("en", "zh"):
        assert max(Counter(row[language] for row in read_table("sectors")).values()) == 1


def test_an_alias_belongs_to_one_code_unless_it_is_listed_as_shared() -> None:
    owners: dict[str, set[str]] = {}
    for row in read_table("sectors"):
        for alias in (row["code"].rpartition("/")[2], row["en"], row["zh"], *listed(row["aliases"])):
            owners.setdefault(alias_key(alias), set()).add(row["code"])
    assert {alias: codes for alias, codes in owners.items() if len(codes) > 1} == {}
    shared = {alias_key(row["alias"]): listed(row["codes"]) for row in read_table("shared_sector_aliases")}
    assert not shared.keys() & owners.keys()
    assert all(len(codes) > 1 and set(codes) <= set(CODES) for codes in shared.values())


def test_both_names_of_a_code_find_it() -> None:
    for code in CODES:
        for name in sector_name(code):
            assert code in sector_codes([name]), name


def test_the_index_lists_fields_before_sectors() -> None:
    columns = list(sector_index().values())
    assert columns == list(range(len(CODES)))
    levels = ["/" in code for code in sector_index()]
    assert levels == sorted(levels)


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("e-commerce", "consumer_commerce/ecommerce"),
        ("E COMMERCE", "consumer_commerce/ecommerce"),
        ("ｅＣｏｍｍｅｒｃｅ", "consumer_commerce/ecommerce"),
        ("电子商务", "consumer_commerce/ecommerce"),
        ("Food & Beverages", "agriculture_food/food_beverages"),
        ("food and beverage", "agriculture_food/food_beverages"),
        ("Air Platform", "aerospace/aviation"),
        ("Chem Bio_defense", "security_defence/chem_bio_defence"),
        ("Materials / Processes", "new_materials"),
        ("medical devices", "medical_health/medical_devices"),
        ("energy_storage", "new_energy/energy_storage"),
        ("量子科技", "quantum_frontier"),
        ("5G/6G", "communications/wireless"),
    ],
)
def test_case_width_spaces_and_punctuation_do_not_matter(tag: str, code: str) -> None:
    assert sector_codes([tag]) == held(code)


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("Biotech startup", "biomedicine/biotechnology"),
        ("其他旅游服务", "tourism_sports/travel"),
        ("机器人产业", "advanced_manufacturing/robotics"),
        ("元宇宙媒体及社区", "quantum_frontier/metaverse"),
    ],
)
def test_words_that_add_nothing_are_left_out(tag: str, code: str) -> None:
    assert sector_codes([tag]) == held(code)


def test_a_shared_alias_and_a_list_stand_for_several_codes() -> None:
    assert sector_codes(["games_video"]) == held(GAMES, VIDEO)
    assert sector_codes(["solar & hydrogen"]) == held(SOLAR, HYDROGEN)


@pytest.mark.parametrize("tag", ["", " ", "other", "sector agnostic", "TBD", "120-130", "哲学", "technology"])
def test_unknown_tags_add_nothing(tag: str) -> None:
    assert sector_codes([tag]) == frozenset()
    assert sector_codes([tag, "solar"]) == held(SOLAR)


@given(st.text(max_size=30))
def test_any_text_may_stand_as_a_tag(tag: str) -> None:
    assert sector_codes([tag]) <= set(CODES)


def test_affinity_by_hand() -> None:
    assert affinity(held(SOLAR), held(SOLAR)) == 1.0
    assert affinity(held(SOLAR), held(HYDROGEN)) == SAME_FIELD
    assert affinity(held(SOLAR), held("new_energy")) == SAME_FIELD
    assert affinity(held(SOLAR), held(GAMES)) == 0.0
    # The side with fewer codes is averaged: solar finds itself among three.
    assert affinity(held(SOLAR), held(SOLAR, GAMES, VIDEO)) == 1.0
    # As many on both: solar 1 and hydrogen .6 one way, solar 1 and games 0 the other: (.8 + .5) / 2.
    assert affinity(held(SOLAR, HYDROGEN), held(SOLAR, GAMES)) == pytest.approx(0.65)


def test_nothing_known_on_a_side_is_missing_not_zero() -> None:
    assert affinity(frozenset(), held(SOLAR)) is None
    assert affinity(held(SOLAR), frozenset()) is None


@given(code_sets, code_sets)
def test_affinity_is_symmetrical_and_bounded(a: frozenset[str], b: frozenset[str]) -> None:
    score = affinity(a, b)
    assert score == affinity(b, a)
    assert (score is None) == (not a or not b)
    assert score is None or 0.0 <= score <= 1.0


@given(st.sampled_from(SECTORS), code_sets, st.sampled_from(SECTORS))
def test_more_codes_never_lower_the_affinity_to_one_sector(sector: str, codes: frozenset[str], more: str) -> None:
    before, after = affinity(held(sector), codes), affinity(held(sector), codes | held(more))
    assert after is not None
    assert before is None or after >= before


@given(st.sampled_from(SECTORS))
def test_more_shared_levels_never_lower_the_affinity(sector: str) -> None:
    elsewhere = next(code for code in SECTORS if field_of(code) != field_of(sector))
    scores = [affinity(held(sector), held(other)) or 0.0 for other in (elsewhere, field_of(sector), sector)]
    assert scores == [0.0, SAME_FIELD, 1.0]


def test_a_field_is_among_the_finest_codes_only_without_a_sector() -> None:
    assert finest_codes(held(SOLAR, "media_games")) == {SOLAR, "media_games"}
    assert finest_codes(held(SOLAR)) == {SOLAR}


@given(code_sets, st.lists(code_sets, max_size=12))
def test_affinity_to_many_equals_affinity_one_by_one(subject: frozenset[str], documents: list[frozenset[str]]) -> None:
    one_by_one = [affinity(subject, codes) for codes in documents]
    found = sector_affinities(subject, sector_columns(documents))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, np.array(one_by_one, dtype=np.float64), atol=1e-6)


def test_only_the_rows_asked_for_come_back_in_their_order() -> None:
    columns = sector_columns([held(SOLAR), held("new_energy"), frozenset()])
    found = sector_affinities(held(SOLAR), columns, np.array([2, 0, 1, 0]))
    np.testing.assert_allclose(found, [np.nan, 1.0, 0.6, 1.0], atol=1e-6)
