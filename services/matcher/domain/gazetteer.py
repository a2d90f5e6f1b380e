"""The table of countries, provinces, cities and districts, looked up by any of their names in Chinese or English."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType

from services.matcher.domain.vocabulary import Names, listed, read_table

PATH_SEPARATOR = "/"
Path = tuple[str, ...]
"""Codes from the country down, one to four of them; a bloc such as the European Union stands where a country does."""

_CHINESE_TAIL = re.compile(r"(?<=..)(特别行政区|壮族自治区|回族自治区|维吾尔自治区|自治区|新区|地区|省|市|区|县|镇)$")
_ENGLISH_TAIL = re.compile(
    r"\s+(city|province|municipality|district|county|area|metropolitan area|metro area|metropolitan region|region|"
    r"governorate|new area|sar|shi|sheng|qu|other)$"
)
_ENGLISH_HEAD = re.compile(r"^(city of|state of|province of|greater|the)\s+")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_NO_ENTRIES: tuple[Path, ...] = ()


def name_keys(name: str) -> tuple[str, ...]:
    """What a name is looked up by: without accents, case and punctuation; then without words for its level too."""
    decomposed = unicodedata.normalize("NFKD", name).casefold()
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    key = " ".join(re.findall(r"[^\W_]+", plain.replace("'", "").replace("’", "").replace(".", "")))
    if _CHINESE.search(key):
        joined = key.replace(" ", "")
        return tuple(dict.fromkeys((joined, _CHINESE_TAIL.sub("", joined))))
    bare = _ENGLISH_HEAD.sub("", _ENGLISH_TAIL.sub("", key))
    return tuple(dict.fromkeys(form for form in (key, bare) if form))


def entries_named(name: str) -> tuple[Path, ...]:
    """Paths of every place of that name, coarser levels first; those of the exact name before the stripped one."""
    for key in name_keys(name):
        if found := _paths_by_key().get(key):
            return found
    return _NO_ENTRIES


def cluster_named(name: str) -> str | None:
    """The code of the cluster (京津冀, New England) of that name."""
    return next((_clusters_by_key()[key] for key in name_keys(name) if key in _clusters_by_key()), None)


def names_of(path: Path) -> Names | None:
    """Names of a place of the table, None for any other."""
    return _names().get(path)


@cache
def cluster_rows() -> Mapping[str, tuple[Names, str]]:
    """Names and country of every cluster, by code."""
    return {row["code"]: (Names(row["en"], row["zh"]), row["country"]) for row in read_table("clusters")}


@cache
def countries_meeting(country: str) -> frozenset[str]:
    """The country, the blocs it lies in and, of a bloc, its members and the blocs that share one."""
    own = _members().get(country, frozenset({country}))
    blocs = {bloc for bloc, members in _members().items() if not own.isdisjoint(members)}
    return own | blocs | {country}


@cache
def clusters_of(path: Path) -> frozenset[str]:
    """Clusters of a place: its own where the table names some (`-` for none), else those of the level above."""
    own = _clusters_by_path().get(path, "")
    if own or len(path) < 2:
        return frozenset(listed(own)) - {"-"}
    return clusters_of(path[:-1])


def namesake_below(path: Path) -> str | None:
    """The code of the place one level below that has the same names in both languages: the city of Beijing."""
    return _namesakes().get(path)


def split_chinese(name: str) -> tuple[str, str] | None:
    """北京市海淀区 as (北京市, 海淀区): the longest known beginning, and the rest; None where there is none."""
    for length in range(len(name) - 2, 1, -1):
        if _CHINESE.match(name) and entries_named(name[:length]):
            return name[:length], name[length:]
    return None


def _places() -> Iterator[tuple[Path, Names, tuple[str, ...]]]:
    for row in read_table("places"):
        path = tuple(row["path"].split(PATH_SEPARATOR))
        codes = (path[0],) if len(path) == 1 else ()
        yield path, Names(row["en"], row["zh"]), (*codes, *listed(row["aliases"]))
    for row in read_table("blocs"):
        yield (row["code"],), Names(row["en"], row["zh"]), listed(row["aliases"])


@cache
def _names() -> Mapping[Path, Names]:
    return {path: names for path, names, _ in _places()}


@cache
def _namesakes() -> Mapping[Path, str]:
    return {path[:-1]: path[-1] for path, names in _names().items() if _names().get(path[:-1]) == names}


@cache
def _paths_by_key() -> Mapping[str, tuple[Path, ...]]:
    found: dict[str, dict[Path, None]] = {}
    for path, names, aliases in _places():
        for name in (*names, *aliases):
            for key in name_keys(name):
                found.setdefault(key, {})[path] = None
    return MappingProxyType({key: tuple(paths) for key, paths in found.items()})


@cache
def _clusters_by_key() -> Mapping[str, str]:
    return {
        key: row["code"]
        for row in read_table("clusters")
        for name in (row["en"], row["zh"], *listed(row["aliases"]))
        for key in name_keys(name)
    }


@cache
def _clusters_by_path() -> Mapping[Path, str]:
    return {tuple(row["path"].split(PATH_SEPARATOR)): row["clusters"] or "" for row in read_table("places")}


@cache
def _members() -> Mapping[str, frozenset[str]]:
    return {row["code"]: frozenset(listed(row["countries"])) for row in read_table("blocs")}
