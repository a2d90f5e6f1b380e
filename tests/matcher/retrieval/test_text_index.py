"""Shares of telling words: the reference implementation's BM25, pruning, and a delta that weighs as its base would."""

import random
from collections.abc import Sequence

import bm25s
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.retrieval.term_counts import TermCounts, term_counts
from services.matcher.retrieval.terms import K1, TELLING_TERMS, B, emphasis, telling
from services.matcher.retrieval.text_index import TextIndex, corpus_statistics, index_texts

WORDS = [f"word{number}" for number in range(60)]


def random_documents(draw: random.Random, count: int) -> list[list[str]]:
    """Word frequencies fall off as in real texts; one document is empty."""
    weights = [1 / (rank + 1) for rank in range(len(WORDS))]
    return [[], *(draw.choices(WORDS, weights, k=draw.randint(1, 40)) for _ in range(count - 1))]


def build_index(documents: Sequence[Sequence[str]]) -> TextIndex:
    """An index under statistics of its own."""
    texts = [term_counts(terms) for terms in documents]
    return index_texts(texts, corpus_statistics(texts))


def delta_of(documents: Sequence[TermCounts], base: TextIndex) -> TextIndex:
    """An index under the base's statistics."""
    return index_texts(documents, base.statistics.extended([text.counts for text in documents]))


def reference_scores(documents: Sequence[Sequence[str]], query: Sequence[str]) -> list[float]:
    """The oracle leaves out the factor k1 + 1, as the index does."""
    oracle = bm25s.BM25(method="lucene", k1=K1, b=B)
    oracle.index([list(terms) for terms in documents], show_progress=False)
    known = [term for term in query if any(term in terms for terms in documents)]
    return [float(score) for score in oracle.get_scores(known)]


@pytest.mark.parametrize("seed", range(8))
def test_share_times_what_is_asked_equals_bm25(seed: int) -> None:
    draw = random.Random(seed)
    documents = random_documents(draw, 50)
    query = [*draw.sample(WORDS, 12), "nowhere"]  # every term once, so emphasis is 1 + ln 1 = 1
    index = build_index(documents)
    statistics = index.statistics.extended([set(query)])
    columns = [statistics.vocabulary.column(term) for term in query]
    asked = float(sum(statistics.idf[column] for column in columns if column is not None))
    shares = index.holding(index.rows_of(term_counts(query)))
    assert shares * (K1 + 1) * asked == pytest.approx(
        [(K1 + 1) * score for score in reference_scores(documents, query)], abs=1e-4
    )


def test_share_by_hand() -> None:
    index = build_index([["pump", "valve"], ["valve", "valve"]])
    # one term is all that is asked; length is average, so tf / (tf + 1.2) = 1 / 2.2
    assert index.holding(index.rows_of(term_counts(["pump"]))) == pytest.approx([1 / 2.2, 0.0])
    # 1 / 2.2, and 2 / (2 + 1.2)
    assert index.holding(index.rows_of(term_counts(["valve"]))) == pytest.approx([1 / 2.2, 2 / 3.2])
    # idf of pump ln 2, of valve ln 1.2; together ln 2.4: the first holds 1 / 2.2 of both
    both = index.rows_of(term_counts(["pump", "valve"]))
    assert index.holding(both) == pytest.approx([1 / 2.2, 2 / 3.2 * np.log(1.2) / np.log(2.4)])


@pytest.mark.parametrize("seed", range(4))
def test_asking_is_holding_from_the_other_side(seed: int) -> None:
    index = build_index(random_documents(random.Random(seed), 20))
    rows = [index.rows(document) for document in range(index.size)]
    held = np.array([index.holding(one) for one in rows])
    asked = np.array([index.asking(one) for one in rows])
    assert np.array_equal(held.T, asked) or pytest.approx(asked, abs=1e-6) == held.T
    assert held.min() >= 0 and held.max() < 1


