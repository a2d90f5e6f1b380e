"""Columns that name a place at whatever level and in whatever language, read into codes by level; pure."""

import re
from collections.abc import Iterator

from services.matcher.domain.gazetteer import (
    Path,
    cluster_named,
    cluster_rows,
    entries_named,
    name_keys,
    names_of,
    namesake_below,
    split_chinese,
)

LEVELS = ("country", "province", "city", "district")
_NOWHERE = frozenset(
    {"remote", "unknown", "tbd", "other", "na", "none", "global", "worldwide", "nationwide", "anywhere", "unspecified"}
    | {"其他", "国外", "海外", "全国", "全球", "未知", "不限"}
)
_ABBREVIATION = re.compile(r"[A-Za-z]{2,3}")
Slots = tuple[str | None, ...]
"""A code or a lower-case name for each level, None where nothing is said."""


def read_columns(cells: tuple[str | None, ...]) -> tuple[Slots, frozenset[str]]:
    """Codes by level, and the clusters named as such, out of the four columns country, province, city, district."""
    slots: Slots = (None,) * len(LEVELS)
    clusters: frozenset[str] = frozenset()
    for level, cell in enumerate(cells):
        for name in _names_in(cell or ""):
            cluster = None if entries_named(name) else cluster_named(name)
            if cluster:
                clusters |= {cluster}
                slots = (slots[0] or cluster_rows()[cluster][1], *slots[1:])
            else:
                slots = _placed(name, level, slots)
    return _with_namesakes(slots), clusters


def path_of(slots: Slots) -> Path:
    """The codes down to the first level that is not told."""
    told = next((level for level, slot in enumerate(slots) if slot is None), len(slots))
    return tuple(str(slot) for slot in slots[:told])


def _names_in(cell: str) -> Iterator[str]:
    """Names of a cell, coarse before fine."""
    first = re.split(r"[;；/]", cell)[0]
    for part in reversed(re.split(r"[,，、]|\s-\s", first)):
        keys = name_keys(part)
        if not keys or keys[-1] in _NOWHERE or keys[0] in _NOWHERE:
            continue
        pieces = None if entries_named(part) else split_chinese(keys[0])
        yield from (*_names_in(pieces[0]), *_names_in(pieces[1])) if pieces else (part,)


def _placed(name: str, level: int, slots: Slots) -> Slots:
    """The slots with the name at the level where it belongs; what agrees with coarser columns is preferred."""
    paths = entries_named(name)
    agreeing = [path for path in paths if _agrees(path, slots)]
    if agreeing:
        # A name of several levels (Beijing, New York) is taken at the column's own.
        path = min(agreeing, key=lambda found: abs(len(found) - 1 - level))
        return (*path, *slots[len(path) :])
    if paths and len(paths[0]) == 1 and not _ABBREVIATION.fullmatch(name.strip()):
        return (paths[0][0], None, None, None)  # a fine column that spells out a country overrules the coarse one
    free = next((slot for slot in range(level, len(slots)) if slots[slot] is None), None)
    return slots if free is None else (*slots[:free], name_keys(name)[-1], *slots[free + 1 :])


def _agrees(path: Path, slots: Slots) -> bool:
    """Whether a path contradicts no slot; a name that the gazetteer does not know contradicts nothing."""
    return all(
        slot is None or code == slot or names_of(path_of(slots[: level + 1])) is None
        for level, (code, slot) in enumerate(zip(path, slots, strict=False))
    )


def _with_namesakes(slots: Slots) -> Slots:
    """Whoever is in the province of Beijing is in the city of Beijing; not so New York, whose names differ."""
    for level in range(1, len(LEVELS)):
        path = path_of(slots[:level])
        if slots[level] is None and len(path) == level and (child := namesake_below(path)):
            slots = (*path, child, *slots[level + 1 :])
    return slots
