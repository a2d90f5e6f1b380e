"""Both legs of a subject against every document of a segment: words exactly, meaning for the nearest with a bound."""

from dataclasses import dataclass, field

import numpy as np

from services.matcher.domain.attributes import Mask
from services.matcher.retrieval.aspects import Aspects, AspectTexts
from services.matcher.retrieval.dense import FloatVector, Nearest, Rows
from services.matcher.retrieval.text_index import TermRows


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Shares of telling words in [0, 1], one a document, (size,)."""

    held: FloatVector = field(repr=False)
    """Of the needing side's words, what the offering side holds."""
    asked: FloatVector = field(repr=False)
    """Of the offering side's words, what the needing side asks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordLegs:
    """Words in both directions: the subject's needs against the offers, and the documents' needs against its offer."""

    forward: Words
    backward: Words
    is_mirrored: bool
    """One text stands for both aspects of the subject: but for rows with needs of their own, `backward` is `forward`
    with held and asked changed about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectWords:
    """A subject's offer and needs over the columns of a vocabulary; one object where one text stands for both."""

    offer: TermRows
    need: TermRows


def subject_words(subject: AspectTexts, *aspects: Aspects) -> SubjectWords:
    """The subject's term weights: those of the index it was taken from where that is among these, else under the last.

    Of several, each extends the statistics of the one before, so that what is weighed here compares with all of them.
    """
    home = next((one for one in aspects if subject.home is not None and subject.home[0] is one), aspects[-1])
    offer, need = home.term_rows(subject)
    return SubjectWords(offer=offer, need=need)


def word_legs(subject: SubjectWords, aspects: Aspects) -> WordLegs:
    """Compare the subject's words with those of every document, under statistics that are the same or extend theirs."""
    offer, need = subject.offer, subject.need
    held, asked = aspects.offer_words.holding(need), aspects.offer_words.asking(need)
    forward = Words(held=held, asked=asked)
    if need is offer:  # one text on the subject's side: the same two products serve both directions
        own_held, own_asked = asked, held
    else:
        own_held = aspects.offer_words.asking(offer)
        own_asked = aspects.offer_words.holding(offer)
    if len(aspects.need_rows):
        own_held, own_asked = own_held.copy(), own_asked.copy()
        own_held[aspects.need_rows] = aspects.need_words.asking(offer)
        own_asked[aspects.need_rows] = aspects.need_words.holding(offer)
    return WordLegs(forward=forward, backward=Words(held=own_held, asked=own_asked), is_mirrored=need is offer)


@dataclass(frozen=True, slots=True, kw_only=True)
class NearestRows:
    """The nearest documents in both directions."""

    forward: Nearest
    backward: Nearest


def nearest_rows(subject: AspectTexts, aspects: Aspects, allowed: Mask, depth: int) -> NearestRows:
    """At least the `depth` nearest allowed rows each way: the subject's need to the offers, its offer to the needs."""
    need = subject.offer_vector if subject.need_vector is None else subject.need_vector
    forward = aspects.offer_vectors.nearest(need, depth, allowed)
    if not allowed[aspects.need_rows].any():
        by_offer = forward
        if subject.need_vector is not None:
            by_offer = aspects.offer_vectors.nearest(subject.offer_vector, depth, allowed)
        return NearestRows(forward=forward, backward=by_offer)
    by_need = aspects.need_vectors.nearest(subject.offer_vector, depth, allowed[aspects.need_rows])
    if subject.need_vector is None:
        by_offer = forward
    else:
        shared = allowed.copy()
        shared[aspects.need_rows] = False
        by_offer = aspects.offer_vectors.nearest(subject.offer_vector, depth, shared)
    rows = np.union1d(by_offer.rows, aspects.need_rows[by_need.rows])
    upper = np.full(len(allowed), 0, dtype=np.float32)
    upper[:] = by_offer.upper
    upper[aspects.need_rows] = by_need.upper
    return NearestRows(forward=forward, backward=Nearest(rows=rows, upper=upper))


def similarities(subject: AspectTexts, aspects: Aspects, rows: Rows) -> tuple[FloatVector, FloatVector]:
    """Cosines of need to offer and offer to need, (len(rows),) each; the same bits whichever rows are asked."""
    need = subject.offer_vector if subject.need_vector is None else subject.need_vector
    forward = aspects.offer_vectors.similarities(need, rows)
    backward = (
        forward if subject.need_vector is None else aspects.offer_vectors.similarities(subject.offer_vector, rows)
    )
    if len(aspects.need_rows):
        places = np.searchsorted(aspects.need_rows, rows)
        own = np.flatnonzero(np.take(aspects.need_rows, places, mode="clip") == rows)
        backward = backward.copy()
        backward[own] = aspects.need_vectors.similarities(subject.offer_vector, places[own])
    return forward, backward
