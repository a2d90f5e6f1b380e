"""Passages: consecutive, covering, short enough, and cut at sentence ends where they can be."""

import re

from hypothesis import given
from hypothesis import strategies as st

from services.matcher.embedding.documents import TitledText, text_passages
from services.matcher.embedding.passages import split_passages
from tests.matcher.encoders import HashingEncoder

PIECES = ("pump", "valve.", "seal; ", "轴承", "磨损。", "\n", " ", "  ", "End!) ", "3.5")
texts = st.lists(st.sampled_from(PIECES), max_size=80).map("".join) | st.text(max_size=200)


def words(text: str) -> list[tuple[int, int]]:
    """Spans of words and Chinese characters."""
    return [match.span() for match in re.finditer(r"[一-鿿]|[^\s一-鿿]+", text)]


@given(text=texts, max_tokens=st.integers(1, 20))
def test_passages_are_consecutive_and_together_are_the_text(text: str, max_tokens: int) -> None:
    cuts = split_passages(text, words(text), max_tokens)
    assert "".join(text[start:end] for start, end in cuts) == text
    assert cuts[0][0] == 0 and cuts[-1][1] == len(text)


@given(text=texts, max_tokens=st.integers(1, 20))
def test_every_token_is_whole_in_one_passage_and_none_has_too_many(text: str, max_tokens: int) -> None:
    spans = words(text)
    cuts = split_passages(text, spans, max_tokens)
    counts = [sum(start <= first and last <= end for first, last in spans) for start, end in cuts]
    assert sum(counts) == len(spans)
    assert max(counts) <= max_tokens


def test_short_text_is_one_passage() -> None:
    assert split_passages("One. Two.", words("One. Two."), 2) == [(0, 9)]


def test_cut_falls_on_the_last_sentence_end_that_fits() -> None:
    text = "a b. c d e. f g h i"  # six tokens fit; "e." is the fifth, "b." the second
    assert [text[start:end] for start, end in split_passages(text, words(text), 6)] == ["a b. c d e. ", "f g h i"]


def test_sentence_end_in_the_first_half_would_make_a_passage_too_short() -> None:
    text = "a b. c d e f g h"
    assert [text[start:end] for start, end in split_passages(text, words(text), 6)] == ["a b. c d e f ", "g h"]


def test_chinese_sentences_end_without_a_space() -> None:
    text = "轴承磨损。温度过高时停机"
    assert [text[start:end] for start, end in split_passages(text, words(text), 8)] == ["轴承磨损。", "温度过高时停机"]


@given(title=texts, body=texts)
def test_every_passage_of_a_text_is_read_whole_with_its_title_in_front(title: str, body: str) -> None:
    encoder = HashingEncoder(max_tokens=70)
    text = f"{title.strip()}\n{body}"
    [passages] = text_passages([TitledText(title=title.strip(), text=text)], encoder)
    counts = [len(spans) for spans in encoder.token_spans([passage.embedded_text for passage in passages])]
    assert max(counts) <= 70
    assert "".join(text[passage.start : passage.end] for passage in passages) == text


def test_later_passages_are_led_by_the_title_and_the_first_is_not() -> None:
    text = "Valve\n" + "pump. " * 9
    [passages] = text_passages([TitledText(title="Valve", text=text)], HashingEncoder(max_tokens=8))
    assert passages[0].embedded_text == "Valve\npump. pump. pump. pump. pump."  # six tokens, two kept for a title
    assert [passage.embedded_text.splitlines()[0] for passage in passages] == ["Valve"] * len(passages)


def test_title_that_is_too_long_does_not_lead() -> None:
    title = "one two three four"  # more than a third of nine tokens
    text = f"{title} " + "pump. " * 12
    [first, second, *_] = text_passages([TitledText(title=title, text=text)], HashingEncoder(max_tokens=9))[0]
    assert not second.embedded_text.startswith(title)
    assert first.text_hash != second.text_hash
