"""`make backends`: the vector backends on servers of their own for the time being; a dated report under var/reports."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from services.cli.bench.backends import BackendsOptions, run
from services.cli.bench.commands import DEFAULT_DIRECTORY
from services.cli.bench.report import as_json, as_tables
from services.cli.evaluation_display import StageBars
from services.matcher.settings import VectorBackend
from tests.milvus import running_milvus
from tests.postgres import running_server

REPORTS = Path("var/reports")


def main(profiles: int = 583, data: Path | None = None) -> None:
    """Measure the bundled corpus, or `profiles` of a folder; print, write, and fail where a check does not hold."""
    with running_server() as postgres, running_milvus() as milvus, StageBars() as bars:
        urls = {VectorBackend.PGVECTOR: postgres.url(postgres.create_database()), VectorBackend.MILVUS: milvus}
        report = run(BackendsOptions(directory=DEFAULT_DIRECTORY, profiles=profiles, data=data, urls=urls), bars)
    Console().print(as_tables(report))
    REPORTS.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    written = {"written_at": now.isoformat(timespec="seconds"), **as_json(report)}
    path = REPORTS / f"backends-{now:%Y-%m-%d}.json"
    path.write_text(json.dumps(written, indent=2, allow_nan=False) + "\n", encoding="utf-8")
    sys.exit(0 if all(report.checks.values()) else 1)


if __name__ == "__main__":
    main(*(convert(given) for convert, given in zip((int, Path), sys.argv[1:], strict=False)))
