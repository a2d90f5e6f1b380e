"""`liaison serve catalog | matcher | all`: the services, on this machine alone unless told otherwise."""

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from services.cli.clients import Service
from services.cli.problems import CommandProblem

serve_app = typer.Typer(
    help="Run the services; what is not given here comes from the environment: see docs/operations.md.",
    no_args_is_help=True,
)

Host = Annotated[str | None, typer.Option(help="The address to listen on.", show_default="127.0.0.1")]
OpenSocket = Annotated[int | None, typer.Option("--socket", hidden=True, help="An inherited listening socket.")]


@serve_app.command("catalog")
def serve_catalog(
    host: Host = None,
    port: Annotated[int | None, typer.Option(help="0 takes a free one.", show_default="8001")] = None,
    database_url: Annotated[str | None, typer.Option(help="sqlite:///path or postgresql://user@host/name.")] = None,
    inherited: OpenSocket = None,
) -> None:
    """The system of record."""
    from services.catalog.app import create_app, open_catalog  # noqa: PLC0415 - fast --help
    from services.catalog.settings import CatalogSettings  # noqa: PLC0415
    from services.cli.serving import run_service, settings_of  # noqa: PLC0415

    settings = settings_of(CatalogSettings, host=host, port=port, database_url=database_url)
    listening = _socket(settings.host, settings.port, inherited)
    with told_database_problems():
        open_catalog(settings.database_url, migrate=settings.migrate_on_start).close()
    run_service("catalog", lambda: create_app(settings), settings, listening)


@serve_app.command("matcher")
def serve_matcher(
    host: Host = None,
    port: Annotated[int | None, typer.Option(help="0 takes a free one.", show_default="8002")] = None,
    catalog_url: Annotated[str | None, typer.Option(help="Where the change feed is read.")] = None,
    database_url: Annotated[str | None, typer.Option(help="sqlite:///path or postgresql://user@host/name.")] = None,
    data_directory: Annotated[Path | None, typer.Option(help="Saved index snapshots.")] = None,
    model: Annotated[str | None, typer.Option(help="The bundled model, a folder, or a hub's name.")] = None,
    inherited: OpenSocket = None,
) -> None:
    """Derived state and matches; follows the catalog's change feed."""
    from services.cli.serving import run_service, settings_of  # noqa: PLC0415 - fast --help
    from services.matcher.app import create_app  # noqa: PLC0415
    from services.matcher.bootstrap import open_database  # noqa: PLC0415
    from services.matcher.settings import MatcherSettings  # noqa: PLC0415

    settings = settings_of(
        MatcherSettings,
        host=host,
        port=port,
        catalog_url=catalog_url,
        database_url=database_url,
        data_directory=data_directory,
        model=model,
    )
    listening = _socket(settings.host, settings.port, inherited)
    with told_database_problems():
        open_database(settings.database_url, migrate=settings.migrate_on_start).close()
    run_service("matcher", lambda: create_app(settings), settings, listening)


@serve_app.command("all")
def serve_all(
    host: Host = None,
    catalog_port: Annotated[int | None, typer.Option(help="0 takes a free one.", show_default="8001")] = None,
    matcher_port: Annotated[int | None, typer.Option(help="0 takes a free one.", show_default="8002")] = None,
) -> None:
    """Both services as two processes; ends both when asked to end, or when one ends."""
    from services.catalog.settings import CatalogSettings  # noqa: PLC0415 - fast --help
    from services.cli.child_services import (  # noqa: PLC0415
        ChildService,
        ended_together,
        interrupted_by_signals,
        wait_while_running,
    )
    from services.cli.serving import settings_of  # noqa: PLC0415
    from services.matcher.settings import MatcherSettings  # noqa: PLC0415

    catalog = settings_of(CatalogSettings, host=host, port=catalog_port)
    matcher = settings_of(MatcherSettings, host=host, port=matcher_port)
    sockets = {
        Service.CATALOG: _socket(catalog.host, catalog.port, None),
        Service.MATCHER: _socket(matcher.host, matcher.port, None),
    }
    children: list[ChildService] = []
    with contextlib.suppress(KeyboardInterrupt), interrupted_by_signals(), ended_together(children):
        children.append(ChildService(Service.CATALOG, sockets[Service.CATALOG], environment={}))
        feed = {"LIAISON_MATCHER_CATALOG_URL": children[0].url}
        children.append(ChildService(Service.MATCHER, sockets[Service.MATCHER], environment=feed))
        wait_while_running(children)


def _socket(host: str, port: int, inherited: int | None) -> socket.socket:
    """The inherited socket, whose giver has checked its address, or a new one."""
    from services.cli.serving import end_with_parent, listen  # noqa: PLC0415 - fast --help

    if inherited is None:
        return listen(host, port)
    end_with_parent()
    try:
        return socket.socket(fileno=inherited)
    except OSError:
        raise CommandProblem(f"--socket: {inherited} is no inherited socket; use --port.") from None


@contextlib.contextmanager
def told_database_problems() -> Iterator[None]:
    """A database that cannot be opened, in words and before anything is served."""
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 - fast --help

    from shared.kit.errors import ServiceError  # noqa: PLC0415
    from shared.kit.migrations import SchemaMismatchError  # noqa: PLC0415

    try:
        yield
    except SchemaMismatchError as error:
        raise CommandProblem(str(error)) from None
    except (SQLAlchemyError, ServiceError, ValueError, OSError) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise CommandProblem(f"--database-url: {reason}. Check the address and that the database runs.") from None
