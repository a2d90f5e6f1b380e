"""A small HTTP balancer on loopback: asks replicas whether they are ready, and asks another where one is gone."""

import asyncio
import contextlib
import itertools
import threading
from collections.abc import Sequence
from typing import Self

_LOOK_SECONDS = 0.1
_LONGEST_HEAD = 65_536
_ANSWER_SECONDS = 10.0
_LONGEST_SECONDS = 25.0
_REFUSED = b"HTTP/1.1 503 "
_NOT_READY = b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n"


class Balancer:
    """Passes each request to the next ready replica, over a connection of its own.

    A request whose connection is refused or ends before a byte of the answer goes to another replica, and so does one
    that a replica refuses with 503: what it balances (matches) may be asked twice. Readiness is asked ten times a
    second.
    """

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = tuple(ports)
        self._ready: set[int] = set()
        self._turn = itertools.count()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="balancer", daemon=True)
        self.retried = 0
        """Requests that had to be asked of another replica."""
        self.unanswered = 0
        """Requests that no replica answered."""
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(20)
        return self

    def __exit__(self, *_error: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(20)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def ready(self) -> frozenset[int]:
        """Ports of the replicas that take requests now."""
        return frozenset(self._ready)

    async def _start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=_LONGEST_HEAD)
        self.port = self._server.sockets[0].getsockname()[1]
        self._looks = [asyncio.ensure_future(self._look_at(port)) for port in self._ports]

    async def _stop(self) -> None:
        self._server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for _ in range(2):
            await asyncio.sleep(0)  # closed connections are let go of in the next turns

    async def _look_at(self, port: int) -> None:
        question = b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
        while True:
            answer = b""
            with contextlib.suppress(OSError, EOFError, TimeoutError):
                answer = await asyncio.wait_for(_ask(port, question), 1.0)
            if answer.startswith(b"HTTP/1.1 200"):
                self._ready.add(port)
            else:
                self._ready.discard(port)
            await asyncio.sleep(_LOOK_SECONDS)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                request = await _read_request(reader)
                writer.write(await self._answer(request))
                await writer.drain()
        except (OSError, EOFError, asyncio.LimitOverrunError):
            pass  # the client is gone
        finally:
            writer.close()

    async def _answer(self, request: bytes) -> bytes:
        answer, deadline = b"", self._loop.time() + _LONGEST_SECONDS
        while self._loop.time() < deadline:
            for port in self._in_turn():
                answer = await self._asked(port, request)
                if answer and not answer.startswith(_REFUSED):
                    return answer
                self.retried += 1
            await asyncio.sleep(_LOOK_SECONDS)  # nobody took it: a moment later somebody may
        self.unanswered += 1
        return answer or _NOT_READY

    def _in_turn(self) -> list[int]:
        """The ready replicas, beginning with the next one."""
        ready = [port for port in self._ports if port in self._ready]
        first = next(self._turn) % len(ready) if ready else 0
        return ready[first:] + ready[:first]

    async def _asked(self, port: int, request: bytes) -> bytes:
        """The answer; nothing where the replica is gone, which then counts as not ready until it says otherwise."""
        with contextlib.suppress(OSError, EOFError, TimeoutError):
            answer = await asyncio.wait_for(_ask(port, request), _ANSWER_SECONDS)
            if answer:
                return answer
        self._ready.discard(port)
        return b""


async def _read_request(reader: asyncio.StreamReader) -> bytes:
    """Head and body, asking the replica to close the connection after its answer."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines, length = [], 0
    for line in head[:-4].split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
        if name.lower() != b"connection":
            lines.append(line)
    return b"\r\n".join([*lines, b"Connection: close", b"", b""]) + await reader.readexactly(length)


async def _ask(port: int, request: bytes) -> bytes:
    """The whole answer, without `connection: close`, which is between balancer and replica."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        head, _, body = (await reader.read(-1)).partition(b"\r\n\r\n")
    finally:
        writer.close()
    kept = [line for line in head.split(b"\r\n") if line.lower() != b"connection: close"]
    return b"\r\n".join(kept) + b"\r\n\r\n" + body if head else b""
