"""A load generator that does not wait for answers: requests leave at a steady rate, from a process of its own."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from time import perf_counter

from services.cli.bench.processes import Child, answer_in_child
from services.cli.bench.report import percentile

_MOST_CONNECTIONS = 800
UNANSWERED = 0
"""The status of a request whose connection failed or that took too long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLoad:
    """POST requests to one path of one loopback port, for so many seconds or until it is told to end."""

    port: int
    path: str
    bodies: Sequence[bytes]
    per_second: float
    seconds: float
    timeout_seconds: float = 30.0
    onset_seconds: float = 0.0
    """At its beginning: what is sent then is told apart, since a service takes in a burst before it knows better."""


@dataclass(slots=True)
class OpenLoadResult:
    """What came of the requests."""

    statuses: Counter[int] = field(default_factory=Counter)
    accepted_seconds: list[float] = field(default_factory=list)
    """Latencies of the requests that were answered with 200."""
    slowest_seconds: float = 0.0
    """Of any answer."""
    seconds: float = 0.0
    onset: "OpenLoadResult | None" = None
    """What came of the requests of the onset, which is in no other figure here."""

    @property
    def sent(self) -> int:
        """All requests."""
        return sum(self.statuses.values())

    @property
    def goodput(self) -> float:
        """Requests answered with 200, a second."""
        return self.statuses[200] / self.seconds if self.seconds else 0.0

    def figures(self) -> dict[str, float]:
        """For a report."""
        return {
            "sent": self.sent,
            "accepted": self.statuses[200],
            "shed": self.statuses[503],
            "failed": self.sent - self.statuses[200] - self.statuses[503],
            "goodput_per_second": self.goodput,
            "accepted_p50_ms": 1000 * percentile(self.accepted_seconds, 50) if self.accepted_seconds else 0.0,
            "accepted_p99_ms": 1000 * percentile(self.accepted_seconds, 99) if self.accepted_seconds else 0.0,
        }


def run_open_load(load: OpenLoad) -> OpenLoadResult:
    """Carry it out in a fresh process."""
    result: OpenLoadResult = answer_in_child(send_open_load, load)
    return result


@contextmanager
def open_load(load: OpenLoad) -> Iterator[Callable[[], OpenLoadResult]]:
    """The load while the block runs, in a fresh process; what is given ends it and tells what came of it."""
    child = Child(send_open_load, load)

    def end() -> OpenLoadResult:
        child.send("end")
        result: OpenLoadResult = child.receive()
        return result

    try:
        yield end
    finally:
        child.stop()


def send_open_load(load: OpenLoad, pipe: Connection) -> None:
    """What the child runs."""
    pipe.send(asyncio.run(_Sender(load, pipe).run()))


class _Sender:
    def __init__(self, load: OpenLoad, pipe: Connection) -> None:
        self._load = load
        self._pipe = pipe
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._onset, self._result = OpenLoadResult(), OpenLoadResult()
        self._messages = itertools.cycle([_message(load.path, body) for body in load.bodies])

    async def run(self) -> OpenLoadResult:
        began = perf_counter()
        open_requests: set[asyncio.Task[None]] = set()
        for number in range(round(self._load.per_second * self._load.seconds)):
            if self._pipe.poll() or perf_counter() - began > self._load.seconds:
                break  # told to end, or too slow to send all: what was sent is told
            wait = began + number / self._load.per_second - perf_counter()
            if wait > 0.001:
                await asyncio.sleep(wait)
            elif number % 20 == 0:
                await asyncio.sleep(0)  # behind: let answers come in all the same
            if len(open_requests) >= _MOST_CONNECTIONS:
                await asyncio.wait(open_requests, return_when=asyncio.FIRST_COMPLETED)
            is_onset = perf_counter() - began < self._load.onset_seconds
            told = self._onset if is_onset else self._result
            request = asyncio.create_task(self._ask(next(self._messages), told))
            open_requests.add(request)
            request.add_done_callback(open_requests.discard)
        self._result.seconds = perf_counter() - began - self._load.onset_seconds
        self._onset.seconds, self._result.onset = self._load.onset_seconds, self._onset
        if open_requests:
            await asyncio.wait(open_requests)
        for _, writer in self._idle:
            writer.close()
        return self._result

    async def _ask(self, message: bytes, told: OpenLoadResult) -> None:
        began = perf_counter()
        try:
            status = await asyncio.wait_for(self._exchange(message), self._load.timeout_seconds)
        except (OSError, EOFError, TimeoutError):
            status = UNANSWERED
        seconds = perf_counter() - began
        told.statuses[status] += 1
        told.slowest_seconds = max(told.slowest_seconds, seconds)
        if status == 200:
            told.accepted_seconds.append(seconds)

    async def _exchange(self, message: bytes) -> int:
        if self._idle:
            try:
                return await self._answered(message, *self._idle.pop())
            except _NotAnswered:  # the server has closed the idle connection: any client asks again
                pass
        return await self._answered(message, *await asyncio.open_connection("127.0.0.1", self._load.port))

    async def _answered(self, message: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
        try:
            writer.write(message)
            head = (await _head_of(reader)).lower()
            length = next(
                int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.startswith(b"content-length")
            )
            await reader.readexactly(length)
        except BaseException:
            writer.close()
            raise
        if b"connection: close" in head:
            writer.close()
        else:
            self._idle.append((reader, writer))
        return int(head.split(b" ", 2)[1])


class _NotAnswered(EOFError):
    """The connection was closed before a byte of an answer came."""


async def _head_of(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except ConnectionResetError as error:
        raise _NotAnswered from error
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise
        raise _NotAnswered from error


def _message(path: str, body: bytes) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return head.encode() + b"\r\n\r\n" + body
