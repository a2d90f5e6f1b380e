"""Services as child processes, each ended by its own process id."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from types import FrameType

import httpx

from services.cli.clients import Service
from services.cli.problems import CommandProblem
from services.cli.serving import GRACE_SECONDS, address

START_SECONDS = 120
STOP_SECONDS = GRACE_SECONDS + 15
_POLL_SECONDS = 0.05
_SHOWN_LOG_LINES = 15


class ChildService:
    """A running `liaison serve` on a socket that is open before it starts, so that nobody else can take its port."""

    def __init__(
        self, service: Service, listening: socket.socket, *, environment: Mapping[str, str], log: Path | None = None
    ) -> None:
        """`log` takes what it prints; without one it prints where its parent does."""
        self.service = service
        host, port = listening.getsockname()[:2]
        self.url = address({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port)  # noqa: S104 - only compared
        self._log = log
        with contextlib.ExitStack() as opened:
            opened.enter_context(listening)
            output = opened.enter_context(log.open("ab")) if log else None
            self._process = subprocess.Popen(  # noqa: S603 - our own program with our own arguments
                [
                    sys.executable,
                    "-P",
                    "-m",
                    "services.cli",
                    "serve",
                    service.value,
                    "--socket",
                    str(listening.fileno()),
                ],
                pass_fds=[listening.fileno()],
                stdin=subprocess.PIPE,  # closed when this process ends, however it ends: the child ends then
                stdout=output,
                stderr=output,
                env={**os.environ, **environment},
                start_new_session=True,  # Ctrl-C reaches the parent alone, which ends its children in order
            )

    def wait_until_ready(self) -> None:
        """Return once it can serve; raises CommandProblem with the end of its log where it cannot."""
        deadline = monotonic() + START_SECONDS
        with httpx.Client(base_url=self.url, timeout=START_SECONDS) as http:
            while monotonic() < deadline:
                self.check()
                with contextlib.suppress(httpx.TransportError):
                    if http.get("/readyz").status_code == httpx.codes.OK:
                        return
                sleep(_POLL_SECONDS)
        raise CommandProblem(f"The {self.service} was not ready after {START_SECONDS} s.", *self._log_lines())

    def check(self) -> None:
        """Raise CommandProblem if it has ended."""
        code = self._process.poll()
        if code is not None:
            raise CommandProblem(f"The {self.service} ended with exit code {code}.", *self._log_lines())

    def ask_to_end(self) -> None:
        """Send the signal; the answer is not waited for."""
        if self._process.poll() is None:
            self._process.terminate()

    def stop(self) -> None:
        """End it, by force where it does not end by itself."""
        self.ask_to_end()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        finally:
            if self._process.stdin:
                self._process.stdin.close()

    def _log_lines(self) -> list[str]:
        if self._log is None:
            return []
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        return [f"{self._log} ends with:", *(f"  {line}" for line in lines[-_SHOWN_LOG_LINES:])]


@contextmanager
def ended_together(children: list[ChildService]) -> Iterator[None]:
    """End every child with the block; all are asked at once, since the matcher waits for the catalog's feed."""
    try:
        yield
    finally:
        for child in children:
            child.ask_to_end()
        for child in children:
            child.stop()


@contextmanager
def interrupted_by_signals() -> Iterator[None]:
    """SIGTERM and SIGHUP raise KeyboardInterrupt as Ctrl-C does, so that every `finally` runs."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():  # only the main thread gets signals
        yield
        return
    before = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def wait_while_running(children: list[ChildService]) -> None:
    """Return never: raises KeyboardInterrupt when asked to end, CommandProblem when a child has ended."""
    while True:
        for child in children:
            child.check()
        sleep(0.2)
