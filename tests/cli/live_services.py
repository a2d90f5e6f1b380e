"""Applications served by uvicorn on the loopback, from a thread of the test's process."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import uvicorn
from fastapi import FastAPI


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The address of the running application; it has answered once."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1, ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        try:
            # The socket listens already, so this waits until the application has started.
            assert httpx.get(f"{url}/healthz", timeout=60).status_code == 200
            yield url
        finally:
            server.should_exit = True
            thread.join(timeout=30)


@contextmanager
def closed_address() -> Iterator[str]:
    """An address that refuses every connection."""
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{unheard.getsockname()[1]}"
