"""From a titled text to the passage texts that are embedded."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from services.matcher.embedding.encoder import Encoder
from services.matcher.embedding.passages import split_passages

_LONGEST_TITLE_TOKENS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class TitledText:
    """What is cut into passages: a text that may open with its title."""

    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One stretch of a text and the words that are embedded for it."""

    start: int
    end: int
    """Character span in the text."""
    embedded_text: str
    """The stretch, led by the title where the stretch does not hold it."""

    @property
    def text_hash(self) -> str:
        """SHA-256 of the embedded text, hexadecimal."""
        return hashlib.sha256(self.embedded_text.encode()).hexdigest()


def text_passages(texts: Sequence[TitledText], encoder: Encoder) -> list[tuple[Passage, ...]]:
    """Passages of each text, each short enough for the encoder to read whole."""
    titles = encoder.token_spans([text.title for text in texts])
    wholes = encoder.token_spans([text.text for text in texts])
    longest_title = min(_LONGEST_TITLE_TOKENS, encoder.max_tokens // 3)
    passages = []
    for titled, title_spans, spans in zip(texts, titles, wholes, strict=True):
        lead = titled.title if len(title_spans) <= longest_title else ""
        reserved = len(title_spans) + 1 if lead else 0
        text = titled.text
        cuts = [(0, len(text))]
        if len(spans) > encoder.max_tokens:
            cuts = split_passages(text, spans, encoder.max_tokens - reserved)
        passages.append(
            tuple(
                Passage(
                    start=start,
                    end=end,
                    embedded_text=f"{lead}\n{text[start:end].strip()}" if start and lead else text[start:end].strip(),
                )
                for start, end in cuts
            )
        )
    return passages
