"""Cursors come back as they went out, and nothing else is taken for one."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kit.paging import BadCursor, decode_cursor, encode_cursor


def test_cursor_holds_its_key() -> None:
    assert decode_cursor(encode_cursor("prf_1", 7), str, int) == ("prf_1", 7)


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "%00",
        "\x00",
        "北京",
        "a" * 2_000,
        encode_cursor("only one"),
        encode_cursor(1, "swapped"),
        encode_cursor("a\x00b", 1),
        encode_cursor("a", 2**70),
        base64.urlsafe_b64encode(b"[" * 600).decode(),
        base64.urlsafe_b64encode(b'["\\ud800", 1]').decode(),
        base64.urlsafe_b64encode(b'["a", true]').decode(),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    ],
)
def test_foreign_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursor):
        decode_cursor(cursor, str, int)


@given(st.text())
def test_any_text_is_a_cursor_or_refused(text: str) -> None:
    try:
        key = decode_cursor(text, str)
    except BadCursor:
        return
    assert isinstance(key[0], str)
