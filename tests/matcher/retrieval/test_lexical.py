"""Exact BM25: the reference implementation's scores, and a delta that scores as its base would."""

import random
from collections.abc import Sequence

import bm25s
import numpy as np
import pytest
from services.matcher.retrieval.lexical import K1, B, build_delta, build_index, query_terms

WORDS = [f"word{number}" for number in range(60)]


def random_documents(draw: random.Random, count: int) -> list[list[str]]:
    """Word frequencies fall off as in real texts; one document is empty."""
    weights = [1 / (rank + 1) for rank in range(len(WORDS))]
    return [[], *(draw.choices(WORDS, weights, k=draw.randint(1, 40)) for _ in range(count - 1))]


def reference_scores(documents: Sequence[Sequence[str]], query: Sequence[str]) -> list[float]:
    """The oracle leaves out the factor k1 + 1, which is the same for every document."""
    oracle = bm25s.BM25(method="lucene", k1=K1, b=B)
    oracle.index([list(terms) for terms in documents], show_progress=False)
    known = [term for term in query if any(term in terms for terms in documents)]
    return [float(score) * (K1 + 1) for score in oracle.get_scores(known)]


@pytest.mark.parametrize("seed", range(8))
def test_scores_equal_the_reference_implementation(seed: int) -> None:
    draw = random.Random(seed)
    documents = random_documents(draw, 50)
    query = [*draw.choices(WORDS, k=12), "nowhere"]  # words may occur twice in it
    scores = build_index(documents).scores(query_terms(query))
    assert scores == pytest.approx(reference_scores(documents, query), abs=1e-4)


def test_score_by_hand() -> None:
    index = build_index([["pump", "valve"], ["valve", "valve"]])
    # ln(1 + (2 - 1 + 0.5) / (1 + 0.5)) = ln 2; length is average, so tf * 2.5 / (tf + 1.5) = 1
    assert index.scores({"pump": 1.0}) == pytest.approx([np.log(2), 0.0])
    # ln(1 + (2 - 2 + 0.5) / (2 + 0.5)) = ln 1.2; 2 * 2.5 / (2 + 1.5) = 10 / 7
    assert index.scores({"valve": 1.0}) == pytest.approx([np.log(1.2), np.log(1.2) * 10 / 7])


@pytest.mark.parametrize("seed", range(8))
def test_delta_documents_score_what_they_score_inside_their_base(seed: int) -> None:
    draw = random.Random(seed)
    base = build_index(random_documents(draw, 50))
    rows = draw.sample(range(50), 9)
    words = {column: term for term, column in base.statistics.vocabulary.items()}
    dense_counts = base.counts.toarray()
    documents = [[words[column] for column in np.repeat(*_nonzero(dense_counts[row]))] for row in rows]
    query = query_terms(draw.choices(WORDS, k=12))
    delta = build_delta(documents, base.statistics)
    assert delta.scores(query) == pytest.approx(base.scores(query)[rows], abs=1e-5)


def _nonzero(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    columns = np.flatnonzero(counts)
    return columns, counts[columns].astype(int)


def test_term_that_the_base_never_saw_counts_the_delta() -> None:
    base = build_index([["pump"], ["valve"], ["seal"]])
    delta = build_delta([["anode"], ["anode"], ["laser"]], base.statistics)
    scores = delta.scores({"anode": 1.0, "laser": 1.0})
    assert scores[0] == scores[1] < scores[2]  # the rarer the term the more it counts


def test_empty_collection_and_empty_query_score_nought() -> None:
    assert build_index([]).scores({"pump": 1.0}).tolist() == []
    assert build_index([[], []]).scores({"pump": 1.0}).tolist() == [0.0, 0.0]
    assert build_index([["pump"]]).scores({}).tolist() == [0.0]
