"""An encoder without a model: equal words give near vectors, in microseconds."""

import re
from collections.abc import Sequence
from functools import cache
from zlib import crc32

import numpy as np

from services.matcher.embedding.encoder import FloatMatrix, Progress, TokenSpans, no_progress
from shared.contracts.vocabularies import Language

_TOKEN = re.compile(r"[㐀-鿿]|[^\s㐀-鿿]+")


class HashingEncoder:
    """Sums a fixed random direction a token; tokens are words and single Chinese characters."""

    def __init__(
        self,
        *,
        model_id: str = "hashing",
        dimension: int = 64,
        max_tokens: int = 32,
        languages: frozenset[Language] = frozenset({Language.ENGLISH}),
    ) -> None:
        self.encoded: list[str] = []
        """Every text that was ever encoded, in order."""
        self._model_id = model_id
        self._dimension = dimension
        self._max_tokens = max_tokens
        self._languages = languages

    @property
    def model_id(self) -> str:
        """Names the encoder."""
        return self._model_id

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._dimension

    @property
    def max_tokens(self) -> int:
        """What follows is not read."""
        return self._max_tokens

    @property
    def languages(self) -> frozenset[Language]:
        """Languages that its similarities are said to mean something in."""
        return self._languages

    def token_spans(self, texts: Sequence[str]) -> list[TokenSpans]:
        """Spans of words and Chinese characters."""
        return [[match.span() for match in _TOKEN.finditer(text)] for text in texts]

    def encode_queries(self, texts: Sequence[str]) -> FloatMatrix:
        """The same: it knows no prompts."""
        return self.encode(texts)

    def encode(self, texts: Sequence[str], progress: Progress = no_progress) -> FloatMatrix:
        """Unit rows; a text without a token points along the first axis."""
        self.encoded += texts
        vectors = np.array([self._vector(text) for text in texts], dtype=np.float32)
        progress(len(texts))
        return vectors.reshape(len(texts), self._dimension)

    def _vector(self, text: str) -> FloatMatrix:
        tokens = _TOKEN.findall(text.lower())[: self._max_tokens]
        vector = np.zeros(self._dimension) + sum(_direction(token, self._dimension) for token in tokens)
        length = float(np.linalg.norm(vector))
        unit = vector / length if length > 1e-9 else np.eye(1, self._dimension)[0]
        return np.asarray(unit, dtype=np.float32)


@cache
def _direction(token: str, dimension: int) -> FloatMatrix:
    direction = np.random.default_rng(crc32(token.encode())).standard_normal(dimension)
    return np.asarray(direction, dtype=np.float32)
