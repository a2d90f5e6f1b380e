"""What a text says, by its terms: how often each occurs, and how often it counts as asked for."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from services.matcher.retrieval.terms import PIVOT_MARK, emphasis

Frequencies = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class TermCounts:
    """One text's terms: how often each occurs, and how often it counts as asked for."""

    counts: Frequencies
    emphases: Frequencies | None = None
    """How much each term is asked for, by need and weight, where needs are stated one by one."""

    def with_pivots(self, said: Frequencies, needs: Sequence[tuple[float, Frequencies]] = ()) -> Self:
        """The same of a Chinese text, with what it says in English; `needs` as in `term_counts`.

        The bare mark is always there, so that a text without any English is known for Chinese too.
        """
        counts = {**self.counts, PIVOT_MARK: 1.0, **{PIVOT_MARK + term: count for term, count in said.items()}}
        if self.emphases is None:
            return replace(self, counts=counts)
        emphases = dict(self.emphases)
        for weight, words in needs:
            for term, share in _shares(weight, words).items():
                emphases[PIVOT_MARK + term] = emphases.get(PIVOT_MARK + term, 0.0) + share
        return replace(self, counts=counts, emphases=emphases)

    @property
    def length(self) -> float:
        """Number of terms; pivots say nothing new."""
        return float(sum(count for term, count in self.counts.items() if not term.startswith(PIVOT_MARK)))


def term_counts(terms: Iterable[str], needs: Sequence[tuple[float, Sequence[str]]] = ()) -> TermCounts:
    """Counts of a text's terms; with `needs`, (weight, terms) each, every need has its weight's share of the emphasis.

    So adding a need whose words are all held never lowers the share of telling words that a text holds.
    """
    counts = {term: float(count) for term, count in Counter(terms).items()}
    if not needs:
        return TermCounts(counts=counts)
    emphases: dict[str, float] = {}
    for weight, words in needs:
        for term, share in _shares(weight, Counter(words)).items():
            emphases[term] = emphases.get(term, 0.0) + share
    return TermCounts(counts=counts, emphases=emphases)


def _shares(weight: float, counted: Mapping[str, float]) -> dict[str, float]:
    """A need's weight, shared out among its terms by how much each is asked for."""
    shares = emphasis(np.fromiter(counted.values(), dtype=np.float32, count=len(counted)))
    return dict(zip(counted, (weight * shares / shares.sum()).tolist(), strict=True))


def emphases_of(document: TermCounts) -> Frequencies:
    """How much each term is asked for: as the needs say, or else by how often it occurs."""
    if document.emphases is not None:
        return document.emphases
    weights = emphasis(np.array(list(document.counts.values()), dtype=np.float32))
    return dict(zip(document.counts, weights.tolist(), strict=True))
