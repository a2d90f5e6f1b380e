"""Texts to index terms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.retrieval.analysis import index_terms, word_terms


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("量子通信", ["量子", "子通", "通信", "量", "子", "通", "信"]),
        ("阀", ["阀"]),
        ("量子key分发", ["量子", "key", "分发", "量", "子", "分", "发"]),
        ("如何进行量子", ["何进", "行量", "量子", *"如何进行量子"]),  # 如何 and 进行 say nothing of the matter
        ("Batteries and the batteries", ["batteri", "batteri"]),
        ("What is a pump?", ["pump"]),
        ("ISO-13485 TRL6 3.5 kW", ["iso", "13485", "trl6", "3.5", "kw"]),
        ("GaN650V GaN650Vs", ["gan650v", "gan650vs"]),  # codes are not stemmed
        ("ＰＥＭ　电解", ["pem", "电解", "电", "解"]),  # full width is folded
        ("1,000 cycles", ["1,000", "cycl"]),
        ("🚀 \u200d — !", []),
        ("", []),
    ],
)
def test_terms_of_a_text(text: str, terms: list[str]) -> None:
    assert index_terms(text) == terms


@given(st.text())
def test_any_text_has_terms_without_spaces_in_lower_case(text: str) -> None:
    assert all(term and term == term.lower() and not term.isspace() for term in index_terms(text))


@given(first=st.text(), second=st.text())
def test_lines_are_analysed_apart(first: str, second: str) -> None:
    assert word_terms(f"{first}\n{second}") == word_terms(first) + word_terms(second)
    assert sorted(index_terms(f"{first}\n{second}")) == sorted(index_terms(first) + index_terms(second))


@given(st.text())
def test_words_are_the_terms_without_the_characters_of_longer_runs(text: str) -> None:
    assert index_terms(text)[: len(word_terms(text))] == word_terms(text)
    assert all(len(term) == 1 for term in index_terms(text)[len(word_terms(text)) :])
