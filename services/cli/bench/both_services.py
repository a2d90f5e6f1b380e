"""A catalog and a matcher as real processes over an empty folder."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx

from services.catalog.settings import CatalogSettings
from services.cli.bench.encoder_choice import EncoderChoice
from services.cli.bench.errors import BenchProblem
from services.cli.bench.prepared_store import matcher_settings
from services.cli.bench.processes import Server, running
from services.cli.bench.servers import serve_catalog, serve_matcher
from shared.contracts.profiles import Profile
from shared.kit.settings import LogLevel

_LONGEST_CATCH_UP_SECONDS = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BothServices:
    """Clients of both services, and the matcher's process."""

    catalog: httpx.Client
    matcher: httpx.Client
    matcher_server: Server
    folder: Path

    def import_file(self, profiles_file: Path) -> dict[str, Any]:  # Any: JSON
        """Import through the catalog; its report. Raises BenchProblem where a row is rejected."""
        with profiles_file.open("rb") as file:
            response = self.catalog.post("/v1/imports", files={"file": ("profiles.jsonl", file)})
        response.raise_for_status()
        report: dict[str, Any] = response.json()
        if report["rejected"]:
            raise BenchProblem(f"{report['rejected']} rows were rejected: {report['rejected_rows'][0]}")
        return report

    def wait_until_served(self, documents: int) -> None:
        """Return once the matcher serves this many documents and has read the whole feed."""
        deadline = monotonic() + _LONGEST_CATCH_UP_SECONDS
        while monotonic() < deadline:
            status = self.matcher.get("/v1/status").json()
            newest = self.catalog.get("/v1/changes", params={"after": status["feed_seq"], "limit": 1}).json()
            if status["documents"] == documents and status["feed_seq"] >= newest["latest_seq"]:
                return
            sleep(0.02)
        raise BenchProblem(f"the matcher did not serve {documents} documents in {_LONGEST_CATCH_UP_SECONDS:.0f} s")


@contextmanager
def both_running(folder: Path, encoder: EncoderChoice, encoder_threads: int = 1) -> Iterator[BothServices]:
    """Both services, ready; ended with the block."""
    catalog_settings = CatalogSettings(database_url=f"sqlite:///{folder / 'catalog.db'}", log_level=LogLevel.ERROR)
    with running(serve_catalog, catalog_settings) as catalog:
        settings = matcher_settings(folder, catalog.url).model_copy(update={"encoder_threads": encoder_threads})
        with (
            running(serve_matcher, settings, encoder, False) as matcher,
            httpx.Client(base_url=catalog.url, timeout=600) as catalog_http,
            httpx.Client(base_url=matcher.url, timeout=60) as matcher_http,
        ):
            catalog.wait_until_ready()
            matcher.wait_until_ready()
            yield BothServices(catalog=catalog_http, matcher=matcher_http, matcher_server=matcher, folder=folder)
            catalog.child.ask_to_end()  # else the matcher's open question to its feed holds both up


def write_profiles(profiles: Sequence[Profile], path: Path) -> None:
    """Whole wire profiles, one a line, as the bulk import takes them."""
    lines = (json.dumps(profile.model_dump(mode="json", exclude_none=True), ensure_ascii=False) for profile in profiles)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
