"""What was answered stands in the next answers: as signals with contributions, and by its version in the run's id."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from services.matcher.app import create_app
from services.matcher.settings import MatcherSettings
from shared.contracts.matches import MatchResponse
from shared.kit.settings import LogLevel
from tests.factories import make_investor, make_project
from tests.matcher.encoders import HashingEncoder
from tests.matcher.feed_server import FeedServer

ASKING = {"subject_id": "p", "target_kinds": ["investor"], "floor": 0}


@pytest.fixture(scope="module")
def feed() -> Iterator[FeedServer]:
    with FeedServer() as server:
        server.tell("p", make_project(title="Silicon anode cells"))
        for fund in ("quick", "slow", "other"):
            server.tell(fund, make_investor(title=f"Fund for cells, {fund}", thesis="Silicon anode cells"))
        yield server


@pytest.fixture(scope="module")
def client(feed: FeedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("priors")
    settings = MatcherSettings(
        catalog_url=feed.url,
        database_url=f"sqlite:///{folder / 'matcher.db'}",
        data_directory=folder / "saved",
        feed_wait_seconds=0.2,
        priors_refresh_seconds=0.1,
        log_level=LogLevel.ERROR,
    )
    with TestClient(create_app(settings, lambda _: HashingEncoder())) as client:
        feed.wait_until_read_to(feed.latest_seq)
        yield client


def asked(client: TestClient, **more: Any) -> MatchResponse:
    answer = client.post("/v1/matches", json=ASKING | more)
    assert answer.status_code == 200, answer.text
    return MatchResponse.model_validate_json(answer.content)


def responsiveness(answer: MatchResponse, target: str) -> tuple[bool, float]:
    [match] = [one for one in answer.matches if one.profile_id == target]
    [part] = [one for one in match.forward.contributions if one.signal == "responsiveness"]
    assert part.contribution == pytest.approx(part.weight * part.value)
    return part.is_missing, part.value


def test_answers_change_with_what_was_answered_and_name_it(client: TestClient, feed: FeedServer) -> None:
    before = asked(client)
    assert before.provenance.priors is None
    assert "priors" not in client.post("/v1/matches", json=ASKING).json()["provenance"]
    assert responsiveness(before, "slow") == (True, 0.5)
    for number in range(6):
        for target, state in (("quick", "accepted"), ("slow", "expired")):
            feed.tell_introduction(f"{target}{number}", 1, (f"asker{number}", target), "requested")
            feed.tell_introduction(f"{target}{number}", 2, (f"asker{number}", target), state)
    after = before
    while after.provenance.priors is None or responsiveness(after, "slow")[1] >= 0.35:
        after = asked(client)  # read by a thread of its own; each question takes its time
    (_, quick), (_, slow), (_, other) = (responsiveness(after, one) for one in ("quick", "slow", "other"))
    assert slow < other < quick
    assert after.run_id != before.run_id
    again = asked(client)
    assert (again.run_id, again.provenance.priors) == (after.run_id, after.provenance.priors)
    why = client.get("/v1/matches/why", params={"subject": "p", "target": "slow"}).json()
    assert why["provenance"]["priors"] == after.provenance.priors


def test_without_profiling_a_counterparts_answers_count_still(client: TestClient) -> None:
    answer = asked(client, personalised=False)
    assert answer.provenance.priors is not None
    assert not responsiveness(answer, "quick")[0]
