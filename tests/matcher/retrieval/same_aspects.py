"""What it means for two indexes of both aspects to be the same to the last bit."""

import numpy as np
from scipy.sparse import csr_array

from services.matcher.retrieval.aspects import Aspects
from services.matcher.retrieval.text_index import TextIndex


def assert_same_aspects(one: Aspects, other: Aspects) -> None:
    """Equal in every row, column and bit."""
    assert np.array_equal(one.need_rows, other.need_rows)
    assert np.array_equal(one.offer_vectors.vectors, other.offer_vectors.vectors)
    assert np.array_equal(one.need_vectors.vectors, other.need_vectors.vectors)
    assert list(one.statistics.vocabulary.all_terms()) == list(other.statistics.vocabulary.all_terms())
    assert np.array_equal(one.statistics.idf, other.statistics.idf)
    assert one.statistics.average_length == other.statistics.average_length
    assert_same_index(one.offer_words, other.offer_words)
    assert_same_index(one.need_words, other.need_words)


def assert_same_index(one: TextIndex, other: TextIndex) -> None:
    """Equal counts, emphases and lengths."""
    assert_same_matrix(one.counts, other.counts)
    assert_same_matrix(one.emphasised(), other.emphasised())
    assert np.array_equal(one.lengths, other.lengths)


def assert_same_matrix(one: csr_array, other: csr_array) -> None:
    """Equal shape, places and numbers."""
    assert one.shape == other.shape
    assert np.array_equal(one.indptr, other.indptr)
    assert np.array_equal(one.indices, other.indices)
    assert np.array_equal(one.data, other.data)
