"""`liaison migrate`: brings the databases to the newest schema and ends; for a job before the services start."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from services.cli.serve_command import told_database_problems


class Owner(StrEnum):
    """Whose database."""

    CATALOG = "catalog"
    MATCHER = "matcher"


def migrate_command(
    services: Annotated[list[Owner], typer.Argument(help="Whose databases; their addresses come from the settings.")],
) -> None:
    """Bring databases to the newest schema, each in one transaction; once more changes nothing."""
    for owner in dict.fromkeys(services):
        url, folder, version_table = _DATABASES[owner]()
        typer.echo(f"{owner}: {_migrated(url, folder, version_table)}")


def _migrated(url: str, folder: Path, version_table: str) -> str:
    """What was done, in words."""
    from shared.kit.database import create_database  # noqa: PLC0415 - fast --help
    from shared.kit.migrations import schema_state, upgrade  # noqa: PLC0415

    with told_database_problems():
        database = create_database(url)
        try:
            before = schema_state(database, folder, version_table=version_table)
            if before.is_ahead:
                return f"left at {before.current}, which a newer version made"
            upgrade(database, folder, version_table=version_table)
        finally:
            database.close()
    if not before.missing:
        return f"already at {before.newest}"
    return f"from {before.current or 'nothing'} to {before.newest}, {before.missing} migrations"


def _catalog() -> tuple[str, Path, str]:
    from services.catalog.schema import MIGRATIONS, VERSION_TABLE  # noqa: PLC0415 - fast --help
    from services.catalog.settings import CatalogSettings  # noqa: PLC0415
    from services.cli.serving import settings_of  # noqa: PLC0415

    return settings_of(CatalogSettings).database_url, MIGRATIONS, VERSION_TABLE


def _matcher() -> tuple[str, Path, str]:
    from services.cli.serving import settings_of  # noqa: PLC0415 - fast --help
    from services.matcher.schema import MIGRATIONS, VERSION_TABLE  # noqa: PLC0415
    from services.matcher.settings import MatcherSettings  # noqa: PLC0415

    return settings_of(MatcherSettings).database_url, MIGRATIONS, VERSION_TABLE


_DATABASES: dict[Owner, Callable[[], tuple[str, Path, str]]] = {Owner.CATALOG: _catalog, Owner.MATCHER: _matcher}
