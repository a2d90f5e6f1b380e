"""`liaison backup` and `liaison restore`: the database of one service."""

from pathlib import Path
from typing import Annotated

import typer

from services.cli.clients import Service

DatabaseUrl = Annotated[
    str | None, typer.Option(help="The service's database.", show_default="that of the service's settings")
]
Programs = Annotated[
    Path | None,
    typer.Option(exists=True, file_okay=False, help="Folder of pg_dump and pg_restore.", show_default="on the PATH"),
]


def backup_command(
    service: Annotated[Service, typer.Argument(help="Whose database.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to; it must not exist.")],
    database_url: DatabaseUrl = None,
    programs: Programs = None,
) -> None:
    """Copy a service's database into one file; the service may run meanwhile."""
    from services.cli.backup.backups import back_up  # noqa: PLC0415 - fast --help
    from services.cli.backup.kept_services import kept_service  # noqa: PLC0415

    back_up(kept_service(service), database_url or _configured(service), file, programs=programs)
    typer.echo(f"{file}: the {service}'s database, {file.stat().st_size:,} bytes")


def restore_command(
    service: Annotated[Service, typer.Argument(help="Whose database.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `liaison backup` wrote.")],
    database_url: DatabaseUrl = None,
    replace: Annotated[bool, typer.Option("--replace", help="Give up what the database holds now.")] = False,
    programs: Programs = None,
) -> None:
    """Make a service's database of a backup; stop the service first. Matchers find out and read the feed anew."""
    from services.cli.backup.backups import restore  # noqa: PLC0415 - fast --help
    from services.cli.backup.kept_services import kept_service  # noqa: PLC0415

    url = database_url or _configured(service)
    counts = restore(kept_service(service), url, file, replace=replace, programs=programs)
    typer.echo(f"{file}: restored, at the newest schema")
    for name, count in counts.items():
        typer.echo(f"  {name}: {count:,}")


def _configured(service: Service) -> str:
    from services.cli.serving import settings_of  # noqa: PLC0415 - fast --help

    if service is Service.CATALOG:
        from services.catalog.settings import CatalogSettings  # noqa: PLC0415

        return settings_of(CatalogSettings).database_url
    from services.matcher.settings import MatcherSettings  # noqa: PLC0415

    return settings_of(MatcherSettings).database_url
