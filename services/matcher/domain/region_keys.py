"""Names of regions by what they compare as: one place named in Chinese, in English or in short has one key; pure."""

from collections.abc import Sequence
from functools import lru_cache

from services.matcher.domain.gazetteer import PATH_SEPARATOR, entries_named, name_keys

RegionKeys = tuple[str, ...]
"""Country, province, city, district; empty where a level is not told."""


@lru_cache(maxsize=65_536)
def region_keys(path: Sequence[str]) -> RegionKeys:
    """The keys of names from country to district: places of the gazetteer by their code, others by their wording."""
    return tuple(_key(level, name) if name else "" for level, name in enumerate(path))


def _key(level: int, name: str) -> str:
    """Names that several places of the level share, such as Cambridge, are told apart by the levels above only."""
    at_level = [path for path in entries_named(name) if len(path) == level + 1]
    if len(at_level) == 1:
        return PATH_SEPARATOR.join(at_level[0])
    return next(iter(name_keys(name)[-1:]), name)
