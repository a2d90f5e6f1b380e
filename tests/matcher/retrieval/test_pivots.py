"""Chinese and English texts compared in English: who holds what, the same whichever side asks."""

import numpy as np
import pytest

from services.matcher.retrieval.analysis import index_terms
from services.matcher.retrieval.pivots import english_terms
from services.matcher.retrieval.term_counts import TermCounts, term_counts
from services.matcher.retrieval.text_index import TextIndex, corpus_statistics, index_texts


def english(text: str) -> TermCounts:
    return term_counts(index_terms(text))


def chinese(text: str) -> TermCounts:
    return term_counts(index_terms(text)).with_pivots(english_terms(text))


def index_of(*texts: TermCounts) -> TextIndex:
    return index_texts(texts, corpus_statistics(texts))


def test_a_chinese_text_holds_what_it_says_in_english() -> None:
    index = index_of(chinese("固态电池的电解质"), chinese("量子通信网络"), english("solid-state battery"))
    held = index.holding(index.rows_of(english("solid electrolyte for a battery")))
    assert held[0] > 0.3
    assert held[1] == 0


def test_texts_of_one_language_are_compared_by_their_own_words() -> None:
    texts = ("固态电池的电解质", "锂电池的电解液")
    with_pivots, without = index_of(*map(chinese, texts)), index_of(*map(english, texts))
    query = "电池电解质"
    assert with_pivots.holding(with_pivots.rows_of(chinese(query))) == pytest.approx(
        without.holding(without.rows_of(english(query)))
    )


def test_words_that_no_text_says_in_english_do_not_count() -> None:
    index = index_of(chinese("固态电池"), english("a battery"))
    # The Chinese text asks in English for what the English one says: battery is all that it can be asked.
    assert index.asking(index.rows_of(english("battery")))[0] == pytest.approx(1 / (1 + 1.2 * _norm(index, 1)))


def test_what_one_side_holds_the_other_asks_for_whichever_asks() -> None:
    texts = [
        chinese("固态电池的电解质材料"),
        english("solid electrolyte materials"),
        chinese("泵"),
        english("pump valve"),
    ]
    index = index_of(*texts)
    holding = np.array([index.holding(index.rows(row)) for row in range(4)])
    asking = np.array([index.asking(index.rows(row)) for row in range(4)])
    assert holding == pytest.approx(asking.T)
    assert holding[0, 1] > 0
    assert holding[2, 3] > 0


def test_a_chinese_text_without_any_english_shares_nothing_with_english_ones() -> None:
    index = index_of(chinese("啊"), english("pump"))
    assert index.holding(index.rows(0)).tolist() == [pytest.approx(index.holding(index.rows(0))[0]), 0]
    assert index.holding(index.rows(1))[0] == 0


def _norm(index: TextIndex, length: float) -> float:
    return 0.25 + 0.75 * length / index.statistics.average_length
