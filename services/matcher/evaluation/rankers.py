"""What is evaluated: anything that ranks a set's targets for a subject; and the two baselines."""

import zlib
from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from services.matcher.evaluation.judged_set import Record


class Ranker(Protocol):
    """Ranks the targets of one set."""

    def rank(self, subject_id: str, depth: int) -> Sequence[str]:
        """Ids of at most `depth` targets, best first, each once; equal input gives equal output."""
        ...


class RandomRanker:
    """A seeded permutation a subject, whatever the order in which subjects or targets are given."""

    def __init__(self, target_ids: Sequence[str], *, seed: int = 0) -> None:
        self._target_ids = sorted(target_ids)
        self._seed = seed

    def rank(self, subject_id: str, depth: int) -> Sequence[str]:
        """The first `depth` of the subject's permutation."""
        generator = np.random.default_rng([self._seed, zlib.crc32(subject_id.encode())])
        return [self._target_ids[row] for row in generator.permutation(len(self._target_ids))[:depth]]


class PopularityRanker:
    """The same order for every subject: most past deals, awards or users first, ties by id."""

    def __init__(self, totals: Mapping[str, float | None]) -> None:
        """`totals` has every target; None where it has no track record."""
        self.is_meaningful = any(total is not None for total in totals.values())
        self._ranking = sorted(totals, key=lambda target_id: (-(totals[target_id] or 0.0), target_id))

    def rank(self, subject_id: str, depth: int) -> Sequence[str]:  # noqa: ARG002 - the same for every subject
        """The `depth` targets with the longest track record."""
        return self._ranking[:depth]


def track_record_total(record: Record) -> float | None:
    """Past deals, awards or users: `track_record.total`, `n_portfolio`, `n_awards`, or else the largest `n_*`."""
    whole = record.get("track_record")
    if isinstance(whole, Mapping) and (total := _count(whole.get("total"))) is not None:
        return total
    counts = {name: count for name in record if name.startswith("n_") and (count := _count(record[name])) is not None}
    return counts.get("n_portfolio", counts.get("n_awards", max(counts.values(), default=None)))


def _count(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 else None
