"""`liaison doctor`: the checks in order, as a table in two languages or as JSON."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.table import Table
from rich.text import Text

from services.cli.clients import CATALOG_URL, MATCHER_URL, CatalogUrl, MatcherUrl, Service
from services.cli.doctor.databases import database_findings
from services.cli.doctor.findings import Finding, Verdict, Words, as_json, is_sound
from services.cli.doctor.installation import has_extra, package_finding, python_finding, weights_finding
from services.cli.doctor.machine import disk_finding, folder_finding
from services.cli.doctor.running import running_findings
from services.cli.match_display import terminal_or_wide
from services.cli.problems import setting_lines

_SHOWN = {
    Verdict.FINE: Text("ok 正常", style="green"),
    Verdict.WARNING: Text("warning 注意", style="yellow"),
    Verdict.FAILURE: Text("FAILURE 故障", style="bold red"),
}


def doctor_command(
    service: Annotated[
        list[Service] | None,
        typer.Option(help="Check this service only; may be repeated.", show_default="installed ones"),
    ] = None,
    as_json_: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
    catalog_url: CatalogUrl = CATALOG_URL,
    matcher_url: MatcherUrl = MATCHER_URL,
) -> None:
    """Check this installation and say what to do next, in English and Chinese. Exit code 1 where something failed."""
    services = list(dict.fromkeys(service or [one for one in Service if has_extra(one)]))
    urls = {Service.CATALOG: catalog_url, Service.MATCHER: matcher_url}
    findings = [python_finding(), package_finding([one.value for one in services])]
    for one in services:
        findings += _service_findings(one, urls[one])
    if as_json_:
        typer.echo(json.dumps(as_json(findings), indent=2, ensure_ascii=False))
    else:
        terminal_or_wide().print(_table(findings))
    if not is_sound(findings):
        raise typer.Exit(1)


def _service_findings(service: Service, url: str) -> Iterator[Finding]:
    if not has_extra(service):
        return  # the finding on packages has told
    try:
        yield from _catalog_findings(url) if service is Service.CATALOG else _matcher_findings(url)
    except ValidationError as error:
        told = "; ".join(setting_lines(error, f"LIAISON_{service.upper()}_", []))
        yield Finding(
            check=Words(en=f"{service}: settings", zh=f"{service}：配置"),
            verdict=Verdict.FAILURE,
            found=Words(en=told, zh=told),
            todo=Words(en="Correct them in the environment.", zh="请修正对应的环境变量。"),
        )


def _catalog_findings(url: str) -> Iterator[Finding]:
    from services.catalog.schema import MIGRATIONS, VERSION_TABLE  # noqa: PLC0415 - fast --help
    from services.catalog.settings import CatalogSettings  # noqa: PLC0415

    settings = CatalogSettings()
    yield from database_findings("catalog", settings.database_url, MIGRATIONS, VERSION_TABLE)
    yield from _folder_findings("catalog", settings.database_url)
    yield from running_findings("catalog", url, settings.host)


def _matcher_findings(url: str) -> Iterator[Finding]:
    from services.matcher.embedding.encoder import BUNDLED_MODEL  # noqa: PLC0415
    from services.matcher.schema import MIGRATIONS, VERSION_TABLE  # noqa: PLC0415 - fast --help
    from services.matcher.settings import MatcherSettings  # noqa: PLC0415

    settings = MatcherSettings()
    if settings.model == BUNDLED_MODEL:
        yield weights_finding()
    yield from database_findings("matcher", settings.database_url, MIGRATIONS, VERSION_TABLE)
    yield from _folder_findings("matcher", settings.database_url, settings.data_directory)
    yield from running_findings("matcher", url, settings.host)


def _folder_findings(service: str, database_url: str, *folders: Path) -> Iterator[Finding]:
    """Of the folders that a service writes, its SQLite file's among them."""
    path = database_url.partition("///")[2] if database_url.startswith("sqlite:") else ""
    written = [*([Path(path).parent] if path else []), *folders]
    for folder in dict.fromkeys(written):
        yield folder_finding(service, folder)
        yield disk_finding(service, folder)


def _table(findings: list[Finding]) -> Table:
    table = Table(title="liaison doctor 安装检查", title_justify="left", show_lines=True)
    for column in ("check 检查项", "verdict 结论", "found 结果", "what to do 下一步"):
        table.add_column(column, overflow="fold")
    for one in findings:
        table.add_row(_both(one.check), _SHOWN[one.verdict], _both(one.found), _both(one.todo))
    return table


def _both(words: Words | None) -> Text:
    if words is None:
        return Text("")
    return Text(words.en if words.en == words.zh else f"{words.en}\n{words.zh}")
