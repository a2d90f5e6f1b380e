"""Bounded admission: so many requests in work, so many waiting for a bounded time; the others are told at once."""

import asyncio
import math
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.kit.errors import Unavailable
from shared.kit.problems import problem_response

EXEMPT_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})
"""What tells of the state of the service must answer most of all when there is too much to do."""
_BUSY_AFTER_SECONDS = 0.5
_PACE_SMOOTHING = 0.1


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
    """How long once the queue has not been empty for half a second, until it has been for as long: what waits longer
    then would only come late."""


def overloaded() -> Overloaded:
    """With what to do."""
    return Overloaded("More is asked than can be answered in time. Nothing was done; ask again after Retry-After.")


class Lane:
    """A queue with a bounded wait; used from one event loop.

    The wait shortens under lasting load (controlled delay, Maurer 2015): a burst is absorbed, an overload not stored.
    Then only as many wait as can be served in that time (Little 1961), and the others need not wait for their refusal.
    """

    def __init__(self, name: str, limits: LaneLimits) -> None:
        self.name = name
        self.in_work = 0
        self._limits = limits
        self._queue: deque[asyncio.Future[None]] = deque()
        self._is_overloaded = False
        self._filled_at = self._emptied_at = 0.0
        self._served_at = 0.0
        self._seconds_a_place: float | None = None
        """How long it takes until another place is given up while somebody waits, smoothed."""

    @property
    def is_full(self) -> bool:
        """Whether `enter` would refuse at once; asked from the event loop."""
        return self.in_work >= self._limits.in_work and len(self._queue) >= self._places()

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
        if len(self._queue) >= self._places():
            raise overloaded()
        if not self._queue:
            self._filled_at = self._served_at = loop.time()
        place: asyncio.Future[None] = loop.create_future()
        self._queue.append(place)
        try:
            await asyncio.wait_for(place, self._patience())
        except TimeoutError:
            raise overloaded() from None
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self.leave()
            raise
        finally:
            if place in self._queue:
                self._queue.remove(place)
                self._emptied_at = loop.time()

    def leave(self) -> None:
        """End work; the one that has waited longest takes the place."""
        if self._queue:
            self._note_pace()
        while self._queue:
            place = self._queue.popleft()
            self._emptied_at = asyncio.get_running_loop().time()
            if not place.done():
                place.set_result(None)
                return
        self.in_work -= 1

    def _patience(self) -> float:
        limits = self._limits
        return limits.overload_patience_seconds if self._is_lasting() else limits.patience_seconds

    def _places(self) -> int:
        """How many may wait."""
        if self._seconds_a_place is None or not self._is_lasting():
            return self._limits.waiting
        served_in_time = math.ceil(self._limits.overload_patience_seconds / max(self._seconds_a_place, 1e-6))
        return min(self._limits.waiting, max(1, served_in_time))

    def _is_lasting(self) -> bool:
        """Whether there has been a queue for so long that it is no burst, and no calm of that length since."""
        now = asyncio.get_running_loop().time()
        if self._queue:
            self._is_overloaded |= now - self._filled_at > _BUSY_AFTER_SECONDS
        else:
            self._is_overloaded &= now - self._emptied_at <= _BUSY_AFTER_SECONDS
        return self._is_overloaded

    def _note_pace(self) -> None:
        now = asyncio.get_running_loop().time()
        seconds, self._served_at = now - self._served_at, now
        known = seconds if self._seconds_a_place is None else self._seconds_a_place
        self._seconds_a_place = known + _PACE_SMOOTHING * (seconds - known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lanes:
    """Which lane a path is in; `by_path` gives paths, and everything below them, a lane of their own."""

    general: Lane
    by_path: Mapping[str, Lane] = field(default_factory=dict)
    on_shed: Callable[[str], None] = lambda _: None
    """Hears the lane's name of every refused request."""

    def lane_of(self, scope: Scope) -> Lane | None:
        """None for what is always taken in."""
        if scope["type"] != "http" or scope["path"] in EXEMPT_PATHS:
            return None
        path: str = scope["path"]
        for prefix, lane in self.by_path.items():
            if path == prefix or path.startswith(prefix + "/"):
                return lane
        return self.general

    async def refuse(self, lane: Lane, error: Overloaded, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 503."""
        self.on_shed(lane.name)
        await problem_response(Request(scope), error)(scope, receive, send)


class Admission:
    """ASGI middleware: a request works when its lane lets it, or is refused."""

    def __init__(self, app: ASGIApp, lanes: Lanes) -> None:
        self._app = app
        self._lanes = lanes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        lane = self._lanes.lane_of(scope)
        if lane is None:
            await self._app(scope, receive, send)
            return
        try:
            await lane.enter()
        except Overloaded as error:
            await self._lanes.refuse(lane, error, scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        finally:
            lane.leave()


class ShedsWhenFull:
    """ASGI middleware, the outermost: refuses what `Admission` would, before anything is spent on it.

    Nobody is asked who they are and no line is logged: with several times too much to do, refusals are most of the
    work, and each takes time from a request that was taken in. They are counted like all others.
    """

    def __init__(self, app: ASGIApp, lanes: Lanes) -> None:
        self._app = app
        self._lanes = lanes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        lane = self._lanes.lane_of(scope)
        if lane is None or not lane.is_full:
            await self._app(scope, receive, send)
        else:
            await self._lanes.refuse(lane, overloaded(), scope, receive, send)
