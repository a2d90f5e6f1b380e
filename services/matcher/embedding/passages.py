"""Cuts long texts into passages that a model reads whole, at sentence ends where it can; pure."""

import re
from collections.abc import Iterator

from services.matcher.embedding.encoder import TokenSpans

_SENTENCE_END = re.compile(r"[.!?。！？；;]+[\"'”’)）\]]*(?=\s|[一-鿿]|$)|\n+")
PASSAGE_SCHEME = "p1"
"""Changes with the cutting rule: part of what names a vector."""


def split_passages(text: str, spans: TokenSpans, max_tokens: int) -> list[tuple[int, int]]:
    """Character spans of consecutive passages of at most `max_tokens` tokens that cover every token of `text`.

    A passage ends at the last sentence end in its second half, else at the last token that fits.
    """
    if len(spans) <= max_tokens:
        return [(0, len(text))]
    ends = _token_counts_at_sentence_ends(text, spans)
    return list(_cut(text, spans, ends, max_tokens))


def _token_counts_at_sentence_ends(text: str, spans: TokenSpans) -> list[int]:
    """Numbers of leading tokens after which a sentence is complete, ascending."""
    counts, token = [], 0
    for match in _SENTENCE_END.finditer(text):
        while token < len(spans) and spans[token][1] <= match.end():
            token += 1
        counts.append(token)
    return counts


def _cut(text: str, spans: TokenSpans, ends: list[int], max_tokens: int) -> Iterator[tuple[int, int]]:
    first = 0
    while first < len(spans):
        limit = min(first + max_tokens, len(spans))
        if limit < len(spans):
            earliest = first + max_tokens // 2
            limit = max((end for end in ends if earliest < end <= limit), default=limit)
        start = 0 if first == 0 else spans[first][0]
        end = len(text) if limit == len(spans) else spans[limit][0]
        yield start, end
        first = limit
