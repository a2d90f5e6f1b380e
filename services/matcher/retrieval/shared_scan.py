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
    is_done: bool = False
    similarities: FloatVector | None = field(default=None)


class SharedScan:
    """One scan at a time: whoever waits for its turn is served by the scan of the first in the queue."""

    def __init__(self, vectors: FloatMatrix) -> None:
        """`vectors`: (n, dimension), not to be changed."""
        self._vectors = vectors
        self._queue: list[_Ticket] = []
        self._queue_lock = Lock()
        self._turn = Lock()

    def run(self, query: FloatVector, alone: Callable[[], None]) -> FloatVector | None:
        """Similarities of every row to the query, (n,), from a pass shared with the searches that came meanwhile.

        Where nobody else waits, calls `alone` in its turn instead and returns None: a search by itself has a faster
        way than the product of all vectors.
        """
        ticket = _Ticket(query)
        with self._queue_lock:
            self._queue.append(ticket)
        with self._turn:
            if not ticket.is_done:
                self._serve(ticket, alone)
        return ticket.similarities

    def _serve(self, own: _Ticket, alone: Callable[[], None]) -> None:
        with self._queue_lock:
            # The own ticket first: who waits longest is never left to a later turn.
            others = [ticket for ticket in self._queue if ticket is not own][: _MOST_TOGETHER - 1]
            batch = [own, *others]
            self._queue = [ticket for ticket in self._queue if ticket not in batch]
        if not others:
            alone()
            own.is_done = True
            return
        product = np.stack([ticket.query for ticket in batch]) @ self._vectors.T
        for ticket, similarities in zip(batch, product, strict=True):
            ticket.similarities = similarities
            ticket.is_done = True
