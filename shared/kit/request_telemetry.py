"""Every request gets an id, a line in the log, its measures, and an answer even where the application has none."""

import re
import sys
import traceback
from time import perf_counter
from types import TracebackType
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.kit.admission import EXEMPT_PATHS
from shared.kit.errors import ServiceError
from shared.kit.metrics import HttpMetrics
from shared.kit.problems import problem_response
from shared.kit.tracing import trace_id

REQUEST_ID_HEADER = "X-Request-ID"
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
"""What is taken over from a caller: nothing that could carry a text into the log."""
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_INNERMOST_FRAMES = 8
_log = structlog.get_logger("http")


class RequestTelemetry:
    """ASGI middleware, the outermost; the request id is bound to every line that the request logs."""

    def __init__(self, app: ASGIApp, metrics: HttpMetrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        answer = _Answer(send, request_id)
        started = perf_counter()
        self._metrics.in_flight.inc()
        trace = trace_id()
        with structlog.contextvars.bound_contextvars(request_id=request_id, **({"trace_id": trace} if trace else {})):
            try:
                await self._answered(scope, receive, answer)
            finally:
                self._metrics.in_flight.dec()
                self._told(scope, answer.status, perf_counter() - started)

    async def _answered(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        """An error that nobody handled is answered here, so that its words reach neither the caller nor the log."""
        try:
            await self._app(scope, receive, answer.send)
        except Exception as error:  # noqa: BLE001 - the outermost: whatever it was, log and answer
            _log.error(
                "unexpected_error", method=_method(scope), error=type(error).__name__, at=places(error.__traceback__)
            )
            if answer.has_begun:
                raise BrokenAnswer from None  # the server closes the connection, so that it is not taken for whole
            problem = ServiceError("An unexpected error happened; it has been logged. Name X-Request-ID when you ask.")
            await problem_response(Request(scope), problem)(scope, receive, answer.send)

    def _told(self, scope: Scope, status: int, seconds: float) -> None:
        route, method = route_of(scope), _method(scope)
        self._metrics.observe(method, route, status, seconds)
        if scope["path"] not in EXEMPT_PATHS:
            _log.info("answered", method=method, route=route, status=status, ms=round(1000 * seconds, 1))


class BrokenAnswer(Exception):
    """The application failed after its answer had begun; what is known of it has been logged."""


class _Answer:
    """Sends an answer with its request's id, and remembers how it began."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self._request_id = request_id
        self.status = 500
        self.has_begun = False

    async def send(self, message: Message) -> None:
        """As the server's own `send`."""
        if message["type"] == "http.response.start":
            self.status, self.has_begun = message["status"], True
            MutableHeaders(scope=message)[REQUEST_ID_HEADER] = self._request_id
        await self._send(message)


def route_of(scope: Scope) -> str:
    """The route's template, never the path itself, which holds ids and whatever else a caller makes up."""
    return str(getattr(scope.get("route"), "path", "unmatched"))


def places(trace: TracebackType | None) -> list[str]:
    """Where an error came from, innermost last: files, lines and functions, without a single value."""
    frames = traceback.extract_tb(trace)[-_INNERMOST_FRAMES:]
    return [f"{_module_path(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]


def _module_path(filename: str) -> str:
    for folder in sys.path:
        if folder and filename.startswith(folder + "/"):
            return filename.removeprefix(folder + "/")
    return filename.rsplit("/", 1)[-1]


def _request_id(scope: Scope) -> str:
    given = Headers(scope=scope).get(REQUEST_ID_HEADER, "")
    return given if _REQUEST_ID.fullmatch(given) else uuid4().hex


def _method(scope: Scope) -> str:
    return scope["method"] if scope["method"] in _METHODS else "OTHER"
