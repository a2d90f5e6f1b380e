"""Holds the snapshot that is served, and makes the next one from changes."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from threading import Condition, RLock
from time import monotonic

import numpy as np

from services.matcher.retrieval.chance import chance_in
from services.matcher.retrieval.segment import (
    IndexedDocument,
    Segment,
    build_delta_segment,
    build_segment,
    merge_segments,
)
from services.matcher.retrieval.snapshot import Snapshot

_SMALLEST_MERGE = 32
_MERGE_SHARE = 0.1
_IDLE_MERGE_SHARE = 0.02

Placed = Callable[[Segment], Segment]
"""Makes a base's vectors be searched where they should be."""
OnMerged = Callable[[Segment, int], None]
"""Called with a new base and its feed position, before it is served."""


class Publisher:
    """Writers take turns; any number of readers take `current` and keep it for a whole request."""

    def __init__(
        self,
        *,
        dimension: int,
        model_id: str,
        on_merged: OnMerged | None = None,
        placed: Placed = lambda base: base,
    ) -> None:
        """Starts with an empty snapshot; `placed` says where the vectors of a base are searched."""
        self._dimension = dimension
        self._placed = placed
        self._on_merged = on_merged
        self._changed: dict[str, IndexedDocument] = {}
        self._news = Condition()
        self._turn = RLock()
        self.current = self._snapshot(build_segment([], dimension), model_id, 0)
        self._published_at = monotonic()

    @property
    def seconds_since_published(self) -> float:
        """How old the served snapshot is; an old one is in order where nothing changes."""
        return monotonic() - self._published_at

    def start_from(self, base: Segment, feed_seq: int) -> None:
        """Serve a base built or loaded elsewhere; the delta starts empty."""
        with self._turn:
            self._changed = {}
            self._publish(self._snapshot(self._placed(base), self.current.model_id, feed_seq))

    def wait_until(self, feed_seq: int, *, timeout_seconds: float) -> bool:
        """Wait for a snapshot that stands for a feed position; False where it did not come in time."""
        with self._news:
            return self._news.wait_for(lambda: self.current.feed_seq >= feed_seq, timeout_seconds)

    def apply(self, changed: Sequence[IndexedDocument], withdrawn: Iterable[str], feed_seq: int) -> None:
        """Publish changes: the newest revision of each document, and the ids of those that left."""
        with self._turn:
            self._apply(changed, set(withdrawn), feed_seq)
            self._merge_above(_MERGE_SHARE)

    def _apply(self, changed: Sequence[IndexedDocument], gone: set[str], feed_seq: int) -> None:
        arriving = {document.entry.profile_id: document for document in changed}
        self._changed = {
            key: value for key, value in (self._changed | arriving).items() if key in arriving or key not in gone
        }
        base = self.current.base
        live = self.current.base_live.copy()
        replaced = [base.row_by_id[key] for key in (*arriving, *gone) if key in base.row_by_id]
        live[replaced] = False
        delta = build_delta_segment(list(self._changed.values()), self._dimension, base.aspects.statistics)
        self._publish(replace(self.current, base_live=live, delta=delta, feed_seq=feed_seq))

    def merge_when_idle(self) -> None:
        """Fold a delta of some size into the base while nothing else is to be done."""
        with self._turn:
            self._merge_above(_IDLE_MERGE_SHARE)

    def settle(self) -> None:
        """Fold in whatever is pending: of what has left, nothing stays in memory, and replicas serve the same base."""
        with self._turn:
            if self.current.delta.size or not self.current.base_live.all():
                self.merge()

    def merge(self) -> None:
        """Fold the delta into a new base and serve that."""
        with self._turn:
            snapshot = self.current
            base = merge_segments(snapshot.base, snapshot.base_live, snapshot.delta)
            if self._on_merged:
                self._on_merged(base, snapshot.feed_seq)
            self.start_from(base, snapshot.feed_seq)

    def _publish(self, snapshot: Snapshot) -> None:
        with self._news:
            self.current = snapshot
            self._published_at = monotonic()
            self._news.notify_all()

    def _merge_above(self, share: float) -> None:
        """Merge once what a merge would settle, delta and dead rows, is more than a share of the base."""
        base = self.current.base
        pending = self.current.delta.size + int(np.count_nonzero(~self.current.base_live))
        if pending > (max(_SMALLEST_MERGE, share * base.size) if base.size else 0):
            self.merge()

    def _snapshot(self, base: Segment, model_id: str, feed_seq: int) -> Snapshot:
        return Snapshot(
            base=base,
            base_live=np.ones(base.size, dtype=bool),
            delta=build_delta_segment([], self._dimension, base.aspects.statistics),
            chance=chance_in(base),
            model_id=model_id,
            feed_seq=feed_seq,
        )
