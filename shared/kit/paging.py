"""Opaque cursors: the last key of a page as text, and back, whatever text comes back."""

import base64
import binascii
import json

from shared.kit.errors import BadRequest

MAX_CURSOR_LENGTH = 1_000
MAX_INTEGER = 2**63 - 1


class BadCursor(BadRequest):
    """The cursor is not one that this API gave out."""

    code = "bad_cursor"

    def __init__(self) -> None:
        super().__init__("cursor is not one of ours; take next_cursor from the page before, or leave it out.")


def encode_cursor(*key: str | int) -> str:
    """The key of the last row of a page as an opaque, URL-safe text."""
    packed = json.dumps(key, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def decode_cursor(cursor: str, *types: type[str] | type[int]) -> tuple[str | int, ...]:
    """The key inside, one value of each of `types`; raises BadCursor for anything else."""
    if len(cursor) > MAX_CURSOR_LENGTH:
        raise BadCursor
    try:
        packed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        key = json.loads(packed)
    except (ValueError, binascii.Error, RecursionError) as error:
        raise BadCursor from error
    if not isinstance(key, list) or len(key) != len(types):
        raise BadCursor
    if not all(type(value) is expected and _is_storable(value) for value, expected in zip(key, types, strict=True)):
        raise BadCursor
    return tuple(key)


def _is_storable(value: str | int) -> bool:
    if isinstance(value, int):
        return abs(value) <= MAX_INTEGER
    return value.isprintable()
