"""How often one caller may ask: rates by the library `limits`, told in RateLimit headers, refused with 429."""

import contextlib
from collections.abc import Callable
from time import time

import structlog
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.kit.admission import EXEMPT_PATHS
from shared.kit.errors import TooManyRequests
from shared.kit.identity.principal import Principal
from shared.kit.problems import problem_response

CallerOf = Callable[[Scope], str | None]
_LOOPBACK = frozenset({"127.0.0.1", "::1"})
_log = structlog.get_logger("rate-limits")


def client_address(scope: Scope) -> str | None:
    """The caller by its key or token, else by its address; None on this machine itself, where all would share one."""
    principal = scope.get("state", {}).get("principal")
    if isinstance(principal, Principal) and not principal.is_local:
        return principal.id
    client = scope.get("client")
    return None if client is None or client[0] in _LOOPBACK else f"address:{client[0]}"


class RateLimits:
    """Counts what callers do, all requests or one business flow such as introductions, in any number of windows.

    Counts live in this process, or in Redis for all replicas where the storage's URL says so. Storage that is away lets
    everything pass: a limit protects the service, and must not be what takes it down.
    """

    def __init__(self, storage_url: str = "memory://") -> None:
        storage = storage_from_string(storage_url)
        self.is_local = isinstance(storage, MemoryStorage)
        self._limiter = SlidingWindowCounterRateLimiter(storage)

    def check(self, rate: RateLimitItem, flow: str, caller: str) -> dict[str, str]:
        """Count one act of a caller in a flow; the headers that tell what is left. Raises RateLimited."""
        return self._told(self._limiter.hit, rate, flow, caller)

    def check_left(self, rate: RateLimitItem, flow: str, caller: str) -> None:
        """Raise RateLimited where a caller has nothing left in a flow; counts nothing."""
        self._told(self._limiter.test, rate, flow, caller)

    def note(self, rate: RateLimitItem, flow: str, caller: str) -> None:
        """Count one act, and let it pass."""
        with contextlib.suppress(RateLimited):
            self.check(rate, flow, caller)

    def _told(self, ask: Callable[..., bool], rate: RateLimitItem, flow: str, caller: str) -> dict[str, str]:
        try:
            is_allowed = ask(rate, flow, caller)
            stats = self._limiter.get_window_stats(rate, flow, caller)
        except Exception as error:  # noqa: BLE001 - whatever a storage raises
            _log.warning("rate_limits_unavailable", error=type(error).__name__)
            return {}
        seconds = max(1, round(stats.reset_time - time() + 0.5))
        headers = {
            "RateLimit-Policy": f'"{flow}";q={rate.amount};w={rate.get_expiry()}',
            "RateLimit": f'"{flow}";r={max(0, stats.remaining)};t={seconds}',
        }
        if not is_allowed:
            raise RateLimited(flow, rate, headers | {"Retry-After": str(seconds)})
        return headers


class RateLimited(TooManyRequests):
    """The caller has used up what a rate allows."""

    code = "rate_limited"

    def __init__(self, flow: str, rate: RateLimitItem, headers: dict[str, str]) -> None:
        super().__init__(
            f"More than {rate} in {flow!r}. Wait for the seconds that Retry-After gives.",
            headers=headers,
        )


def parse_rate(text: str) -> RateLimitItem:
    """`600/minute`, `50/day`. Raises ValueError."""
    return parse(text)


class RequestRates:
    """ASGI middleware: every request of a caller counts against one rate."""

    def __init__(
        self,
        app: ASGIApp,
        limits: RateLimits,
        rate: RateLimitItem,
        caller_of: CallerOf = client_address,
        on_limited: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._app = app
        self._limits = limits
        self._rate = rate
        self._caller_of = caller_of
        self._on_limited = on_limited

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        caller = self._caller_of(scope) if scope["type"] == "http" and scope["path"] not in EXEMPT_PATHS else None
        if caller is None:
            await self._app(scope, receive, send)
            return
        try:
            headers = await self._checked(caller)
        except RateLimited as error:
            self._on_limited("requests")
            await problem_response(Request(scope), error)(scope, receive, send)
            return
        await self._app(scope, receive, _with_headers(send, headers))

    async def _checked(self, caller: str) -> dict[str, str]:
        check, flow = self._limits.check, "requests"
        if self._limits.is_local:
            return check(self._rate, flow, caller)
        return await run_in_threadpool(check, self._rate, flow, caller)


def _with_headers(send: Send, headers: dict[str, str]) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(headers)
        await send(message)

    return send_with_headers
