"""One immutable state of the whole index: a base segment, a small delta over it, and their feed position."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from services.matcher.domain.attributes import Mask
from services.matcher.retrieval.chance import Chance
from services.matcher.retrieval.segment import Entry, Segment


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What a request reads from beginning to end; published by one assignment."""

    base: Segment
    base_live: Mask = field(repr=False)
    """Rows of the base that no later change has replaced or withdrawn."""
    delta: Segment
    chance: Chance = field(repr=False)
    """Of the base: what scores are set beside."""
    model_id: str
    feed_seq: int

    @property
    def version(self) -> str:
        """Names the content: equal versions of one feed answer alike."""
        return f"s{self.feed_seq}.{self.base.size}+{self.delta.size}"

    @property
    def size(self) -> int:
        """Number of live documents."""
        return int(np.count_nonzero(self.base_live)) + self.delta.size

    def segments(self) -> Iterator[tuple[Segment, Mask]]:
        """Both segments with their live rows."""
        yield self.base, self.base_live
        yield self.delta, np.ones(self.delta.size, dtype=bool)

    def find(self, profile_id: str) -> tuple[Segment, int] | None:
        """Where a live document stands."""
        row = self.delta.row_by_id.get(profile_id)
        if row is not None:
            return self.delta, row
        row = self.base.row_by_id.get(profile_id)
        return (self.base, row) if row is not None and self.base_live[row] else None

    def revision(self, profile_id: str) -> int:
        """The revision of a live document; 0 where there is none."""
        found = self.find(profile_id)
        return found[0].entries[found[1]].revision if found else 0

    def entries(self) -> Iterator[Entry]:
        """Every live document's entry."""
        for segment, live in self.segments():
            yield from (segment.entries[row] for row in np.flatnonzero(live).tolist())
