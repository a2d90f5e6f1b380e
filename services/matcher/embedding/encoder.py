"""What the matcher asks of an embedding model."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Protocol

import numpy as np
import numpy.typing as npt

from shared.contracts.vocabularies import Language

BUNDLED_MODEL = "all-MiniLM-L6-v2"
"""The model whose weights come in a package: nothing is downloaded for it."""


class Precision(StrEnum):
    """How a model's weights are held; `auto` takes bfloat16 where the processor multiplies it natively."""

    AUTO = "auto"
    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"


FloatMatrix = npt.NDArray[np.float32]
"""Rows are vectors: (n, dimension)."""
TokenSpans = Sequence[tuple[int, int]]
"""Character span of each token of one text, in order."""
Progress = Callable[[int], None]
"""Called with the number of items just finished."""


def no_progress(_finished: int) -> None:
    """Watch nothing."""


class Encoder(Protocol):
    """Texts in, unit vectors out; equal texts give equal vectors."""

    @property
    def model_id(self) -> str:
        """Names the weights: vectors of two ids never meet."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    @property
    def max_tokens(self) -> int:
        """Longest text that is read whole, in content tokens."""

    @property
    def languages(self) -> frozenset[Language]:
        """Languages whose similarities mean something under this model."""

    def token_spans(self, texts: Sequence[str]) -> list[TokenSpans]:
        """Spans of the content tokens of each text, uncut."""

    def encode(self, texts: Sequence[str], progress: Progress = no_progress) -> FloatMatrix:
        """Unit rows, (len(texts), dimension), in the order of the texts; with the model's passage prompt."""

    def encode_queries(self, texts: Sequence[str]) -> FloatMatrix:
        """As `encode`, with the model's query prompt: for a text that only asks and never stands in a list."""
