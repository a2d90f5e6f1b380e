"""Where a profile is: one canonical place, and how near it is to another one or to many at once; pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt

from services.matcher.domain.addresses import LEVELS, Slots, path_of, read_columns
from services.matcher.domain.gazetteer import cluster_rows, clusters_of, countries_meeting, names_of
from services.matcher.domain.vocabulary import Names

Floats = npt.NDArray[np.float32]
Codes = npt.NDArray[np.int32]
Steps = npt.NDArray[np.int8]
Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.integer] | None

SAME_DISTRICT = 1.0
SAME_CITY = 0.85
SAME_PROVINCE = 0.65
SAME_CLUSTER = 0.5
SAME_COUNTRY = 0.3
ELSEWHERE = 0.0

WORTH = (np.nan, ELSEWHERE, SAME_COUNTRY, SAME_CLUSTER, SAME_PROVINCE, SAME_CITY, SAME_DISTRICT)
"""What each step of nearness is worth, ascending: steps are kept in one byte until all places are compared."""
NOT_COMPARED, APART, IN_COUNTRY, IN_CLUSTER, IN_PROVINCE, IN_CITY, IN_DISTRICT = range(len(WORTH))
FINER_LEVELS = (("province", IN_PROVINCE), ("city", IN_CITY), ("district", IN_DISTRICT))
UNKNOWN = -1
UNSEEN = -2
"""The code of a name that no document has: it differs from all of them, and is no reason to call it unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Codes of the gazetteer, lower-case names where it knows none, None where nothing is said.

    A metropolitan region stands where a city does (San Francisco Bay Area) and its towns where districts do.
    """

    country: str | None = None
    province: str | None = None
    city: str | None = None
    district: str | None = None
    clusters: frozenset[str] = frozenset()


@lru_cache(maxsize=65_536)
def place_of(
    country: str | None = None, province: str | None = None, city: str | None = None, district: str | None = None
) -> Place:
    """The place that the four columns name, each at whatever level it really is: 海淀区 as a city is a district.

    A column may also hold a list from fine to coarse (`Austin, TX, USA`), of which the first place counts.
    """
    slots, clusters = read_columns((country, province, city, district))
    return Place(**dict(zip(LEVELS, slots, strict=True)), clusters=clusters | clusters_of(path_of(slots)))


@lru_cache(maxsize=65_536)
def proximity(a: Place, b: Place) -> float | None:
    """How near two places are, in [0, 1] and the same both ways; None where no level is known of both.

    Levels are compared from the country down until they differ; a level that one side lacks is not judged.
    """
    nearness: float | None = None
    if a.country and b.country:
        if b.country not in countries_meeting(a.country):
            return ELSEWHERE
        nearness = SAME_CLUSTER if a.clusters & b.clusters else SAME_COUNTRY
    for mine, yours, worth in (
        (a.province, b.province, SAME_PROVINCE),
        (a.city, b.city, SAME_CITY),
        (a.district, b.district, SAME_DISTRICT),
    ):
        if mine and yours:
            if mine != yours:
                return nearness or ELSEWHERE
            nearness = worth
    return nearness


def place_names(place: Place) -> Names:
    """The place's names for an explanation, English from fine to coarse and Chinese from coarse to fine."""
    slots = (place.country, place.province, place.city, place.district)
    named = [_names_at(slots, level) for level in range(len(LEVELS)) if slots[level]]
    if not any(slots[1:]):
        named += [cluster_rows()[cluster][0] for cluster in sorted(place.clusters)]
    english, chinese = (list(dict.fromkeys(names)) for names in zip(*named, strict=True)) if named else ([], [])
    return Names(", ".join(reversed(english)), "".join(chinese))


def _names_at(slots: Slots, level: int) -> Names:
    name = slots[level] or ""
    found = names_of(path_of(slots[: level + 1])) if None not in slots[:level] else None
    return found or Names(name.title(), name)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceColumns:
    """Documents refer to distinct lists of distinct places, which are far fewer."""

    list_of_row: npt.NDArray[np.intp]
    """(n,) number of the document's list of places; longer lists come first."""
    layers: tuple[npt.NDArray[np.intp], ...]
    """Place numbers: layer k holds the k-th place of every list that is long enough, in the order of lists."""
    lists: int
    """How many distinct lists there are, an empty one included."""
    codes: dict[str, Codes]
    """(places,) by level; -1 where the level is unknown."""
    numbers: dict[str, dict[str, int]]
    """By level: the code of each name."""
    clusters: npt.NDArray[np.uint32]
    """(places,) a bit a cluster, in the table's order."""


