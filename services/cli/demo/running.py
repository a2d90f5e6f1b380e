"""The demo's folder and its two services."""

import fcntl
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from services.cli.child_services import ChildService, ended_together
from services.cli.clients import Service
from services.cli.problems import CommandProblem
from services.cli.serving import listen

LOOPBACK = "127.0.0.1"
USUAL_PORTS = {Service.CATALOG: 8001, Service.MATCHER: 8002}
NO_IDENTITY = {
    f"LIAISON_{service.name}_{setting}": ""
    for service in Service
    for setting in ("API_KEY_PEPPER", "OIDC_ISSUER", "OIDC_AUDIENCE", "OIDC_JWKS_URL")
}
"""The demo is for one person on one machine, whatever the shell's environment says."""
_DATABASES = ("catalog.db", "matcher.db")
_SNAPSHOTS = "matcher"
_FEED_PAGE_SIZE = 64
"""Smaller than the usual, so that the bar moves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoServices:
    """Both as running processes."""

    catalog: ChildService
    matcher: ChildService

    @property
    def children(self) -> list[ChildService]:
        """Both."""
        return [self.catalog, self.matcher]


@contextmanager
def fresh_directory(directory: Path, *, keep: bool) -> Iterator[None]:
    """The folder, ours alone for the block, without what an earlier run left unless that is kept."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        lock = (directory / "lock").open("w")
    except OSError as error:
        raise CommandProblem(f"--directory: {directory} cannot be written ({error.strerror}). Name another.") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CommandProblem(
                f"--directory: another demo is running in {directory}. End it, or give another folder."
            ) from None
        if not keep:
            _forget_earlier_run(directory)
        yield


def _forget_earlier_run(directory: Path) -> None:
    """Only what a demo writes: the folder may hold other things."""
    for name in _DATABASES:
        for suffix in ("", "-wal", "-shm"):
            (directory / f"{name}{suffix}").unlink(missing_ok=True)
    for log in (_log(directory, service) for service in Service):
        log.unlink(missing_ok=True)
    shutil.rmtree(directory / _SNAPSHOTS, ignore_errors=True)


def _log(directory: Path, service: Service) -> Path:
    return directory / f"{service}.log"


@contextmanager
def running_services(directory: Path, catalog_port: int | None, matcher_port: int | None) -> Iterator[DemoServices]:
    """Both services on the embedded default, started but perhaps not ready; ended with the block."""
    folder = directory.resolve()
    sockets = {
        Service.CATALOG: _socket(Service.CATALOG, catalog_port),
        Service.MATCHER: _socket(Service.MATCHER, matcher_port),
    }
    children: list[ChildService] = []
    with ended_together(children):
        catalog = ChildService(
            Service.CATALOG,
            sockets[Service.CATALOG],
            environment=NO_IDENTITY | {"LIAISON_CATALOG_DATABASE_URL": f"sqlite:///{folder / 'catalog.db'}"},
            log=_log(folder, Service.CATALOG),
        )
        children.append(catalog)
        matcher = ChildService(
            Service.MATCHER,
            sockets[Service.MATCHER],
            environment=NO_IDENTITY
            | {
                "LIAISON_MATCHER_ENCODER_THREADS": str(min(os.cpu_count() or 1, 8)),
                "LIAISON_MATCHER_FEED_PAGE_SIZE": str(_FEED_PAGE_SIZE),
                "LIAISON_MATCHER_DATABASE_URL": f"sqlite:///{folder / 'matcher.db'}",
                "LIAISON_MATCHER_DATA_DIRECTORY": str(folder / _SNAPSHOTS),
                "LIAISON_MATCHER_CATALOG_URL": catalog.url,
            },
            log=_log(folder, Service.MATCHER),
        )
        children.append(matcher)
        yield DemoServices(catalog=catalog, matcher=matcher)


def _socket(service: Service, port: int | None) -> socket.socket:
    if port is not None:
        return listen(LOOPBACK, port)
    try:
        return listen(LOOPBACK, USUAL_PORTS[service])
    except CommandProblem:  # taken: the demo says where it is
        return listen(LOOPBACK, 0)
