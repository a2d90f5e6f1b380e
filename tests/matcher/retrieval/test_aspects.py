"""Offers and needs side by side: which rows have needs of their own, and that merging equals building anew."""

import random
from dataclasses import replace

import numpy as np
import pytest

from services.matcher.retrieval.aspects import Aspects, AspectTexts, build_aspects, merge_aspects
from services.matcher.retrieval.legs import nearest_rows, similarities, subject_words, word_legs
from services.matcher.retrieval.term_counts import term_counts
from tests.matcher.retrieval.same_aspects import assert_same_aspects
from tests.matcher.retrieval.test_dense import bounds, unit_rows

DIMENSION = 16
WORDS = [f"word{number}" for number in range(40)]


def random_texts(seed: int, count: int) -> list[AspectTexts]:
    """Half have needs of their own, stated one by one."""
    draw, vectors = random.Random(seed), unit_rows(seed, 2 * count)
    return [_text(draw, vectors[2 * number], vectors[2 * number + 1]) for number in range(count)]


def _text(draw: random.Random, offer: np.ndarray, need: np.ndarray) -> AspectTexts:
    terms = term_counts(draw.choices(WORDS, k=draw.randint(0, 12)))
    if draw.random() < 0.5:
        return AspectTexts(offer_terms=terms, offer_vector=offer)
    needs = [draw.choices(WORDS, k=draw.randint(1, 4)) for _ in range(draw.randint(1, 3))]
    asked = term_counts([word for some in needs for word in some], [(draw.choice([1.0, 2.5]), some) for some in needs])
    return AspectTexts(offer_terms=terms, offer_vector=offer, need_terms=asked, need_vector=need)


def build(texts: list[AspectTexts]) -> Aspects:
    return build_aspects(texts, DIMENSION)


@pytest.mark.parametrize("seed", range(8))
def test_merging_equals_building_anew(seed: int) -> None:
    draw = random.Random(seed)
    old, new = random_texts(seed, 30), random_texts(seed + 100, 12)
    base = build(old)
    delta = build_aspects(new, DIMENSION, base.statistics)
    kept = sorted(draw.sample(range(30), 21))
    order = draw.sample(range(33), 33)
    merged = merge_aspects(base, np.array(kept), delta, np.array(order))
    together = [*(old[row] for row in kept), *new]
    assert_same_aspects(merged, build([together[place] for place in order]))


def test_merging_into_nothing_and_of_nothing_keeps_the_texts() -> None:
    texts = random_texts(1, 9)
    nothing, some = build([]), build(texts)
    rows, none = np.arange(9), np.arange(0)
    arriving = build_aspects(texts, DIMENSION, nothing.statistics)
    assert_same_aspects(merge_aspects(nothing, none, arriving, rows), some)
    empty = build_aspects([], DIMENSION, some.statistics)
    assert_same_aspects(merge_aspects(some, rows, empty, rows), some)


def test_rows_with_own_needs_are_found_and_others_have_none() -> None:
    texts = random_texts(2, 20)
    aspects = build(texts)
    for row, text in enumerate(texts):
        found = aspects.texts(row)
        assert (found.need_terms is None) == (text.need_terms is None) == (aspects.need_place(row) is None)
        assert found.offer_terms.counts == text.offer_terms.counts
        assert np.array_equal(found.offer_vector, text.offer_vector)
        if text.need_terms is not None and text.need_vector is not None:
            assert found.need_terms is not None and found.need_terms.emphases is not None
            assert found.need_terms.emphases == pytest.approx(text.need_terms.emphases)
            assert found.need_vector is not None and np.array_equal(found.need_vector, text.need_vector)


def test_taken_rows_are_what_they_were() -> None:
    texts = random_texts(3, 20)
    aspects, rows, asker = build(texts), np.array([0, 3, 4, 11, 19]), random_texts(4, 1)[0]
    taken = aspects.take(rows)
    assert taken.size == 5
    assert taken.need_rows.tolist() == [place for place, row in enumerate(rows) if texts[row].need_terms is not None]
    words = subject_words(asker, aspects)
    whole, part = word_legs(words, aspects), word_legs(words, taken)
    assert np.array_equal(part.forward.held, whole.forward.held[rows])
    assert np.array_equal(part.backward.held, whole.backward.held[rows])
    for of_part, of_whole in zip(
        similarities(asker, taken, np.arange(5)), similarities(asker, aspects, rows), strict=True
    ):
        assert np.array_equal(of_part, of_whole)


@pytest.mark.parametrize("seed", range(4))
def test_words_of_a_stored_text_weigh_what_they_would_if_it_were_new(seed: int) -> None:
    aspects = build(random_texts(seed, 25))
    for row in range(25):
        stored = aspects.texts(row)
        known, anew = (word_legs(subject_words(one, aspects), aspects) for one in (stored, replace(stored, home=None)))
        for one, other in ((known.forward, anew.forward), (known.backward, anew.backward)):
            assert one.held == pytest.approx(other.held, abs=1e-6)
            assert one.asked == pytest.approx(other.asked, abs=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_legs_meet_needs_with_offers_both_ways(seed: int) -> None:
    """A row's own needs are set against the subject's offer; where it states none, its whole text is."""
    texts = random_texts(seed, 25)
    aspects = build(texts)
    for asker in random_texts(seed + 50, 6):
        words = word_legs(subject_words(asker, aspects), aspects)
        need, offer = (
            aspects.offer_words.rows_of(terms) for terms in (asker.need_terms or asker.offer_terms, asker.offer_terms)
        )
        assert words.forward.held == pytest.approx(aspects.offer_words.holding(need))
        asked = [aspects.offer_words.asking(offer)[row] for row in range(25)]
        for row, place in ((row, aspects.need_place(row)) for row in range(25)):
            if place is not None:
                asked[row] = aspects.need_words.asking(offer)[place]
        assert words.backward.held == pytest.approx(asked)
        forward, backward = similarities(asker, aspects, np.arange(25))
        need_vector = asker.offer_vector if asker.need_vector is None else asker.need_vector
        needs = [text.offer_vector if text.need_vector is None else text.need_vector for text in texts]
        assert forward == pytest.approx([text.offer_vector @ need_vector for text in texts], abs=1e-6)
        assert backward == pytest.approx([vector @ asker.offer_vector for vector in needs], abs=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_nearest_rows_hold_the_bound_in_both_directions(seed: int) -> None:
    aspects = build(random_texts(seed, 200))
    allowed = np.random.default_rng(seed).random(200) < 0.7
    for asker in random_texts(seed + 50, 4):
        found = nearest_rows(asker, aspects, allowed, 10)
        for nearest, cosines in zip(
            (found.forward, found.backward), similarities(asker, aspects, np.arange(200)), strict=True
        ):
            unseen = np.setdiff1d(np.flatnonzero(allowed), nearest.rows)
            assert len(nearest.rows) >= 10 and allowed[nearest.rows].all()
            assert (cosines[unseen] <= bounds(nearest, 200)[unseen]).all()
