"""The strict model every wire type builds on, and the bounded text types they share."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

_CONTROL_CHARACTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


def _without_control_characters(text: str) -> str:
    """Refuse what no database stores and no screen shows (NUL above all); tabs and line ends stay."""
    found = _CONTROL_CHARACTER.search(text)
    if found is not None:
        raise ValueError(f"contains the control character U+{ord(found.group()):04X}; remove it")
    return text


Clean = AfterValidator(_without_control_characters)
Identifier = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), Clean]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), Clean]
Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), Clean]
Paragraph = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4_000), Clean]
LongText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60_000), Clean]
Trl = Annotated[int, Field(ge=1, le=9, description="Technology readiness level, 1 to 9")]
Amount = Annotated[float, Field(ge=0, le=1e15, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class WireModel(BaseModel):
    """Immutable; refuses unknown fields, NaN and infinity."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, use_attribute_docstrings=True)
