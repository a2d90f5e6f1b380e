"""Which passage is near a need in meaning, where no passage holds enough of its words; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from services.matcher.embedding.encoder import Encoder, FloatMatrix
from services.matcher.explain.answers_by_words import Answer, Asked
from services.matcher.explain.passages import Passage

LEAST_SIMILARITY = 0.5
"""Cosine below which a passage is no answer: wrong ones were found up to 0.5, none above (docs/evidence.md)."""
MOST_EMBEDDED = 32
"""Passages that are embedded for one pair."""
Vectors = Mapping[str, FloatMatrix]


def ask_meaning(sides: Sequence[Asked], encoder: Encoder) -> list[Asked]:
    """The sides with further answers: needs and passages of all of them are embedded in one batch.

    Nothing is asked of a model that does not read the languages of both sides.
    """
    asking = [side for side in sides if side.languages <= encoder.languages and side.passages and _open(side)]
    if not asking:
        return list(sides)
    candidates = {id(side): _candidates(side, MOST_EMBEDDED // len(asking)) for side in asking}
    texts = dict.fromkeys(side.needs[place].span.text for side in asking for place in _open(side))
    texts |= dict.fromkeys(one.span.text for side in asking for one in candidates[id(side)])
    vectors: Vectors = dict(zip(texts, encoder.encode(list(texts)), strict=True))
    return [_answered(side, candidates[id(side)], vectors) if id(side) in candidates else side for side in sides]


def _open(side: Asked) -> list[int]:
    """Places of the needs that no passage answers by its words."""
    return [place for place, answer in enumerate(side.answers) if answer.passage is None]


def _candidates(side: Asked, most: int) -> list[Passage]:
    """Single sentences and items in their order: the offer's own fields come first, the title last."""
    return [passage for passage in side.passages if passage.is_single][:most]


def _answered(side: Asked, candidates: Sequence[Passage], vectors: Vectors) -> Asked:
    offers = np.array([vectors[passage.span.text] for passage in candidates], dtype=np.float32)
    answers = list(side.answers)
    for place in _open(side):
        cosines = offers @ vectors[side.needs[place].span.text]
        best = int(np.argmax(cosines))
        if cosines[best] >= LEAST_SIMILARITY:
            answers[place] = Answer(
                coverage=answers[place].coverage, similarity=float(cosines[best]), passage=candidates[best]
            )
    return replace(side, answers=answers)
