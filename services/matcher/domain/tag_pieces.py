"""The pieces by which free tags that the sector vocabulary does not know are matched softly; pure."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from services.matcher.domain.sector_aliases import codes_of_tag

_RUNS = re.compile(r"[\u3400-\u9fff]+|[^\W_]+")
_IDEOGRAPH = "\u3400"


def tag_pieces(tags: Iterable[str]) -> frozenset[str]:
    """Words, and character bigrams of Chinese, of the tags that no sector code explains."""
    return frozenset().union(*(_pieces(tag) for tag in tags if not codes_of_tag(tag)))


@lru_cache(maxsize=65_536)
def _pieces(tag: str) -> frozenset[str]:
    folded = unicodedata.normalize("NFKC", tag).casefold()
    return frozenset(piece for run in _RUNS.findall(_split_scripts(folded)) for piece in _pieces_of_run(run))


def _split_scripts(text: str) -> str:
    return re.sub(r"(?<=[\u3400-\u9fff])(?=[^\W_])|(?<=[^\W_])(?=[\u3400-\u9fff])", _boundary, text)


def _boundary(match: re.Match[str]) -> str:
    before, after = match.string[match.start() - 1], match.string[match.end()]
    return "" if (before >= _IDEOGRAPH) == (after >= _IDEOGRAPH) else " "


def _pieces_of_run(run: str) -> list[str]:
    if run[0] < _IDEOGRAPH or len(run) < 2:
        return [run]
    return [run[start : start + 2] for start in range(len(run) - 1)]
