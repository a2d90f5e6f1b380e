"""The canary is gone from every table and file within 60 s of its erasure, snapshots and logs included."""

from pathlib import Path
from time import monotonic

import pytest

from services.matcher.settings import MatcherRole
from shared.kit.database import create_database
from tests.canary import CANARY, columns_with_canary, files_with_canary
from tests.catalog.privacy.conftest import ORGANIZATION
from tests.e2e.erasure_world import until, world_of

HELD = {
    "documents.profile_json",
    "match_runs.answer",
    "judgments.note",
    "allocations.answer",
    "feedback.happened_by",
    "feedback.event_id",
    "recommendations.match",
}


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_a_canary_is_gone_everywhere_within_a_minute(
    backend: str, tmp_path: Path, request: pytest.FixtureRequest, capfd: pytest.CaptureFixture[str]
) -> None:
    urls = {name: f"sqlite:///{tmp_path / name}.db" for name in ("catalog", "matcher")}
    roles = [MatcherRole.INDEXER]
    if backend == "postgresql":
        server = request.getfixturevalue("postgres_server")
        urls = {name: server.url(server.create_database()) for name in urls}
        roles.append(MatcherRole.REPLICA)
    with world_of(tmp_path, urls["catalog"], urls["matcher"], roles) as world:
        databases = {name: create_database(url) for name, url in urls.items()}
        held = columns_with_canary(databases["matcher"].engine)
        assert held >= HELD
        snapshots = {name for name in files_with_canary(tmp_path) if "base-" in name}
        assert len({name.split("/")[0] for name in snapshots}) == len(roles)
        began = monotonic()
        made = world.ask(world.catalog, "own", "POST", "/v1/erasures", json={"organization_id": ORGANIZATION})
        path = f"/v1/erasures/{made['id']}"
        until(lambda: bool(world.ask(world.catalog, "admin", "GET", path)["is_complete"]))
        seconds = monotonic() - began
        receipt = world.ask(world.catalog, "admin", "GET", path)
        left = {name: columns_with_canary(database.engine) for name, database in databases.items()}
        files = files_with_canary(tmp_path)
        statuses = {name: world.status(name) for name in world.runs}
        for database in databases.values():
            database.close()
    logs = "".join(capfd.readouterr())
    assert seconds < 60
    assert left == {"catalog": set(), "matcher": set()}
    assert files == set() == files_with_canary(tmp_path)
    assert "erasures_cleaned" in logs and CANARY not in logs.replace("zyxqrequest7", "")
    assert statuses == {"own": 410, "other": 410, "text": 410, "unrelated": 200}
    assert len(receipt["readers"]) == len(roles) and all(one["confirmed_at"] for one in receipt["readers"])
    removed = {store for reader in receipt["readers"] for store in reader["removed"]}
    assert removed >= {
        "documents",
        "match_runs",
        "judgments",
        "allocations",
        "feedback",
        "snapshots",
        "recommendations",
        "vectors",
    }
    assert CANARY not in str(receipt)
