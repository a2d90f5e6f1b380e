"""Places of both languages and all levels find one canonical form, and nearness is judged by the levels both know."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.domain.places import (
    ELSEWHERE,
    SAME_CITY,
    SAME_CLUSTER,
    SAME_COUNTRY,
    SAME_DISTRICT,
    SAME_PROVINCE,
    Place,
    place_columns,
    place_names,
    place_of,
    proximities,
    proximity,
)
from services.matcher.domain.vocabulary import listed, read_table

HAIDIAN = place_of("中国", "北京市", "北京市", "海淀区")
Cells = tuple[str | None, ...]
NAMED = [tuple(row["path"].split("/")) for row in read_table("places")]
known_places = st.sampled_from(NAMED).map(lambda path: place_of(*path))
odd_places = st.builds(
    Place,
    country=st.sampled_from([None, "cn", "us", "de", "european_union", "nato", "atlantis"]),
    province=st.sampled_from([None, "guangdong", "beijing", "georgia"]),
    city=st.sampled_from([None, "shenzhen", "beijing", "springfield"]),
    district=st.sampled_from([None, "nanshan", "haidian"]),
    clusters=st.frozensets(st.sampled_from(["greater_bay_area", "new_england"]), max_size=2),
)
places = st.one_of(known_places, odd_places)


def levels(place: Place) -> Cells:
    return (place.country, place.province, place.city, place.district)


def test_every_place_has_both_names_and_the_level_above_it() -> None:
    paths = set(NAMED)
    assert len(paths) == len(NAMED)
    assert all(row["en"] and row["zh"] for table in ("places", "clusters", "blocs") for row in read_table(table))
    assert all(path[:-1] in paths for path in NAMED if len(path) > 1)


def test_clusters_and_blocs_refer_to_what_the_tables_hold() -> None:
    clusters = {row["code"] for row in read_table("clusters")}
    countries = {path[0] for path in NAMED if len(path) == 1}
    assert {cluster for row in read_table("places") for cluster in listed(row["clusters"])} - {"-"} <= clusters
    assert {row["country"] for row in read_table("clusters")} <= countries
    assert {member for row in read_table("blocs") for member in listed(row["countries"])} <= countries


def test_a_place_is_found_by_its_names_in_either_language() -> None:
    names = {tuple(row["path"].split("/")): (row["en"], row["zh"]) for row in read_table("places")}
    for path in NAMED:
        for language in (0, 1):
            cells = [names[path[: level + 1]][language] for level in range(len(path))]
            assert levels(place_of(*cells))[: len(path)] == path, cells


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ((None, "北京"), ("cn", "beijing", "beijing", None)),
        ((None, "北京市", "北京市"), ("cn", "beijing", "beijing", None)),
        (("CHN", "Beijing"), ("cn", "beijing", "beijing", None)),
        ((None, None, "Peking"), ("cn", "beijing", "beijing", None)),
        ((None, "北京", "海淀区"), ("cn", "beijing", "beijing", "haidian")),
        ((None, "Beijing", "Haidian District"), ("cn", "beijing", "beijing", "haidian")),
        (("中国", "广东省"), ("cn", "guangdong", None, None)),
        ((None, "Guangdong Province"), ("cn", "guangdong", None, None)),
        ((None, None, "深圳"), ("cn", "guangdong", "shenzhen", None)),
        ((None, "广东省深圳市南山区"), ("cn", "guangdong", "shenzhen", "nanshan")),
        (("中国", None, "ＳＨＥＮＺＨＥＮ"), ("cn", "guangdong", "shenzhen", None)),
        (("China", "香港"), ("cn", "hong_kong", "hong_kong", None)),
        (("HKG",), ("cn", "hong_kong", "hong_kong", None)),
        (("United States", "California"), ("us", "california", None, None)),
        ((None, "CA"), ("us", "california", None, None)),
        (("CA",), ("ca", None, None, None)),
        ((None, "US"), ("us", None, None, None)),
        (("美国", "加州"), ("us", "california", None, None)),
        (("USA", "SF Bay", "Palo Alto"), ("us", "california", "san_francisco_bay_area", "palo_alto")),
        (("USA", "New York", "New York"), ("us", "new_york", "new_york", None)),
        (("USA", "New York"), ("us", "new_york", None, None)),
        (("USA", "Boston", "Cambridge"), ("us", "massachusetts", "boston", "cambridge")),
        (("UK", None, "Cambridge"), ("gb", "england", "cambridge", None)),
        ((None, "Austin, TX, USA; Remote"), ("us", "texas", "austin", None)),
        ((None, "California - Other"), ("us", "california", None, None)),
        (("China", "北美洲"), ("north_america", None, None, None)),
        ((None, "北美洲", "美国"), ("us", None, None, None)),
        (("Canada", "Nova Scotia", "HALIFAX"), ("ca", "nova scotia", "halifax", None)),
        ((None, "TBD", "unknown"), (None, None, None, None)),
        (("", " ", "国外"), (None, None, None, None)),
        ((), (None, None, None, None)),
    ],
)
def test_columns_are_read_at_the_level_they_really_name(cells: Cells, found: Cells) -> None:
    assert levels(place_of(*cells)) == found


def test_clusters_come_from_the_city_then_the_province_or_are_named_themselves() -> None:
    assert place_of("中国", "河北").clusters == {"beijing_tianjin_hebei"}
    assert place_of("中国", "广东", "深圳").clusters == {"greater_bay_area"}
    assert place_of("中国", "广东", "汕头").clusters == frozenset()
    assert place_of(None, "长三角") == Place(country="cn", clusters=frozenset({"yangtze_river_delta"}))
    assert place_of("US", None, "Silicon Valley").clusters == {"silicon_valley"}


@given(st.lists(st.one_of(st.none(), st.text(max_size=20)), max_size=4))
def test_any_text_may_stand_in_a_column(cells: list[str | None]) -> None:
    place_names(place_of(*cells))


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (("中国", "北京", "北京", "海淀"), SAME_DISTRICT),
        (("中国", "北京", "北京", "朝阳"), SAME_CITY),
        (("中国", "北京"), SAME_CITY),
        (("中国", "河北", "保定"), SAME_CLUSTER),
        (("中国", "京津冀"), SAME_CLUSTER),
        (("中国", "广东", "深圳"), SAME_COUNTRY),
        (("中国",), SAME_COUNTRY),
        (("亚洲",), SAME_COUNTRY),
        (("美国", "纽约州"), ELSEWHERE),
    ],
)
def test_nearness_to_a_district_of_beijing(other: Cells, expected: float) -> None:
    assert proximity(HAIDIAN, place_of(*other)) == expected


def test_two_cities_of_one_province_and_names_the_gazetteer_does_not_know() -> None:
    assert proximity(place_of(None, "广东", "深圳"), place_of(None, "广东", "汕头")) == SAME_PROVINCE
    assert proximity(place_of("Canada", "Nova Scotia"), place_of("加拿大", "nova scotia", "Halifax")) == SAME_PROVINCE
    assert proximity(place_of("Germany"), place_of("European Union")) == SAME_COUNTRY
    assert proximity(place_of("Germany"), place_of("Europe")) == SAME_COUNTRY
    assert proximity(place_of("Germany"), place_of("Asia")) == ELSEWHERE


def test_levels_that_no_two_sides_share_are_missing_not_zero() -> None:
    assert proximity(Place(), HAIDIAN) is None
    assert proximity(Place(province="atlantis"), Place(country="cn")) is None
    assert proximity(Place(province="atlantis"), Place(province="lemuria", country="cn")) == ELSEWHERE


@given(places, places)
def test_nearness_is_symmetrical_and_bounded(a: Place, b: Place) -> None:
    nearness = proximity(a, b)
    assert nearness == proximity(b, a)
    assert nearness is None or 0.0 <= nearness <= 1.0


@given(st.sampled_from(NAMED), st.sampled_from(NAMED))
def test_more_shared_levels_are_never_farther(mine: tuple[str, ...], other: tuple[str, ...]) -> None:
    whole = place_of(*mine)
    shared = [proximity(whole, place_of(*mine[: level + 1])) or 0.0 for level in range(len(mine))]
    assert shared == sorted(shared)
    elsewhere = proximity(whole, place_of(*other)) or 0.0
    assert elsewhere <= (proximity(whole, whole) or 0.0)


def test_names_for_an_explanation() -> None:
    assert place_names(HAIDIAN) == ("Haidian, Beijing, China", "中国北京海淀")
    assert place_names(place_of("Canada", "Nova Scotia")) == ("Nova Scotia, Canada", "加拿大nova scotia")
    assert place_names(place_of(None, "京津冀")) == ("Beijing–Tianjin–Hebei, China", "中国京津冀")
    assert place_names(Place()) == ("", "")


def best_one_by_one(subject: Sequence[Place], document: Sequence[Place]) -> float:
    found = [nearness for a in subject for b in document if (nearness := proximity(a, b)) is not None]
    return max(found, default=np.nan)


@given(st.lists(places, max_size=3), st.lists(st.lists(places, max_size=3).map(tuple), max_size=8))
def test_nearness_to_many_equals_nearness_one_by_one(subject: list[Place], documents: list[tuple[Place, ...]]) -> None:
    found = proximities(subject, place_columns(documents))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, [best_one_by_one(subject, document) for document in documents], atol=1e-6)


def test_only_the_rows_asked_for_come_back_in_their_order() -> None:
    columns = place_columns([(HAIDIAN,), (), (place_of("美国"), place_of("中国"))])
    found = proximities((HAIDIAN,), columns, np.array([2, 1, 0, 0]))
    np.testing.assert_allclose(found, [SAME_COUNTRY, np.nan, 1.0, 1.0], atol=1e-6)
