"""An encoder that costs almost nothing, so that a benchmark of the search need not wait for a model."""

import re
import zlib
from collections.abc import Sequence
from functools import partial

import numpy as np

from services.cli.bench.encoder_choice import EncoderChoice
from services.matcher.embedding.encoder import Encoder, FloatMatrix, Progress, TokenSpans, no_progress
from services.matcher.settings import MatcherSettings
from shared.contracts.vocabularies import Language

_WORD = re.compile(r"[A-Za-z0-9]+|[^\W_]")
_DIMENSION = 384


class HashedEncoder:
    """Words hashed onto signed axes (Weinberger 2009): equal texts give equal unit vectors, like texts like ones."""

    max_tokens = 254
    languages = frozenset({Language.ENGLISH})

    def __init__(self, dimension: int = _DIMENSION) -> None:
        self.dimension = dimension
        self.model_id = f"hashed-words-{dimension}"

    def token_spans(self, texts: Sequence[str]) -> list[TokenSpans]:
        """A token a word, or a character of a script without spaces."""
        return [[match.span() for match in _WORD.finditer(text)] for text in texts]

    def encode_queries(self, texts: Sequence[str]) -> FloatMatrix:
        """The same: it knows no prompts."""
        return self.encode(texts)

    def encode(self, texts: Sequence[str], progress: Progress = no_progress) -> FloatMatrix:
        """Unit rows in the order of the texts."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row] = _hashed(text, self.dimension)
        progress(len(texts))
        return vectors


class LoadedAside(HashedEncoder):
    """Hashed vectors, with the real model loaded all the same: a restart must wait for it."""

    def __init__(self, model: Encoder) -> None:
        super().__init__()
        self._model = model


def _hashed(text: str, dimension: int) -> FloatMatrix:
    """(dimension,), of unit length; a text without words points along the first axis."""
    codes = np.array([zlib.crc32(word.encode()) for word in _WORD.findall(text.lower())], dtype=np.int64)
    signs = np.where(codes & 0x10000, 1.0, -1.0)
    vector = np.bincount(codes % dimension, weights=signs, minlength=dimension)
    if not vector.any():
        vector[0] = 1
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def build_chosen_encoder(settings: MatcherSettings, choice: EncoderChoice, *, loads_model: bool = False) -> Encoder:
    """The encoder of a choice; `loads_model` loads the settings' model beside hashed vectors."""
    if choice is EncoderChoice.HASHED and not loads_model:
        return HashedEncoder()
    from services.matcher.model_lines import build_encoder  # noqa: PLC0415 - torch takes seconds

    model = build_encoder(settings)
    return model if choice is EncoderChoice.BUNDLED else LoadedAside(model)


def encoder_factory(choice: EncoderChoice, *, loads_model: bool = False) -> "partial[Encoder]":
    """What the matcher's application takes to build its encoders."""
    return partial(build_chosen_encoder, choice=choice, loads_model=loads_model)
