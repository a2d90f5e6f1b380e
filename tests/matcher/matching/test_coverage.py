"""Coverage of needs by words: adding a need that an offer satisfies never lowers the share it holds."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from services.matcher.retrieval.term_counts import TermCounts, term_counts
from services.matcher.retrieval.text_index import corpus_statistics, index_texts

WORDS = ("anode", "binder", "cell", "laser", "pump", "robot", "valve", "weld")
Need = tuple[float, list[str]]
needs = st.tuples(st.sampled_from([0.5, 1.0, 2.0, 3.0]), st.lists(st.sampled_from(WORDS), min_size=1, max_size=4))
texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12)


def coverage(stated: Sequence[Need], offer: list[str], others: list[list[str]]) -> float:
    """What the offer holds of the needs' telling words."""
    documents = [term_counts(words) for words in (offer, *others)]
    index = index_texts(documents, corpus_statistics(documents))
    return float(index.holding(index.rows_of(_needs(stated)))[0])


def _needs(stated: Sequence[Need]) -> TermCounts:
    return term_counts([word for _, words in stated for word in words], stated)


@given(st.lists(needs, min_size=1, max_size=5), st.sampled_from([0.5, 1.0, 5.0]), texts, st.lists(texts, max_size=5))
def test_adding_a_satisfied_need_never_lowers_coverage(
    stated: list[Need], weight: float, offer: list[str], others: list[list[str]]
) -> None:
    """Satisfied: the offer says each of its words as often as any."""
    most = max(offer.count(word) for word in offer)
    satisfied = sorted({word for word in offer if offer.count(word) == most})
    after = coverage([*stated, (weight, satisfied)], offer, others)
    assert after >= coverage(stated, offer, others) - 1e-6


@given(st.lists(needs, min_size=1, max_size=5), st.sampled_from([0.5, 1.0, 5.0]), texts, st.lists(texts, max_size=5))
def test_adding_a_need_that_is_not_met_never_raises_coverage(
    stated: list[Need], weight: float, offer: list[str], others: list[list[str]]
) -> None:
    after = coverage([*stated, (weight, ["unheard"])], offer, others)
    assert after <= coverage(stated, offer, others) + 1e-6
