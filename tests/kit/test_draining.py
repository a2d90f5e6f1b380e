"""A service that is told to end is not ready first, answers on, and closes what it answers on."""

import signal
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import uvicorn
from fastapi import FastAPI, Request

from shared.kit.draining import DrainingServer
from shared.kit.http import create_api, health_router
from shared.kit.identity.authentication import LocalAuthenticator


@asynccontextmanager
async def nothing_to_own(app: FastAPI) -> AsyncIterator[None]:
    yield


def api() -> FastAPI:
    app = create_api(title="Test", version="1", lifespan=nothing_to_own, authenticator=LocalAuthenticator())

    @app.get("/work")
    def work() -> str:
        return "done"

    def ready(request: Request) -> None:
        return None

    app.include_router(health_router(ready))
    return app


class CaptureOnly(DrainingServer):
    """Does not pass the signal on to the test's own process."""

    def handle_exit(self, sig: int, frame: object = None) -> None:
        super().handle_exit(sig, None)
        self._captured_signals.clear()


def test_a_draining_service_is_alive_and_answers_but_is_not_ready() -> None:
    app = api()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(app, log_config=None, lifespan="on")
        server = CaptureOnly(config, app.state.drain, drain_seconds=30)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        with httpx.Client(base_url=f"http://127.0.0.1:{listening.getsockname()[1]}", timeout=30) as client:
            assert client.get("/readyz").status_code == 200
            assert "connection" not in client.get("/work").headers
            server.handle_exit(signal.SIGTERM)
            refused = client.get("/readyz")
            assert (refused.status_code, refused.json()["code"]) == (503, "draining")
            assert client.get("/healthz").status_code == 200
            answer = client.get("/work")
            assert (answer.status_code, answer.headers["connection"]) == (200, "close")
            assert not server.should_exit
            server.handle_exit(signal.SIGTERM)  # impatient
            thread.join(30)
            assert not thread.is_alive()


def test_without_seconds_to_drain_the_first_signal_ends_it() -> None:
    app = api()
    server = DrainingServer(uvicorn.Config(app, log_config=None), app.state.drain, drain_seconds=0)
    server.handle_exit(signal.SIGTERM, None)
    assert server.should_exit
    assert app.state.drain.has_begun
