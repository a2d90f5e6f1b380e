"""The demo's introduction: told with the contact that was released, and the match is proposed no more."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from services.catalog.app import create_app as create_catalog
from services.catalog.settings import CatalogSettings
from services.cli.clients import Service, connected
from services.cli.demo.introducing import introduce_best
from services.matcher.app import create_app as create_matcher
from services.matcher.settings import MatcherSettings
from shared.contracts.matches import MatchResponse
from shared.kit.settings import LogLevel
from tests.cli.live_services import served
from tests.factories import profile_body
from tests.matcher.encoders import HashingEncoder


@pytest.fixture
def urls(tmp_path: Path) -> Iterator[tuple[str, str, str]]:
    """Both services, and the id of a demand with a contact, which the matcher knows beside one project."""
    quiet = LogLevel.ERROR
    database_url = f"sqlite:///{tmp_path / 'catalog.db'}"
    with served(create_catalog(CatalogSettings(database_url=database_url, log_level=quiet))) as catalog_url:
        demand = profile_body("rd_demand", external_id="asks", contact={"email": "alex@example.org"})
        project = profile_body("project", external_id="is asked", title="Early detection of bearing wear by sound")
        ids = [httpx.post(f"{catalog_url}/v1/profiles", json=body).json()["id"] for body in (demand, project)]
        settings = MatcherSettings(
            catalog_url=catalog_url,
            database_url=f"sqlite:///{tmp_path / 'matcher.db'}",
            data_directory=tmp_path / "saved",
            feed_wait_seconds=0.2,
            log_level=quiet,
        )
        with served(create_matcher(settings, lambda _: HashingEncoder())) as url, httpx.Client(base_url=url) as http:
            while http.get("/v1/status").json()["feed_seq"] < len(ids):
                pass  # each question takes its time
            yield catalog_url, url, ids[0]


def test_best_match_is_introduced_once_and_then_proposed_no_more(
    urls: tuple[str, str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    catalog_url, matcher_url, demand = urls
    request = {"subject_id": demand, "target_kinds": ["project"], "floor": 0}
    with connected(Service.CATALOG, catalog_url) as catalog, connected(Service.MATCHER, matcher_url) as matcher:
        answer = MatchResponse.model_validate(matcher.post("/v1/matches", request))
        introduce_best(demand, request, answer, catalog, matcher)
        told = capsys.readouterr().out
        assert "alex@example.org" in told
        assert "is not proposed again" in told
        introduce_best(demand, request, answer, catalog, matcher)
        assert capsys.readouterr().out == ""
