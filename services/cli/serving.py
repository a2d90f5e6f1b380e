"""Runs one service in this process, on an address that it may listen on."""

import contextlib
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import typer
from fastapi import FastAPI
from pydantic import ValidationError

from services.cli.problems import CommandProblem, setting_lines
from shared.kit.settings import ServiceSettings

if TYPE_CHECKING:
    import uvicorn

GRACE_SECONDS = 3
"""How long open requests may take to end; the feed's long poll is cut off then."""
AnySettings = TypeVar("AnySettings", bound=ServiceSettings)


def settings_of(settings_type: type[AnySettings], **given: object) -> AnySettings:
    """Settings from the environment, with what was given on the command line in front; raises CommandProblem."""
    stated = {name: value for name, value in given.items() if value is not None}
    try:
        return settings_type(**stated)  # type: ignore[arg-type]  # pydantic checks the types
    except ValidationError as error:
        prefix = settings_type.model_config.get("env_prefix", "")
        raise CommandProblem(*setting_lines(error, prefix, list(stated))) from None


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; raises CommandProblem. Settings refuse addresses that strangers reach without being asked."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=2048)
    except (OSError, UnicodeError) as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
        raise CommandProblem(
            f"--host, --port: cannot listen on {host} port {port} ({reason}). "
            "End what listens there or give another port; 0 takes a free one."
        ) from None


def uvicorn_config(app: FastAPI, settings: ServiceSettings) -> "uvicorn.Config":
    """How an application is served."""
    from uvicorn import Config  # noqa: PLC0415 - only a command that serves needs it

    return Config(
        app,
        log_config=None,  # its lines come out as ours do
        log_level=settings.log_level.lower(),
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        proxy_headers=settings.trusted_proxies is not None,
        forwarded_allow_ips=settings.trusted_proxies,
    )


def run_service(name: str, build: Callable[[], FastAPI], settings: ServiceSettings, listening: socket.socket) -> None:
    """Serve until SIGINT or SIGTERM; raises CommandProblem where it does not start."""
    from shared.kit.draining import DrainingServer  # noqa: PLC0415

    host, port = listening.getsockname()[:2]
    app = build()
    typer.echo(f"The {name} listens on {address(host, port)} (API documentation: {address(host, port)}/docs)", err=True)
    server = DrainingServer(
        uvicorn_config(app, settings), app.state.drain, drain_seconds=settings.shutdown_drain_seconds
    )
    with contextlib.suppress(KeyboardInterrupt):  # uvicorn has ended by then and passes the signal on
        server.run(sockets=[listening])
    if not server.started:
        raise CommandProblem(f"The {name} did not start; what is logged above says why.")


def address(host: str, port: int) -> str:
    """As a URL."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def end_with_parent() -> None:
    """Ask this process to end once its standard input is closed: whoever started it is gone then."""

    def wait_for_the_end() -> None:
        while os.read(sys.stdin.fileno(), 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait_for_the_end, name="end-with-parent", daemon=True).start()
