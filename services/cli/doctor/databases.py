"""Checks of a service's database: reachable, migrated, durable."""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import make_url, text
from sqlalchemy.exc import SQLAlchemyError

from services.cli.doctor.findings import Finding, Verdict, Words
from shared.kit.database import Database, create_database
from shared.kit.errors import ServiceError
from shared.kit.migrations import SchemaState, schema_state

_DURABLE = {
    "fsync": ("on",),
    "full_page_writes": ("on",),
    "synchronous_commit": ("on", "local", "remote_write", "remote_apply"),
}
_DURABLE_SQLITE = {"2", "3"}  # FULL and EXTRA


def database_findings(service: str, url: str, migrations: Path, version_table: str) -> Iterator[Finding]:
    """One finding on reaching it, and then on its schema and on what a commit survives; changes nothing."""
    check = Words(en=f"{service}: database", zh=f"{service}：数据库")
    try:
        path = _sqlite_path(url)
        if path is not None and not path.exists():
            yield _not_there_yet(check, path)
            return
        database = create_database(url)
    except (ValueError, SQLAlchemyError) as error:
        yield _unreachable(check, service, str(error).splitlines()[0])
        return
    try:
        database.ping()
        yield Finding(check=check, verdict=Verdict.FINE, found=Words(en="answers", zh="可访问"))
        yield _schema_finding(service, schema_state(database, migrations, version_table=version_table))
        yield _durability_finding(service, database)
    except (ServiceError, SQLAlchemyError) as error:
        yield _unreachable(check, service, str(error).splitlines()[0])
    finally:
        database.close()


def _sqlite_path(url: str) -> Path | None:
    parsed = make_url(url)
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


def _not_there_yet(check: Words, path: Path) -> Finding:
    return Finding(
        check=check,
        verdict=Verdict.WARNING,
        found=Words(en=f"{path} is not there yet", zh=f"{path} 尚不存在"),
        todo=Words(
            en="Nothing, before the first start: it is made then. Otherwise check the address.",
            zh="首次启动时会自动创建；若并非首次启动，请检查数据库地址。",
        ),
    )


def _unreachable(check: Words, service: str, reason: str) -> Finding:
    setting = f"LIAISON_{service.upper()}_DATABASE_URL"
    return Finding(
        check=check,
        verdict=Verdict.FAILURE,
        found=Words(en=f"does not answer: {reason}", zh=f"无法访问：{reason}"),
        todo=Words(en=f"Check that it runs, and {setting}.", zh=f"请确认数据库已启动，并检查 {setting}。"),
    )


def _schema_finding(service: str, state: SchemaState) -> Finding:
    check = Words(en=f"{service}: schema", zh=f"{service}：表结构")
    if state.missing:
        return Finding(
            check=check,
            verdict=Verdict.FAILURE,
            found=Words(en=f"{state.missing} migrations are missing", zh=f"缺少 {state.missing} 个迁移"),
            todo=Words(en=f"Run liaison migrate {service}.", zh=f"请运行 liaison migrate {service}。"),
        )
    if state.is_ahead:
        return Finding(
            check=check,
            verdict=Verdict.WARNING,
            found=Words(en=f"{state.current} is of a newer version", zh=f"{state.current} 属于更新的版本"),
            todo=Words(en="Finish the upgrade of this installation.", zh="请完成本机程序的升级。"),
        )
    return Finding(
        check=check, verdict=Verdict.FINE, found=Words(en=f"{state.current}, newest", zh=f"{state.current}，最新")
    )


def _durability_finding(service: str, database: Database) -> Finding:
    check = Words(en=f"{service}: durability", zh=f"{service}：持久性")
    weak = list(_weak_settings(database))
    if weak:
        told = ", ".join(weak)
        return Finding(
            check=check,
            verdict=Verdict.FAILURE,
            found=Words(
                en=f"a power cut may lose what was acknowledged: {told}", zh=f"断电可能丢失已确认的数据：{told}"
            ),
            todo=Words(en="Set them to on, in the server's configuration.", zh="请在数据库服务器配置中改为 on。"),
        )
    return Finding(check=check, verdict=Verdict.FINE, found=Words(en="a commit is on disk", zh="提交即落盘"))


def _weak_settings(database: Database) -> Iterator[str]:
    with database.read() as session:
        if not database.is_postgresql:
            value = str(session.execute(text("PRAGMA synchronous")).scalar_one())
            if value not in _DURABLE_SQLITE:
                yield f"synchronous = {value}"
            return
        for name, durable in _DURABLE.items():
            value = str(session.execute(text("SELECT current_setting(:name)"), {"name": name}).scalar_one())
            if value not in durable:
                yield f"{name} = {value}"
