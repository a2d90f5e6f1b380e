"""Child processes of a benchmark: each talks over a pipe and is ended by its own process id."""

import contextlib
import multiprocessing
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Any

import httpx

from services.cli.bench.errors import BenchProblem

_LONGEST_START_SECONDS = 300.0
_LONGEST_STOP_SECONDS = 3.0
_CPU_QUESTION = "cpu_seconds"


class Child:
    """A fresh Python process that runs one function; the function's last argument is its end of the pipe."""

    def __init__(self, target: Callable[..., None], *arguments: Any) -> None:  # Any: what the target takes
        context = multiprocessing.get_context("spawn")  # a fork would share torch's and FAISS's thread pools
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=target, args=(*arguments, theirs), daemon=True)
        self._process.start()
        theirs.close()

    def receive(self) -> Any:  # Any: what the target sends
        """The next thing that the function sends; raises BenchProblem where it ends without."""
        try:
            return self._pipe.recv()
        except EOFError:
            self._process.join(_LONGEST_STOP_SECONDS)
            raise BenchProblem(f"a child process ended with exit code {self._process.exitcode}") from None

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process.pid is not None  # it was started
        return self._process.pid

    def cpu_seconds(self) -> float:
        """Processor time that a server has used so far."""
        self._pipe.send(_CPU_QUESTION)
        return float(self.receive())

    def send(self, message: Any) -> None:  # Any: what the target takes
        """Tell the function something."""
        self._pipe.send(message)

    def wait(self, seconds: float) -> None:
        """Return once it has ended; raises BenchProblem where it does not within so many seconds."""
        self._process.join(seconds)
        if self._process.is_alive():
            raise BenchProblem(f"a child process did not end within {seconds:.0f} s")

    def ask_to_end(self) -> None:
        """Close the pipe: a server then ends as it would by itself."""
        self._pipe.close()

    def stop(self) -> None:
        """Wait until it has ended, and end it where it does not."""
        self.ask_to_end()
        self._process.join(_LONGEST_STOP_SECONDS)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()


def answer_in_child(target: Callable[..., None], *arguments: Any) -> Any:  # Any: what the target takes and sends
    """What a function sends from a process of its own."""
    child = Child(target, *arguments)
    try:
        return child.receive()
    finally:
        child.stop()


class Server:
    """A child that serves HTTP on loopback; `target(*arguments, socket, pipe)` sends its start as monotonic time."""

    def __init__(self, target: Callable[..., None], *arguments: Any) -> None:  # Any: what the target takes
        with socket.create_server(("127.0.0.1", 0)) as listening:
            self.port: int = listening.getsockname()[1]
            self.child = Child(target, *arguments, listening)
            # Only the child may keep the socket, so that a dead server refuses connections; it has it once it sends.
            self.libraries_imported_at: float = self.child.receive()
        self.url = f"http://127.0.0.1:{self.port}"

    def wait_until_ready(self) -> float:
        """Monotonic time at which `/readyz` first agreed; raises BenchProblem."""
        deadline = monotonic() + _LONGEST_START_SECONDS
        with httpx.Client(base_url=self.url, timeout=60) as http:
            while monotonic() < deadline:
                with contextlib.suppress(httpx.TransportError):
                    if http.get("/readyz").status_code == 200:
                        return monotonic()
                sleep(0.005)
        raise BenchProblem(f"the server on port {self.port} was not ready after {_LONGEST_START_SECONDS:.0f} s")


@contextmanager
def running(target: Callable[..., None], *arguments: Any) -> Iterator[Server]:  # Any: what the target takes
    """A server, ended with the block."""
    server = Server(target, *arguments)
    try:
        yield server
    finally:
        server.child.stop()


@contextmanager
def closed_url() -> Iterator[str]:
    """A loopback address that refuses every connection: a catalog that cannot be reached."""
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{unheard.getsockname()[1]}"
