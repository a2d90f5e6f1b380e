"""Cuts one field's text into sentences and windows of one or two of them, by character offsets; pure."""

import re
from collections.abc import Iterator
from itertools import pairwise

Stretch = tuple[int, int]
"""First character, and the one after the last."""
LONGEST_WINDOW = 300
"""Characters of a passage that is shown."""
_END = re.compile(r"[.!?]+[\"'”’)\]]*(?=\s|[\u4e00-\u9fff]|$)|[。！？；;]+[\"'”’）\])]*|\n+")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|cf|approx|no|nos|fig|dr|mr|ms|inc|ltd|corp|co|st|u\.s)|\b[A-Z])\.$", re.I
)
_BREAK = re.compile(r"[,，、\s]")


def sentences(text: str) -> list[Stretch]:
    """Consecutive sentences without the space around them, none longer than a window; none is empty."""
    found: list[Stretch] = []
    start = 0
    for end in (*_ends(text), len(text)):
        stretch = _trimmed(text, start, end)
        if stretch:
            found += _pieces(text, *stretch)
        start = end
    return found


def windows(text: str) -> list[Stretch]:
    """Every sentence, and every two neighbours that fit into a window."""
    single = sentences(text)
    doubles = [(first[0], second[1]) for first, second in pairwise(single) if second[1] - first[0] <= LONGEST_WINDOW]
    return [*single, *doubles]


def _ends(text: str) -> Iterator[int]:
    for match in _END.finditer(text):
        if match.group().startswith(".") and _ABBREVIATION.search(text, max(match.start() - 8, 0), match.start() + 1):
            continue
        yield match.end()


def _pieces(text: str, start: int, end: int) -> Iterator[Stretch]:
    """A sentence that is too long, cut behind the last comma or space that fits."""
    while end - start > LONGEST_WINDOW:
        breaks = [match.end() for match in _BREAK.finditer(text, start + 1, start + LONGEST_WINDOW)]
        cut = breaks[-1] if breaks else start + LONGEST_WINDOW
        piece = _trimmed(text, start, cut)
        if piece:
            yield piece
        start = cut
    rest = _trimmed(text, start, end)
    if rest:
        yield rest


def _trimmed(text: str, start: int, end: int) -> Stretch | None:
    stretch = text[start:end]
    start += len(stretch) - len(stretch.lstrip())
    end = start + len(stretch.strip())
    return (start, end) if start < end else None
