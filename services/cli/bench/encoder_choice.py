"""Which vectors a benchmark works with."""

from enum import StrEnum


class EncoderChoice(StrEnum):
    """Cheap vectors of hashed words, or the real model's."""

    HASHED = "hashed"
    BUNDLED = "bundled"
