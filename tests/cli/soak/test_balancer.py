"""The balancer asks ready replicas only, and another where one refuses or is gone."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from services.cli.soak.balancer import Balancer


class Replica(ThreadingHTTPServer):
    """Answers with its own name, and as ready as it is told to be."""

    daemon_threads = True

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_ready = True
        self.is_full = False
        self.asked = 0
        super().__init__(("127.0.0.1", 0), Handler)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Readiness."""
        assert isinstance(self.server, Replica)
        self.answer(200 if self.server.is_ready else 503, b"")

    def do_POST(self) -> None:
        """A request."""
        assert isinstance(self.server, Replica)
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked += 1
        self.answer(503 if self.server.is_full else 200, self.server.name.encode())

    def answer(self, status: int, body: bytes) -> None:
        """With a body of known length."""
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the method overridden
        """Write nothing."""


@pytest.fixture
def replicas() -> Iterator[list[Replica]]:
    with ExitStack() as stack:
        made = [stack.enter_context(Replica(name)) for name in ("one", "two")]
        for replica in made:
            threading.Thread(target=replica.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
            stack.callback(replica.shutdown)
        yield made


def wait_until(balancer: Balancer, ready: set[int]) -> None:
    for _ in range(2_000):
        if balancer.ready == ready:
            return
        threading.Event().wait(0.01)
    raise AssertionError(balancer.ready)


def ask(balancer: Balancer) -> str:
    answer = httpx.post(f"http://127.0.0.1:{balancer.port}/v1/matches", content=b"{}", timeout=30)
    assert answer.status_code == 200
    return answer.text


def test_ready_replicas_take_turns_and_the_others_get_nothing(replicas: list[Replica]) -> None:
    one, two = replicas
    with Balancer([one.server_port, two.server_port]) as balancer:
        wait_until(balancer, {one.server_port, two.server_port})
        assert {ask(balancer) for _ in range(4)} == {"one", "two"}
        one.is_ready = False
        wait_until(balancer, {two.server_port})
        before = one.asked
        assert {ask(balancer) for _ in range(4)} == {"two"}
        assert one.asked == before


def test_a_replica_that_refuses_or_is_gone_is_passed_over(replicas: list[Replica]) -> None:
    one, two = replicas
    with Balancer([one.server_port, two.server_port]) as balancer:
        wait_until(balancer, {one.server_port, two.server_port})
        one.is_full = True
        assert {ask(balancer) for _ in range(4)} == {"two"}
        assert balancer.retried > 0
        one.shutdown()
        one.server_close()
        assert {ask(balancer) for _ in range(4)} == {"two"}
        assert balancer.unanswered == 0
