"""The limit on request bodies: by their declared length, and by counting where none is declared."""

from collections.abc import Mapping

from fastapi import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.kit.errors import PayloadTooLarge
from shared.kit.problems import problem_response


class BodyLimit:
    """ASGI middleware; `limits_by_path` gives paths (and everything below them) a limit of their own."""

    def __init__(self, app: ASGIApp, max_body_bytes: int, limits_by_path: Mapping[str, int]) -> None:
        self._app = app
        self._max_body_bytes = max_body_bytes
        self._limits_by_path = limits_by_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit_for(scope["path"])
        request = Request(scope)
        declared = request.headers.get("content-length", "")
        if declared.isdecimal() and int(declared[:20]) > limit:
            error = PayloadTooLarge(_words(limit))
            await problem_response(request, error)(scope, receive, send)
            return
        await self._app(scope, _counted(receive, limit), send)

    def _limit_for(self, path: str) -> int:
        for prefix, limit in self._limits_by_path.items():
            if path == prefix or path.startswith(prefix + "/"):
                return limit
        return self._max_body_bytes


def _words(limit: int) -> str:
    return f"The body is larger than the {limit:,} bytes this route takes; send less, or several requests."


def _counted(receive: Receive, limit: int) -> Receive:
    seen_bytes = 0

    async def receive_counted() -> Message:
        nonlocal seen_bytes
        message = await receive()
        seen_bytes += len(message.get("body", b""))
        if seen_bytes > limit:
            # FastAPI turns every other exception of the body's reader into a 400.
            raise HTTPException(413, _words(limit))
        return message

    return receive_counted
