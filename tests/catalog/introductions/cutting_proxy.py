"""A proxy on the loopback that passes every request on whole, and cuts many of the replies."""

import random
import socket
import threading
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit


class CuttingProxy:
    """One request a connection; the share of replies to cut is cut after none or some of their bytes."""

    def __init__(self, upstream_url: str, *, cut_share: float, seed: int) -> None:
        address = urlsplit(upstream_url)
        assert address.hostname is not None and address.port is not None
        self._upstream = (address.hostname, address.port)
        self._cut_share = cut_share
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=256)
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self.passed = 0
        self.cut = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(timeout=10)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, socket.create_connection(self._upstream, timeout=60) as upstream:
            client.settimeout(60)
            upstream.sendall(_whole_request(client))
            reply = _until_closed(upstream)
            client.sendall(reply[: self._length_let_through(len(reply))])

    def _length_let_through(self, length: int) -> int:
        with self._lock:
            if self._random.random() >= self._cut_share:
                self.passed += 1
                return length
            self.cut += 1
            return self._random.choice([0, self._random.randrange(length)])


def _whole_request(client: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        received += _more(client)
    head, _, body = received.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    missing = int(lengths[0]) - len(body) if lengths else 0
    while missing > 0:
        more = _more(client)
        received += more
        missing -= len(more)
    return received


def _more(client: socket.socket) -> bytes:
    more = client.recv(65_536)
    if not more:
        raise ConnectionError("the client broke off")
    return more


def _until_closed(upstream: socket.socket) -> bytes:
    parts = []
    while part := upstream.recv(65_536):
        parts.append(part)
    return b"".join(parts)
