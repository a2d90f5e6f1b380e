"""The load generator: keep-alive clients in a process of its own, on plain sockets so that it takes little CPU."""

import asyncio
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from time import perf_counter

from services.cli.bench.errors import BenchProblem
from services.cli.bench.processes import answer_in_child
from services.cli.bench.report import percentile

_LONGEST_SECONDS = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadPlan:
    """POST requests to one path, each client sending its next when the last is answered."""

    port: int
    path: str
    bodies: Sequence[bytes]
    clients: int
    requests: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadResult:
    """Latencies of the answered requests and how long all of them took."""

    latencies_seconds: Sequence[float]
    seconds: float

    def figures(self) -> dict[str, float]:
        """Percentiles and throughput."""
        return {
            "p50_ms": 1000 * percentile(self.latencies_seconds, 50),
            "p99_ms": 1000 * percentile(self.latencies_seconds, 99),
            "requests_per_second": len(self.latencies_seconds) / self.seconds,
        }


def run_load(plan: LoadPlan) -> LoadResult:
    """Carry out a plan in a fresh process; raises BenchProblem at the first answer that is not 200."""
    result = answer_in_child(send_load, plan)
    if isinstance(result, LoadResult):
        return result
    raise BenchProblem(f"POST {plan.path} answered {result}")


def send_load(plan: LoadPlan, pipe: Connection) -> None:
    """What the child runs."""
    try:
        pipe.send(asyncio.run(asyncio.wait_for(_all_clients(plan), _LONGEST_SECONDS)))
    except BenchProblem as problem:
        pipe.send(str(problem))
    except TimeoutError:
        pipe.send(f"too slowly: {plan.requests} requests took more than {_LONGEST_SECONDS:.0f} s")


async def _all_clients(plan: LoadPlan) -> LoadResult:
    connections = [await asyncio.open_connection("127.0.0.1", plan.port) for _ in range(plan.clients)]
    messages = itertools.cycle([_message(plan.path, body) for body in plan.bodies])
    for (reader, writer), message in zip(connections, messages, strict=False):  # a first one each, not counted
        await _exchange(reader, writer, message)
    todo = itertools.islice(messages, plan.requests)
    latencies: list[float] = []
    started = perf_counter()
    await asyncio.gather(*(_client(reader, writer, todo, latencies) for reader, writer in connections))
    seconds = perf_counter() - started
    for _, writer in connections:
        writer.close()
    return LoadResult(latencies_seconds=latencies, seconds=seconds)


async def _client(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, todo: Iterator[bytes], latencies: list[float]
) -> None:
    for message in todo:
        sent = perf_counter()
        await _exchange(reader, writer, message)
        latencies.append(perf_counter() - sent)


async def _exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, message: bytes) -> None:
    writer.write(message)
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
    )
    body = await reader.readexactly(length)
    status = head.split(b" ", 2)[1]
    if status != b"200":
        raise BenchProblem(f"{status.decode()}: {body[:300].decode(errors='replace')}")


def _message(path: str, body: bytes) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return head.encode() + b"\r\n\r\n" + body
