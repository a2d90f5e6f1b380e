"""Searches that arrive together share one pass over all vectors; a search that is alone does not wait for others."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

import numpy as np
import numpy.typing as npt

FloatVector = npt.NDArray[np.float32]
FloatMatrix = npt.NDArray[np.float32]
_MOST_TOGETHER = 32


@dataclass(slots=True, eq=False)
class _Ticket:
    query: FloatVector
    similarities: FloatVector | None = field(default=None)


class SharedScan:
    """One scan at a time: whoever waits for its turn is served by the scan of the first in the queue."""

    def __init__(self, vectors: FloatMatrix, alone: Callable[[FloatVector], FloatVector]) -> None:
        """`vectors`: (n, dimension), not to be changed; `alone` gives the similarities of one query, (n,)."""
        self._vectors = vectors
        self._alone = alone
        self._queue: list[_Ticket] = []
        self._queue_lock = Lock()
        self._turn = Lock()

    def similarities(self, query: FloatVector) -> FloatVector:
        """Similarity of every row to the query, (n,), from a pass shared with the searches that came meanwhile."""
        ticket = _Ticket(query)
        with self._queue_lock:
            self._queue.append(ticket)
        with self._turn:
            if ticket.similarities is None:
                self._serve(ticket)
        assert ticket.similarities is not None  # served by itself, or by whoever had the turn before
        return ticket.similarities

    def _serve(self, own: _Ticket) -> None:
        with self._queue_lock:
            # The own ticket first: who waits longest is never left to a later turn.
            others = [ticket for ticket in self._queue if ticket is not own][: _MOST_TOGETHER - 1]
            batch = [own, *others]
            self._queue = [ticket for ticket in self._queue if ticket not in batch]
        if not others:
            own.similarities = self._alone(own.query)
            return
        product = np.stack([ticket.query for ticket in batch]) @ self._vectors.T
        for ticket, similarities in zip(batch, product, strict=True):
            ticket.similarities = similarities
