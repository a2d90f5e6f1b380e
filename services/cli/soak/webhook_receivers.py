"""Receivers of webhooks on loopback that answer as they are told: well, late, wrongly, or not at all."""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from types import TracebackType
from typing import Self

_LONGEST_WAIT_SECONDS = 30.0


class Answer(StrEnum):
    """What a receiver does with one request."""

    OK = "ok"
    FAIL = "fail"
    """500."""
    GONE = "gone"
    """410."""
    REDIRECT = "redirect"
    """To a place that would take it."""
    HANG = "hang"
    """Reads it and says nothing until the receiver ends."""
    CUT = "cut"
    """Says 200 and breaks off in the middle of its answer."""
    TWICE = "twice"
    """Says 200, and says it again."""
    GARBAGE = "garbage"
    """Bytes that are no HTTP."""
    CLOSE = "close"
    """Reads it and hangs up."""
    ENDLESS = "endless"
    """Says 200 and never ends its answer."""
    DRIP = "drip"
    """One byte of its answer after the other, for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One request, as it came."""

    path: str
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes
    answered: Answer
    at: datetime


class Receiver:
    """A server of its own; the second, third, ... request may get another answer than the first.

    It has its address from the beginning, and refuses every connection until it is entered.
    """

    def __init__(self, answer: Callable[[int], Answer] = lambda _: Answer.OK) -> None:
        """`answer` gets the number of the request, from 0."""
        self._answer = answer
        self._changed = threading.Condition()
        self._heard: list[Heard] = []
        self.ending = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler_for(self), bind_and_activate=False)
        self._server.server_bind()
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self.port: int = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/hook"

    def __enter__(self) -> Self:
        self._server.server_activate()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.ending.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def speak_tls(self, context: SSLContext) -> None:
        """Before it is entered: take TLS."""
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = self.url.replace("http:", "https:")

    @property
    def heard(self) -> list[Heard]:
        """Everything up to now."""
        with self._changed:
            return list(self._heard)

    def answers_from_now_on(self, answer: Callable[[int], Answer]) -> None:
        """Change its mind."""
        with self._changed:
            self._answer = answer

    def wait_until(self, is_enough: Callable[[list[Heard]], bool], seconds: float = _LONGEST_WAIT_SECONDS) -> bool:
        """Whether it heard enough in time."""
        with self._changed:
            return self._changed.wait_for(lambda: is_enough(self._heard), seconds)

    def take(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """Note a request; what to do with it."""
        with self._changed:
            answer = self._answer(len(self._heard))
            self._heard.append(Heard(path=path, headers=headers, body=body, answered=answer, at=datetime.now(UTC)))
            self._changed.notify_all()
        return answer


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def handle_error(self, request: object, client_address: object) -> None:
        """A sender that hangs up is no news."""


def _handler_for(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("content-length", 0))
            body = self.rfile.read(length)
            self.close_connection = True
            if len(body) < length:  # the sender was killed while it wrote
                return
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = receiver.take(self.path, headers, body)
            with suppress(OSError):
                _ANSWERS[answer](self, receiver.ending)

        def do_GET(self) -> None:
            """Where a followed redirect would come out."""
            receiver.take(self.path, {}, b"")
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


def _says(text: str) -> Callable[[BaseHTTPRequestHandler, threading.Event], None]:
    def say(handler: BaseHTTPRequestHandler, _: threading.Event) -> None:
        handler.wfile.write(text.encode())

    return say


def _hang(_: BaseHTTPRequestHandler, ending: threading.Event) -> None:
    ending.wait()


def _endless(handler: BaseHTTPRequestHandler, ending: threading.Event) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
    while not ending.is_set():
        handler.wfile.write(b"2000\r\n" + b"x" * 0x2000 + b"\r\n")


def _drip(handler: BaseHTTPRequestHandler, ending: threading.Event) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nx-long: ")
    while not ending.wait(0.05):
        handler.wfile.write(b"x")


_OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
_ANSWERS: dict[Answer, Callable[[BaseHTTPRequestHandler, threading.Event], None]] = {
    Answer.OK: _says(_OK),
    Answer.FAIL: _says("HTTP/1.1 500 Internal Server Error\r\ncontent-length: 4\r\n\r\noops"),
    Answer.GONE: _says("HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n"),
    Answer.REDIRECT: _says("HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n"),
    Answer.HANG: _hang,
    Answer.CUT: _says("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nok"),
    Answer.TWICE: _says(_OK * 2),
    Answer.GARBAGE: _says("\x00\x01 not a protocol\r\n\r\n"),
    Answer.CLOSE: _says(""),
    Answer.ENDLESS: _endless,
    Answer.DRIP: _drip,
}
