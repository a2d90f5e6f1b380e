"""How telling the terms of a short text are, by how rare they are in the corpus; pure."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from math import log1p

from services.matcher.retrieval.analysis import word_terms
from services.matcher.retrieval.pivots import english_terms
from services.matcher.retrieval.terms import TELLING_TERMS, TermStatistics

_CODE_DIGITS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class TermWeights:
    """Inverse document frequencies; every term weighs the same where there are no statistics."""

    statistics: TermStatistics | None = field(default=None, repr=False)

    def of_text(self, text: str) -> Mapping[str, float]:
        """The text's rarest terms and their weights; short numbers only where there is nothing else."""
        return self._telling(dict.fromkeys(word_terms(text), 1.0))

    def of_translated(self, text: str) -> Mapping[str, float]:
        """The same of what a Chinese text says in English; of several names for one thing each counts in part."""
        return self._telling({term: min(said, 1.0) for term, said in english_terms(text).items()})

    def _telling(self, said: Mapping[str, float]) -> Mapping[str, float]:
        words = {term: share for term, share in sorted(said.items()) if not _is_plain_number(term)}
        weights = {term: share * self._idf(term) for term, share in (words or dict(sorted(said.items()))).items()}
        return dict(sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:TELLING_TERMS])

    def _idf(self, term: str) -> float:
        """As `TermStatistics.idf`; of a term of no document ln(1 + (N + 0.5) / 0.5)."""
        if self.statistics is None:
            return 1.0
        column = self.statistics.vocabulary.column(term)
        return log1p(2 * self.statistics.documents + 1) if column is None else float(self.statistics.idf[column])


def share_held(asked: Mapping[str, float], held: Set[str]) -> float:
    """Share of the asked terms' weight that another text holds, in [0, 1]."""
    total = sum(asked.values())
    return sum(weight for term, weight in asked.items() if term in held) / total if total > 0 else 0.0


def _is_plain_number(term: str) -> bool:
    """Amounts and years say little; a standard's number (GB/T 36276) says much."""
    return len(term) < _CODE_DIGITS and not any(character.isalpha() for character in term)
