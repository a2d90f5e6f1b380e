"""What a database promises of a commit that it has acknowledged, and what it does not."""

from sqlalchemy import text

from shared.kit.database import Database

_NEEDED_ON_POSTGRESQL = ("fsync", "full_page_writes", "synchronous_commit")
_SQLITE_FULL = 2


def durability_problems(database: Database) -> tuple[str, ...]:
    """Each setting under which an acknowledged write may be lost, and how to mend it; none where all is well."""
    with database.read() as session:
        if not database.is_postgresql:
            level = int(session.execute(text("PRAGMA synchronous")).scalar_one())
            return () if level >= _SQLITE_FULL else (f"synchronous is {level}: set it to FULL",)
        found = {name: session.execute(text(f"SHOW {name}")).scalar_one() for name in _NEEDED_ON_POSTGRESQL}
    return tuple(
        f"{name} is {value}: a crash may lose acknowledged writes; set it to on in postgresql.conf"
        for name, value in found.items()
        if value == "off"
    )
