"""What a backup must know of each service: how its database is opened, and what a restored one needs."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, inspect, select, table

from services.cli.clients import Service
from shared.kit.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptService:
    """One service's database."""

    service: Service
    version_table: str
    """Tells whose database a file holds."""
    migrations: Path
    open: Callable[[str], Database]
    """At its newest schema."""
    after_restore: Callable[[Database], None]


def kept_service(service: Service) -> KeptService:
    """Imports only what that service needs."""
    if service is Service.CATALOG:
        from services.catalog.app import open_catalog  # noqa: PLC0415 - fast --help
        from services.catalog.changes.epoch import renew_epoch  # noqa: PLC0415
        from services.catalog.schema import MIGRATIONS, VERSION_TABLE  # noqa: PLC0415

        return KeptService(
            service=service,
            version_table=VERSION_TABLE,
            migrations=MIGRATIONS,
            open=open_catalog,
            after_restore=renew_epoch,
        )
    from services.matcher import bootstrap, schema  # noqa: PLC0415 - not installed beside a catalog alone

    return KeptService(
        service=service,
        version_table=schema.VERSION_TABLE,
        migrations=schema.MIGRATIONS,
        open=bootstrap.open_database,
        after_restore=lambda _: None,  # replicas find the gap before their position by themselves
    )


def row_counts(database: Database) -> dict[str, int]:
    """Rows of every table by its name."""
    names = sorted(inspect(database.engine).get_table_names())
    with database.read() as session:
        return {name: session.execute(select(func.count()).select_from(table(name))).scalar_one() for name in names}
