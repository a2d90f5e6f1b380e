"""Traces are sent only where an address is set, and hold no value of a request."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from shared.kit.http import create_api
from shared.kit.identity.authentication import LocalAuthenticator
from shared.kit.identity.policy import OPEN
from shared.kit.logging import configure_logging
from shared.kit.settings import LogFormat, LogLevel

CANARY = "kanarienvogel"


class Collector(ThreadingHTTPServer):
    """Keeps what is sent to it."""

    daemon_threads = True

    def __init__(self) -> None:
        self.received: list[tuple[str, bytes]] = []
        super().__init__(("127.0.0.1", 0), Receiver)


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        """Take it."""
        assert isinstance(self.server, Collector)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((self.path, body))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the method overridden
        """Write nothing."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server
        server.shutdown()


@asynccontextmanager
async def nothing_to_own(app: FastAPI) -> AsyncIterator[None]:
    configure_logging(LogLevel.INFO, LogFormat.JSON)
    yield


def api(endpoint: str | None) -> FastAPI:
    app = create_api(
        title="Test service",
        version="1",
        lifespan=nothing_to_own,
        authenticator=LocalAuthenticator(),
        otlp_endpoint=endpoint,
    )

    @app.get("/items/{item}", dependencies=[OPEN])
    def read(item: int) -> int:
        return item

    return app


def drive(app: FastAPI) -> None:
    with TestClient(app, headers={"User-Agent": CANARY}) as client:
        assert client.get(f"/items/1?q={CANARY}").status_code == 200
        assert client.get(f"/items/{CANARY}?q={CANARY}").status_code == 422


def test_spans_name_the_service_and_the_route_and_no_value(
    collector: Collector, capsys: pytest.CaptureFixture[str]
) -> None:
    drive(api(f"http://127.0.0.1:{collector.server_port}"))
    sent = b"".join(body for path, body in collector.received if path == "/v1/traces")
    assert b"test-service" in sent
    assert b"/items/{item}" in sent
    assert CANARY.encode() not in sent
    answered = [json.loads(line) for line in capsys.readouterr().err.splitlines() if '"answered"' in line]
    assert all(len(line["trace_id"]) == 32 for line in answered)


def test_without_an_address_nothing_is_sent(collector: Collector, capsys: pytest.CaptureFixture[str]) -> None:
    drive(api(None))
    assert collector.received == []
    assert "trace_id" not in capsys.readouterr().err
