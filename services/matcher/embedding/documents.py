"""From a profile's texts to the passage texts that are embedded."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from services.matcher.domain.texts import ProfileTexts
from services.matcher.embedding.encoder import Encoder
from services.matcher.embedding.passages import split_passages

_LONGEST_TITLE_TOKENS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One stretch of a document's full text and the words that are embedded for it."""

    start: int
    end: int
    """Character span in `ProfileTexts.full`."""
    embedded_text: str
    """The stretch, led by the title where the stretch does not hold it."""

    @property
    def text_hash(self) -> str:
        """SHA-256 of the embedded text, hexadecimal."""
        return hashlib.sha256(self.embedded_text.encode()).hexdigest()


def document_passages(texts: Sequence[ProfileTexts], encoder: Encoder) -> list[tuple[Passage, ...]]:
    """Passages of each text, each short enough for the encoder to read whole."""
    titles = encoder.token_spans([text.title for text in texts])
    fulls = encoder.token_spans([text.full for text in texts])
    longest_title = min(_LONGEST_TITLE_TOKENS, encoder.max_tokens // 3)
    passages = []
    for text, title_spans, spans in zip(texts, titles, fulls, strict=True):
        lead = text.title if len(title_spans) <= longest_title else ""
        reserved = len(title_spans) + 1 if lead else 0
        full = text.full
        cuts = [(0, len(full))]
        if len(spans) > encoder.max_tokens:
            cuts = split_passages(full, spans, encoder.max_tokens - reserved)
        passages.append(
            tuple(
                Passage(
                    start=start,
                    end=end,
                    embedded_text=f"{lead}\n{full[start:end].strip()}" if start and lead else full[start:end].strip(),
                )
                for start, end in cuts
            )
        )
    return passages