@pytest.mark.parametrize("seed", range(8))
def test_delta_documents_weigh_what_they_weigh_inside_their_base(seed: int) -> None:
    draw = random.Random(seed)
    base = build_index(random_documents(draw, 50))
    rows = draw.sample(range(50), 9)
    delta = delta_of([base.terms(row) for row in rows], base)
    query = base.rows_of(term_counts(draw.choices(WORDS, k=12)))
    assert delta.holding(query) == pytest.approx(base.holding(query)[rows], abs=1e-6)
    assert delta.asking(query) == pytest.approx(base.asking(query)[rows], abs=1e-6)


def test_term_that_the_base_never_saw_counts_the_delta() -> None:
    base = build_index([["pump"], ["valve"], ["seal"]])
    delta = delta_of([term_counts(terms) for terms in (["anode"], ["anode"], ["laser"])], base)
    idf = {term: float(delta.statistics.idf[delta.statistics.vocabulary.columns[term]]) for term in ("anode", "laser")}
    # of 3 documents two hold anode: ln(1 + 1.5 / 2.5); one holds laser: ln(1 + 2.5 / 1.5)
    assert idf == pytest.approx({"anode": np.log(1.6), "laser": np.log(8 / 3)})
    assert base.holding(delta.rows(2)).tolist() == [0, 0, 0]
    assert delta.holding(delta.rows(2)).tolist() == pytest.approx([0, 0, 1 / 2.2])


def test_word_that_nobody_holds_takes_its_share_of_what_is_asked() -> None:
    index = build_index([["pump"], ["valve"]])
    alone = index.holding(index.rows_of(term_counts(["pump"])))
    with_another = index.holding(index.rows_of(term_counts(["pump", "nowhere"])))
    assert 0 < with_another[0] < alone[0]


def test_pruning_keeps_the_rarest_terms_and_all_that_tie() -> None:
    idf = np.array([3.0] * (TELLING_TERMS - 1) + [2.0] * 5 + [1.0] * 9, dtype=np.float32)
    weights = telling(np.ones(len(idf), dtype=np.float32), idf)
    assert np.count_nonzero(weights) == TELLING_TERMS - 1 + 5
    assert weights.sum() == pytest.approx(1)
    assert weights[-9:].tolist() == [0.0] * 9


@given(st.lists(st.integers(1, 50), max_size=120))
def test_what_is_asked_adds_up_to_one(counts: list[int]) -> None:
    weights = telling(emphasis(np.array(counts, dtype=np.float32)), np.ones(len(counts), dtype=np.float32))
    assert weights.sum() == pytest.approx(1 if counts else 0, abs=1e-5)


def test_each_need_has_its_weights_share_of_the_emphasis() -> None:
    counted = term_counts(["a", "b", "c", "c"], [(1.0, ["a", "b"]), (3.0, ["c"])])
    assert counted.emphases == pytest.approx({"a": 0.5, "b": 0.5, "c": 3.0})
    assert counted.counts == {"a": 1, "b": 1, "c": 2}


def test_adding_a_need_that_is_held_never_lowers_the_share() -> None:
    index = build_index([["pump", "valve"], ["seal"], ["laser", "pump"]])
    one = index.rows_of(term_counts(["pump", "seal"], [(1.0, ["pump", "seal"])]))
    more = index.rows_of(term_counts(["pump", "seal", "valve"], [(1.0, ["pump", "seal"]), (1.0, ["valve"])]))
    assert index.holding(more)[0] >= index.holding(one)[0]


def test_taken_documents_weigh_as_before() -> None:
    draw = random.Random(3)
    index, rows = build_index(random_documents(draw, 30)), np.array([2, 5, 7, 29])
    query = index.rows_of(term_counts(draw.choices(WORDS, k=9)))
    taken = index.take(rows)
    assert taken.size == 4
    assert np.array_equal(taken.holding(query), index.holding(query)[rows])
    assert np.array_equal(taken.asking(query), index.asking(query)[rows])


def test_empty_collection_and_empty_text_share_nothing() -> None:
    empty, blank = build_index([]), build_index([[], []])
    assert empty.holding(empty.rows_of(term_counts(["pump"]))).tolist() == []
    assert blank.holding(blank.rows_of(term_counts(["pump"]))).tolist() == [0.0, 0.0]
    index = build_index([["pump"]])
    assert index.holding(index.rows_of(term_counts([]))).tolist() == [0.0]
