"""`make fuzz`: thousands of generated requests against both services, and a dated report of what came back."""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from fastapi import FastAPI
from starlette.testclient import TestClient

from services.catalog.app import create_app as create_catalog
from services.catalog.settings import CatalogSettings
from services.matcher.app import create_app as create_matcher
from services.matcher.settings import MatcherSettings
from shared.kit.settings import LogLevel
from tests.factories import make_demand, make_project
from tests.fuzz.contract import Findings, fuzz
from tests.matcher.encoders import HashingEncoder
from tests.matcher.feed_server import FeedServer
from tests.postgres import running_server

KINDS = ("5xx", "undocumented", "no problem+json")
_UNLIMITED = "1000000/second"


@contextmanager
def running_catalog(url: str) -> Iterator[FastAPI]:
    """A catalog in this process."""
    app = create_catalog(CatalogSettings(database_url=url, log_level=LogLevel.ERROR, rate_limit=_UNLIMITED))
    with TestClient(app, raise_server_exceptions=False):
        yield app


@contextmanager
def running_matcher(folder: Path) -> Iterator[FastAPI]:
    """A matcher in this process that has read a few profiles."""
    with FeedServer() as feed:
        feed.tell("demand", make_demand())
        for number in range(20):
            feed.tell(f"project-{number}", make_project(title=f"Project number {number}"))
        settings = MatcherSettings(
            catalog_url=feed.url,
            database_url=f"sqlite:///{folder / 'matcher.db'}",
            data_directory=folder / "saved",
            models_directory=folder / "models",
            feed_wait_seconds=0.2,
            log_level=LogLevel.ERROR,
            rate_limit=_UNLIMITED,
        )
        app = create_matcher(settings, lambda _: HashingEncoder())
        with TestClient(app, raise_server_exceptions=False):
            feed.wait_until_read_to(feed.latest_seq)
            yield app


def run(cases: int, seed_number: int) -> dict[str, Findings]:
    """Of the cases, half go to the matcher and a quarter to a catalog on each sort of database."""
    found: dict[str, Findings] = {}
    with tempfile.TemporaryDirectory(prefix="liaison-fuzz-") as name, running_server() as server:
        folder = Path(name)
        catalogs = {
            "catalog on SQLite": f"sqlite:///{folder / 'catalog.db'}",
            "catalog on PostgreSQL": server.url(server.create_database()),
        }
        for service, url in catalogs.items():
            with running_catalog(url) as app:
                found[service] = fuzz(app, cases=-(-cases // 4), seed_number=seed_number)
        with running_matcher(folder) as app:
            found["matcher"] = fuzz(app, cases=-(-cases // 2), seed_number=seed_number)
    return found


def report(found: dict[str, Findings], seed_number: int, now: datetime) -> str:
    """As Markdown."""
    lines = [f"# Generated requests against both services, {now:%Y-%m-%d %H:%M} UTC", "", f"Seed {seed_number}.", ""]
    lines += ["| service | cases | " + " | ".join(KINDS) + " | answers by status |", "|---|---|---|---|---|---|"]
    for service, findings in found.items():
        faults = " | ".join(str(findings.count_of(kind)) for kind in KINDS)
        statuses = ", ".join(f"{status}: {number}" for status, number in sorted(findings.statuses.items()))
        lines.append(f"| {service} | {findings.cases} | {faults} | {statuses} |")
    lines += ["", f"In all {sum(one.cases for one in found.values())} cases."]
    for service, findings in found.items():
        for fault, number in findings.faults.most_common():
            lines += ["", f"## {service}: {fault} ({number})", "", "```", *findings.examples[fault], "```"]
    return "\n".join(lines) + "\n"


def main() -> int:
    """0 where nothing was at fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=6_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--reports", type=Path, default=Path("var/reports"))
    options = parser.parse_args()
    now = datetime.now(UTC)
    found = run(options.cases, options.seed)
    options.reports.mkdir(parents=True, exist_ok=True)
    stem = options.reports / f"fuzz-{now:%Y%m%dT%H%M%SZ}"
    text = report(found, options.seed, now)
    stem.with_suffix(".md").write_text(text, encoding="utf-8")
    figures = {
        name: {"cases": one.cases, "statuses": one.statuses, "faults": one.faults} for name, one in found.items()
    }
    stem.with_suffix(".json").write_text(json.dumps({"at": now.isoformat(), "seed": options.seed, "services": figures}))
    sys.stdout.write(text)
    return 1 if any(one.faults for one in found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
