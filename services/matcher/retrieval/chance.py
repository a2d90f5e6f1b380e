"""What chance looks like in a corpus: a sample of its documents, and how alike random pairs are by meaning."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product

import numpy as np

from services.matcher.domain.record_statistics import RecordStatistics, record_statistics
from services.matcher.embedding.encoder import FloatMatrix
from services.matcher.retrieval.dense import Rows
from services.matcher.retrieval.segment import Segment, take_segment
from shared.contracts.profiles import Kind
from shared.contracts.vocabularies import Language

_SAMPLED_OF_A_KIND = 160
_SAMPLED_OF_A_LANGUAGE = 300
_FEWEST_PAIRS = 50
_TYPICAL_COSINE = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """Taken from one base segment and kept as long as it is served."""

    sample: Segment = field(repr=False)
    """Documents of every kind, evenly spaced in the order of their ids, which are random."""
    random_cosines: Mapping[tuple[Language, Language], float]
    """What all but one in twenty of random pairs exceed, by their languages: no likeness at all."""
    records: dict[Kind, RecordStatistics] = field(repr=False)
    """What an average track record of each kind looks like."""

    def random_cosine(self, first: Language, second: Language) -> float:
        """The cosine that counts as no likeness between two languages."""
        return self.random_cosines[first, second]


def chance_in(base: Segment) -> Chance:
    """Look at a base segment; equal content gives an equal result."""
    codes = {kind: code for code, kind in enumerate(Kind)}
    of_kinds = [np.flatnonzero(base.attributes.kinds == codes[kind]) for kind in Kind]
    rows = np.sort(np.concatenate([_evenly(found, _SAMPLED_OF_A_KIND) for found in of_kinds]))
    vectors = {
        language: base.aspects.offer_vectors.vectors[_evenly(np.flatnonzero(is_it), _SAMPLED_OF_A_LANGUAGE)]
        for language, is_it in ((Language.CHINESE, base.chinese), (Language.ENGLISH, ~base.chinese))
    }
    return Chance(
        sample=take_segment(base, rows),
        random_cosines={
            (first, second): _low_cosine(vectors[first], vectors[second])
            for first, second in product(Language, repeat=2)
        },
        records=record_statistics([entry.facts for entry in base.entries]),
    )


def _evenly(rows: Rows, count: int) -> Rows:
    """At most `count` of the rows, evenly spaced."""
    if len(rows) <= count:
        return rows
    return rows[np.linspace(0, len(rows) - 1, count).astype(np.int64)]


def _low_cosine(first: FloatMatrix, second: FloatMatrix) -> float:
    """The 5 % quantile over all pairs but those of a document with itself; a typical one where they are too few."""
    cosines = (first @ second.T).ravel()
    pairs = np.sort(cosines[cosines < 0.9999])
    return float(np.clip(np.quantile(pairs, 0.05), -0.2, 0.9)) if len(pairs) >= _FEWEST_PAIRS else _TYPICAL_COSINE
