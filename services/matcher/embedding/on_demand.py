"""An encoder that is loaded when the first text comes: a restart that embeds nothing does not wait for it."""

from collections.abc import Callable, Sequence

from services.matcher.embedding.encoder import Encoder, FloatMatrix, Progress, TokenSpans, no_progress
from shared.contracts.vocabularies import Language


class OnDemandEncoder:
    """A twin of an encoder that is already loaded; used by one thread."""

    def __init__(self, twin: Encoder, load: Callable[[], Encoder]) -> None:
        """`load` gives an encoder of the same model as `twin`, which answers everything but texts."""
        self._twin = twin
        self._load = load
        self._loaded: Encoder | None = None

    @property
    def model_id(self) -> str:
        """The twin's."""
        return self._twin.model_id

    @property
    def dimension(self) -> int:
        """The twin's."""
        return self._twin.dimension

    @property
    def max_tokens(self) -> int:
        """The twin's."""
        return self._twin.max_tokens

    @property
    def languages(self) -> frozenset[Language]:
        """The twin's."""
        return self._twin.languages

    def token_spans(self, texts: Sequence[str]) -> list[TokenSpans]:
        """Spans of the content tokens of each text, uncut."""
        return self._encoder().token_spans(texts) if texts else []

    def encode(self, texts: Sequence[str], progress: Progress = no_progress) -> FloatMatrix:
        """Unit rows, (len(texts), dimension), in the order of the texts."""
        return self._encoder().encode(texts, progress)

    def encode_queries(self, texts: Sequence[str]) -> FloatMatrix:
        """Unit rows, (len(texts), dimension), with the query prompt."""
        return self._encoder().encode_queries(texts)

    def _encoder(self) -> Encoder:
        self._loaded = self._loaded or self._load()
        return self._loaded
