"""Service processes that are killed with SIGKILL and started again on the same address."""

import contextlib
import multiprocessing
import os
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Any

import httpx

from services.cli.bench.errors import BenchProblem

_START_SECONDS = 120.0
_STOP_SECONDS = 5.0
_ANSWER_SECONDS = 10.0
_PRELOADED = ("services.cli.bench.servers", "services.catalog.app", "services.matcher.app")


class KilledProcess:
    """A fresh process that runs one function and may be killed; the function's last argument is its end of a pipe."""

    def __init__(self, target: Callable[..., None], *arguments: Any) -> None:  # Any: what the target takes
        # A process that has imported everything and started no thread gives birth to all others, in milliseconds.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(list(_PRELOADED))
        self.pipe, theirs = context.Pipe()
        self._process = context.Process(target=target, args=(*arguments, theirs), daemon=True)
        self._process.start()
        theirs.close()

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process.pid is not None
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it runs."""
        return self._process.is_alive()

    def kill(self) -> None:
        """SIGKILL; returns once it is gone."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self._process.join()
        self.pipe.close()

    def stop(self) -> None:
        """Ask it to end by closing the pipe, and kill it where it does not."""
        self.pipe.close()
        self._process.join(_STOP_SECONDS)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()


class ServiceProcesses:
    """Processes that take requests from one listening socket, as workers of one service do."""

    def __init__(self, workers: Sequence[tuple[Callable[..., None], tuple[Any, ...]]]) -> None:
        """Each worker is a target and its arguments; the socket and the pipe come after these."""
        # Ours stays open while a worker is dead: who connects meanwhile waits instead of being refused.
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._workers = list(workers)
        self._running = [self._started(number) for number in range(len(self._workers))]

    def __len__(self) -> int:
        return len(self._running)

    def pid(self, number: int) -> int:
        """Of the process that runs as this worker now."""
        return self._running[number].pid

    def kill_and_start(self, number: int) -> None:
        """SIGKILL one worker and start another in its place; returns once that one imports nothing more."""
        self._running[number].kill()
        self._running[number] = self._started(number)

    def wait_until_ready(self) -> None:
        """Return once `/readyz` agrees, with workers that gave up started again; raises BenchProblem."""
        deadline = monotonic() + _START_SECONDS
        while monotonic() < deadline:
            self._start_ended()
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{self.url}/readyz", timeout=_ANSWER_SECONDS).status_code == httpx.codes.OK:
                    return
            sleep(0.05)
        raise BenchProblem(f"the service at {self.url} was not ready after {_START_SECONDS:.0f} s")

    def _start_ended(self) -> None:
        """As whoever runs a service does: one that starts while its database recovers ends with an error."""
        for number, process in enumerate(self._running):
            if not process.is_alive:
                self.kill_and_start(number)

    def stop(self) -> None:
        """End every worker and close the socket."""
        for process in self._running:
            process.stop()
        self._listening.close()

    def _started(self, number: int) -> KilledProcess:
        target, arguments = self._workers[number]
        process = KilledProcess(target, *arguments, self._listening)
        process.pipe.recv()  # sent once its libraries are imported
        return process


@contextmanager
def running_processes(workers: Sequence[tuple[Callable[..., None], tuple[Any, ...]]]) -> Iterator[ServiceProcesses]:
    """Processes of one service, ended with the block."""
    processes = ServiceProcesses(workers)
    try:
        yield processes
    finally:
        processes.stop()
