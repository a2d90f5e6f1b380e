"""Bounded admission: so many requests in work, so many waiting for a bounded time; the others are told at once."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.kit.errors import Unavailable
from shared.kit.problems import problem_response

EXEMPT_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})
"""What tells of the state of the service must answer most of all when there is too much to do."""
_BUSY_AFTER_SECONDS = 0.5


class Overloaded(Unavailable):
    """More is asked than can be answered in time; nothing was done for this request."""

    code = "overloaded"


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneLimits:
    """How much of one sort of requests is taken in."""

    in_work: int
    waiting: int
    patience_seconds: float = 1.0
    """How long a request may wait in a burst."""
    overload_patience_seconds: float = 0.1
    """How long once the queue has not been empty for half a second: what waits longer then would only come late."""


class Lane:
    """A queue with a bounded wait; used from one event loop.

    The wait shortens under lasting load (controlled delay, Maurer 2015): a burst is absorbed, an overload not stored.
    """

    def __init__(self, name: str, limits: LaneLimits) -> None:
        self.name = name
        self.in_work = 0
        self._limits = limits
        self._queue: deque[asyncio.Future[None]] = deque()
        self._was_empty_at = 0.0

    @property
    def waiting(self) -> int:
        """Requests in the queue."""
        return len(self._queue)

    async def enter(self) -> None:
        """Begin work, or wait for it; whoever enters must `leave`. Raises Overloaded."""
        if self.in_work < self._limits.in_work:  # a place that is given up goes to who waits, so nobody waits here
            self.in_work += 1
            return
        loop = asyncio.get_running_loop()
        if not self._queue:
            self._was_empty_at = loop.time()
        if len(self._queue) >= self._limits.waiting:
            raise self._overloaded()
        place: asyncio.Future[None] = loop.create_future()
        self._queue.append(place)
        try:
            await asyncio.wait_for(place, self._patience(loop.time()))
        except TimeoutError:
            raise self._overloaded() from None
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self.leave()
            raise
        finally:
            if place in self._queue:
                self._queue.remove(place)

    def leave(self) -> None:
        """End work; the one that has waited longest takes the place."""
        while self._queue:
            place = self._queue.popleft()
            if not place.done():
                place.set_result(None)
                return
        self.in_work -= 1

    def _patience(self, now: float) -> float:
        is_lasting = now - self._was_empty_at > _BUSY_AFTER_SECONDS
        return self._limits.overload_patience_seconds if is_lasting else self._limits.patience_seconds

    def _overloaded(self) -> Overloaded:
        return Overloaded("More is asked than can be answered in time. Nothing was done; ask again after Retry-After.")


class Admission:
    """ASGI middleware; `lanes_by_path` gives paths (and everything below them) a lane of their own."""

    def __init__(
        self,
        app: ASGIApp,
        lane: Lane,
        lanes_by_path: Mapping[str, Lane],
        on_shed: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._app = app
        self._lane = lane
        self._lanes_by_path = lanes_by_path
        self._on_shed = on_shed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in EXEMPT_PATHS:
            await self._app(scope, receive, send)
            return
        lane = self._lane_for(scope["path"])
        try:
            await lane.enter()
        except Overloaded as error:
            self._on_shed(lane.name)
            await problem_response(Request(scope), error)(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        finally:
            lane.leave()

    def _lane_for(self, path: str) -> Lane:
        for prefix, lane in self._lanes_by_path.items():
            if path == prefix or path.startswith(prefix + "/"):
                return lane
        return self._lane
