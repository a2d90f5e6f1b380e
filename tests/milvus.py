"""Milvus Lite as a server on the loopback: gRPC as a cluster speaks it, with one process behind it."""

import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LONGEST_START_SECONDS = 60


@contextmanager
def running_milvus() -> Iterator[str]:
    """Its address; ended and removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="liaison-milvus-"))
    port = _free_port()
    command = [sys.executable, "-m", "milvus_lite", "server"]
    process = subprocess.Popen(
        [*command, "--host", "127.0.0.1", "--port", str(port), "--data-dir", str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_listening(process, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_listening(process: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + _LONGEST_START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, "milvus-lite has ended: install the dev extra"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("milvus-lite does not listen")
