"""Which sector codes a free tag stands for: the table's names and aliases, read forgivingly in both languages; pure."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from types import MappingProxyType

from services.matcher.domain.vocabulary import listed, read_table

LEVEL_SEPARATOR = "/"

_WORDS = re.compile(r"[^\W_]+")
_SEPARATORS = re.compile(r"[,;/|&、,;·+]|\band\b|和|与|及")
_FILLERS = frozenset({"and", "the", "other", "general"})
_ENGLISH_TAILS = frozenset(
    {"startup", "startups", "company", "companies", "platform", "platforms", "sector", "industry", "app", "tech"}
    | {"solutions", "services", "service", "technology", "technologies", "systems"}
)
_CHINESE_HEADS = ("其他", "综合", "新型")
_CHINESE_TAILS = ("行业", "产业", "领域", "服务", "技术", "综合服务", "科技")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_LONGEST_COMPOUND = 12
"""Characters of a Chinese tag that may be read by its head (游戏媒体及社区 is about 游戏); longer ones are texts."""


@lru_cache(maxsize=65_536)
def codes_of_tag(tag: str) -> frozenset[str]:
    """The codes of one tag: by its own wording, then without words that add nothing, then by its parts."""
    words = _words_of(tag)
    known = _codes_of_key("".join(words))
    if known or not words:
        return known
    if _CHINESE.search(tag):
        return _codes_of_chinese("".join(words)) or _codes_of_parts(tag)
    return _codes_of_english(words) or _codes_of_parts(tag)


def field_of(code: str) -> str:
    """The first-level code above a code, or the code itself."""
    return code.partition(LEVEL_SEPARATOR)[0]


def alias_key(tag: str) -> str:
    """What a tag is looked up by: its words in one, without case, width and punctuation."""
    return "".join(_words_of(tag))


def _words_of(tag: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", tag).casefold().replace("_", " ")
    return [word for word in _WORDS.findall(folded) if word not in _FILLERS]


def _codes_of_key(key: str) -> frozenset[str]:
    return _codes_by_key().get(key) or _codes_by_key().get(key.removesuffix("s"), frozenset())


def _codes_of_english(words: list[str]) -> frozenset[str]:
    while len(words) > 1 and words[-1] in _ENGLISH_TAILS:
        words = words[:-1]
        if known := _codes_of_key("".join(words)):
            return known
    return frozenset()


def _codes_of_chinese(key: str) -> frozenset[str]:
    for head in _CHINESE_HEADS:
        key = key.removeprefix(head) if len(key) > len(head) + 1 else key
    for tail in ("", *_CHINESE_TAILS):
        if key.endswith(tail) and (known := _codes_of_key(key.removesuffix(tail))):
            return known
    return _codes_of_head(key) if len(key) <= _LONGEST_COMPOUND else frozenset()


def _codes_of_head(key: str) -> frozenset[str]:
    """The codes of the longest known beginning of two or more characters, none of it Latin."""
    for length in range(len(key) - 1, 1, -1):
        known = _codes_by_key().get(key[:length])
        if known and _CHINESE.match(key[:length]):
            return known
    return frozenset()


def _codes_of_parts(tag: str) -> frozenset[str]:
    parts = [part for part in _SEPARATORS.split(tag.casefold()) if part.strip()]
    return frozenset().union(*map(codes_of_tag, parts)) if len(parts) > 1 else frozenset()


@cache
def _codes_by_key() -> Mapping[str, frozenset[str]]:
    """Codes by the joined words of every name and alias; an alias of several codes has a table of its own."""
    found: dict[str, frozenset[str]] = {}
    for row in read_table("sectors"):
        code = row["code"]
        for alias in (code.rpartition(LEVEL_SEPARATOR)[2], row["en"], row["zh"], *listed(row["aliases"])):
            found.setdefault(alias_key(alias), _with_field(code))
    for row in read_table("shared_sector_aliases"):
        codes = (_with_field(code) for code in listed(row["codes"]))
        found[alias_key(row["alias"])] = frozenset().union(*codes)
    return MappingProxyType(found)


def _with_field(code: str) -> frozenset[str]:
    return frozenset({code, field_of(code)})