def place_columns(places_of_rows: Sequence[tuple[Place, ...]]) -> PlaceColumns:
    """Columns over the documents' places, in their order."""
    lists = sorted(dict.fromkeys(places_of_rows), key=len, reverse=True)
    number_of_list = {places: number for number, places in enumerate(lists)}
    number_of_place: dict[Place, int] = {}
    for place in (place for places in lists for place in places):
        number_of_place.setdefault(place, len(number_of_place))
    numbers: dict[str, dict[str, int]] = {level: {} for level in LEVELS}
    return PlaceColumns(
        list_of_row=np.array([number_of_list[places] for places in places_of_rows], dtype=np.intp),
        layers=tuple(_layers(lists, number_of_place)),
        lists=len(lists),
        codes={level: _codes(list(number_of_place), level, known) for level, known in numbers.items()},
        numbers=numbers,
        clusters=np.array([_cluster_bits(place.clusters) for place in number_of_place], dtype=np.uint32),
    )


def proximities(subject_places: Sequence[Place], columns: PlaceColumns, rows: Rows = None) -> Floats:
    """(n,) the best `proximity` between any place of the subject and any of each document, or of the given rows.

    NaN where no two of them can be compared.
    """
    best = np.full(len(columns.clusters), NOT_COMPARED, dtype=np.int8)
    for place in dict.fromkeys(subject_places):
        np.maximum(best, _steps_to(place, columns), out=best)
    of_lists = np.full(columns.lists, NOT_COMPARED, dtype=np.int8)
    for layer in columns.layers:
        head = of_lists[: len(layer)]
        np.maximum(head, best.take(layer), out=head)
    nearness = np.array(WORTH, dtype=np.float32).take(of_lists)
    return nearness.take(columns.list_of_row if rows is None else columns.list_of_row.take(rows))


def _steps_to(place: Place, columns: PlaceColumns) -> Steps:
    """(places,) `proximity` to every distinct place as steps: the same walk, an array operation a level."""
    steps = np.full(len(columns.clusters), NOT_COMPARED, dtype=np.int8)
    is_open = np.ones(len(steps), dtype=bool)
    if place.country:
        is_open = _descend(columns.codes["country"], _same_country(place.country, columns), IN_COUNTRY, steps, is_open)
        if bits := _cluster_bits(place.clusters):
            _raise(steps, (steps == IN_COUNTRY) & ((columns.clusters & np.uint32(bits)) != 0), IN_CLUSTER)
    for level, step in FINER_LEVELS:
        if name := getattr(place, level):
            codes = columns.codes[level]
            same = codes == np.int32(columns.numbers[level].get(name, UNSEEN))
            is_open = _descend(codes, same, step, steps, is_open)
    return steps


def _descend(codes: Codes, same: Mask, step: int, steps: Steps, is_open: Mask) -> Mask:
    """Judges one level, raising `steps` in place, and gives the places that it leaves open to finer levels."""
    stays_open: Mask = is_open & (same | (codes == UNKNOWN))
    _raise(steps, is_open & same, step)
    _raise(steps, is_open & ~stays_open, APART)
    return stays_open


def _raise(steps: Steps, where: Mask, step: int) -> None:
    np.maximum(steps, where.view(np.int8) * np.int8(step), out=steps)


def _same_country(country: str, columns: PlaceColumns) -> Mask:
    codes, numbers = columns.codes["country"], columns.numbers["country"]
    meeting = [numbers[name] for name in countries_meeting(country) if name in numbers]
    same = np.zeros(len(numbers) + 1, dtype=bool)  # one more: the unknown country's code is -1, the last
    same[meeting] = True
    return same.take(codes, mode="wrap")


def _layers(lists: list[tuple[Place, ...]], number_of_place: dict[Place, int]) -> Iterator[npt.NDArray[np.intp]]:
    for depth in range(len(lists[0]) if lists else 0):
        yield np.array([number_of_place[places[depth]] for places in lists if len(places) > depth], dtype=np.intp)


def _codes(places: list[Place], level: str, known: dict[str, int]) -> Codes:
    names: list[str | None] = [getattr(place, level) for place in places]
    return np.array([known.setdefault(name, len(known)) if name else UNKNOWN for name in names], dtype=np.int32)


@cache
def _cluster_bits(clusters: frozenset[str]) -> int:
    return sum(1 << bit for bit, cluster in enumerate(cluster_rows()) if cluster in clusters)
