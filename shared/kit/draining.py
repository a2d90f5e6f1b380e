"""An orderly end: not ready first, so that no new request comes; then connections are closed; then the server stops."""

import threading
from types import FrameType

import uvicorn
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.kit.errors import Unavailable


class Draining(Unavailable):
    """The service is about to end; another replica answers."""

    code = "draining"


class Drain:
    """Whether the service is about to end; `/readyz` asks it."""

    def __init__(self) -> None:
        self.has_begun = False

    def check(self) -> None:
        """Raises Draining once the end has begun."""
        if self.has_begun:
            raise Draining("This replica is about to end; send requests to another one.")


class ClosesWhileDraining:
    """ASGI middleware: answers are given to the last, but their connections are not kept for another request."""

    def __init__(self, app: ASGIApp, drain: Drain) -> None:
        self._app = app
        self._drain = drain

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_closing(message: Message) -> None:
            if message["type"] == "http.response.start" and self._drain.has_begun:
                MutableHeaders(scope=message)["Connection"] = "close"
            await send(message)

        await self._app(scope, receive, send_closing if scope["type"] == "http" else send)


class DrainingServer(uvicorn.Server):
    """Goes on accepting for `drain_seconds` after SIGTERM: a balancer needs a moment to see that it is not ready.

    A second signal ends it at once. Without seconds to drain, the first one does.
    """

    def __init__(self, config: uvicorn.Config, drain: Drain, *, drain_seconds: float) -> None:
        super().__init__(config)
        self._drain = drain
        self._drain_seconds = drain_seconds

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """uvicorn's handler of SIGINT and SIGTERM."""
        if self._drain.has_begun or self._drain_seconds <= 0:
            self._drain.has_begun = True
            super().handle_exit(sig, frame)
            return
        self._drain.has_begun = True
        timer = threading.Timer(self._drain_seconds, super().handle_exit, (sig, None))
        timer.daemon = True
        timer.start()
