"""A second model is built beside the one that answers, switched to under load, rolled back, resumed after a restart."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from services.matcher.app import create_app
from services.matcher.bootstrap import open_database
from services.matcher.embedding.encoder import BUNDLED_MODEL, Encoder, FloatMatrix, Progress, no_progress
from services.matcher.settings import MatcherSettings
from services.matcher.tables import VectorRow
from tests.factories import make_project
from tests.matcher.encoders import HashingEncoder
from tests.matcher.feed_server import FeedServer
from tests.matcher.profile_collections import random_versions

WHY = {"by": "operator", "reason": "measured"}
REQUEST = {"target_kinds": ["project", "investor"], "text": {"text": "laser sensor valve"}, "limit": 50, "floor": 0}
OLD, NEW = "hashing/p1", "larger/p1"
Choose = Callable[[MatcherSettings], Encoder]
Json = dict[str, Any]


def choose(settings: MatcherSettings) -> Encoder:
    """The settings' model, one of another dimension and passage length, or none."""
    if settings.model == BUNDLED_MODEL:
        return HashingEncoder()
    if settings.model == "larger":
        return HashingEncoder(model_id="larger", dimension=96, max_tokens=12)
    raise OSError(f"{settings.model} holds no weights")


@pytest.fixture(scope="module")
def feed() -> Iterator[FeedServer]:
    with FeedServer() as server:
        for one in random_versions(1, 60):
            server.tell(one.profile_id, one.profile)
        yield server


@contextmanager
def matcher(feed: FeedServer, folder: Path, encoder_of: Choose = choose, **changed: str) -> Iterator[TestClient]:
    given = {
        "catalog_url": feed.url,
        "database_url": f"sqlite:///{folder / 'matcher.db'}",
        "data_directory": folder / "saved",
        "feed_wait_seconds": 0.2,
    }
    settings = MatcherSettings.model_validate(given | changed)
    with TestClient(create_app(settings, encoder_of), raise_server_exceptions=False) as client:
        yield client


def wait_for(client: TestClient, name: str, *states: str) -> Json:
    ends = monotonic() + 30
    while True:
        [record] = [one for one in client.get("/v1/models").json()["items"] if one["name"] == name]
        if record["state"] in states:
            return dict(record)
        assert monotonic() < ends, record
        Event().wait(0.01)


def answer(client: TestClient) -> Json:
    response = client.post("/v1/matches", json=REQUEST)
    assert response.status_code == 200, response.text
    return dict(response.json())


def wait_until_ready(client: TestClient, documents: int = 60) -> None:
    ends = monotonic() + 30
    while (status := client.get("/v1/status").json())["documents"] < documents or not status["is_ready"]:
        assert monotonic() < ends, status
        Event().wait(0.01)


def build(client: TestClient, name: str = "larger") -> None:
    response = client.post("/v1/models", json={"name": name, "source": name, "by": "operator"})
    assert response.status_code in (200, 202), response.text


def model_of(client: TestClient) -> str:
    return str(answer(client)["provenance"]["model"])


@pytest.mark.parametrize("backend", ["sqlite_matcher_url", "postgresql_matcher_url"])
def test_switching_under_load_fails_no_request_and_mixes_no_models(
    request: pytest.FixtureRequest, backend: str, feed: FeedServer, tmp_path: Path
) -> None:
    with matcher(feed, tmp_path, database_url=request.getfixturevalue(backend)) as client:
        wait_until_ready(client)
        build(client)
        record = wait_for(client, "larger", "ready")
        assert (record["documents_done"], record["documents_total"]) == (60, 60)
        assert (record["dimension"], record["max_tokens"], record["vectors_of"]) == (96, 12, NEW)
        expected = {OLD: answer(client)["matches"]}
        done = Event()
        with ThreadPoolExecutor(4) as pool:
            asked = [pool.submit(answers_until, client, done) for _ in range(4)]
            for _ in range(3):
                assert client.post("/v1/models/larger:activate", json=WHY).json()["model"] == "larger"
                expected[NEW] = answer(client)["matches"]
                back = client.post("/v1/models:rollback", json=WHY).json()
                assert (back["action"], back["previous"]) == ("rolled_back", "larger")
            done.set()
            answers = [one for future in asked for one in future.result()]
    assert {one["provenance"]["model"] for one in answers} == {OLD, NEW}
    assert expected[OLD] != expected[NEW]
    assert all(one["matches"] == expected[one["provenance"]["model"]] for one in answers)


def answers_until(client: TestClient, done: Event) -> list[Json]:
    found = []
    while not done.is_set():
        found.append(answer(client))
    return found


def test_the_new_model_follows_the_feed_and_both_answer_from_it(tmp_path: Path) -> None:
    with FeedServer() as feed, matcher(feed, tmp_path) as client:
        feed.tell("first", make_project(title="Laser sensor"))
        wait_until_ready(client, 1)
        build(client)
        wait_for(client, "larger", "ready")
        client.post("/v1/models/larger:activate", json=WHY)
        feed.tell("second", make_project(title="Laser valve"))
        feed.tell("first", make_project(title="Laser sensor"), 2, withdrawn=True)
        wait_until_read(client, feed)
        assert {one["profile_id"] for one in answer(client)["matches"]} == {"second"}
        client.post("/v1/models:rollback", json=WHY)
        assert {one["profile_id"] for one in answer(client)["matches"]} == {"second"}
        feed.restart_with([("third", make_project(title="Sensor of another catalog"))])
        client.post("/v1/models/larger:activate", json=WHY)
        wait_until_read(client, feed)
        assert {one["profile_id"] for one in answer(client)["matches"]} == {"third"}


def wait_until_read(client: TestClient, feed: FeedServer) -> None:
    ends = monotonic() + 30
    while (status := client.get("/v1/status").json())["feed_seq"] != feed.latest_seq:
        assert monotonic() < ends, status
        Event().wait(0.01)


def test_the_active_model_survives_a_restart_and_nothing_is_embedded_again(feed: FeedServer, tmp_path: Path) -> None:
    with matcher(feed, tmp_path) as client:
        wait_until_ready(client)
        build(client)
        wait_for(client, "larger", "ready")
        client.post("/v1/models/larger:activate", json=WHY)
        before = answer(client)
    made: list[HashingEncoder] = []
    with matcher(feed, tmp_path, noting(made)) as client:
        wait_until_ready(client)
        after = answer(client)
        assert after["provenance"]["model"] == NEW
        assert after["matches"] == before["matches"]
        assert client.post("/v1/models:rollback", json=WHY).json()["model"] == BUNDLED_MODEL.lower()
        assert model_of(client) == OLD
    assert {text for encoder in made for text in encoder.encoded} == {"laser sensor valve"}


def noting(made: list[HashingEncoder]) -> Choose:
    def encoder_of(settings: MatcherSettings) -> Encoder:
        encoder = choose(settings)
        assert isinstance(encoder, HashingEncoder)
        made.append(encoder)
        return encoder

    return encoder_of


class Breaking(HashingEncoder):
    """Embeds a few texts, then nothing more."""

    def encode(self, texts: Any, progress: Progress = no_progress) -> FloatMatrix:
        if len(self.encoded) + len(texts) > 256 + 40:
            raise RuntimeError("interrupted")
        return super().encode(texts, progress)


def test_an_interrupted_build_goes_on_where_it_stopped(tmp_path: Path) -> None:
    def breaking(settings: MatcherSettings) -> Encoder:
        broken = settings.model == "larger"
        return Breaking(model_id="larger", dimension=96, max_tokens=12) if broken else choose(settings)

    with FeedServer() as feed:
        for number in range(400):
            feed.tell(f"p{number:03}", make_project(title=f"Laser {number}", summary=f"Sensor {number}"))
        with matcher(feed, tmp_path, breaking) as client:
            wait_until_ready(client, 400)
            build(client)
            wait_until_stored(tmp_path, 256)
            refused = client.post("/v1/models/larger:activate", json=WHY)
            assert (refused.status_code, refused.json()["code"]) == (409, "model_not_ready")
            assert model_of(client) == OLD
        kept = stored(tmp_path)
        made: list[HashingEncoder] = []
        with matcher(feed, tmp_path, noting(made)) as client:
            wait_until_ready(client, 400)
            wait_for(client, "larger", "ready")
            embedded = [text for one in made if one.model_id == "larger" for text in one.encoded]
            assert len(embedded) == stored(tmp_path) - kept
            assert 0 < len(embedded) <= stored(tmp_path) - 256


def stored(folder: Path) -> int:
    database = open_database(f"sqlite:///{folder / 'matcher.db'}")
    with database.read() as session:
        count = session.scalar(select(func.count()).select_from(VectorRow).where(VectorRow.model_id == NEW))
    database.close()
    return count or 0


def wait_until_stored(folder: Path, count: int) -> None:
    ends = monotonic() + 30
    while stored(folder) < count:
        assert monotonic() < ends
        Event().wait(0.02)


def test_another_replica_switches_when_its_own_build_is_ready(feed: FeedServer, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'shared.db'}"
    with (
        matcher(feed, tmp_path / "one", database_url=url) as one,
        matcher(feed, tmp_path / "two", database_url=url) as two,
    ):
        wait_until_ready(one)
        wait_until_ready(two)
        build(one)
        wait_for(one, "larger", "ready")
        one.post("/v1/models/larger:activate", json=WHY)
        wait_for(two, "larger", "active")
        assert model_of(two) == model_of(one) == NEW
        assert answer(two)["matches"] == answer(one)["matches"]


def test_a_model_that_cannot_be_loaded_leaves_the_old_one_answering(feed: FeedServer, tmp_path: Path) -> None:
    with matcher(feed, tmp_path) as client:
        wait_until_ready(client)
        nowhere = client.post("/v1/models", json={"name": "x", "source": "/nowhere/at/all", "by": "operator"})
        assert (nowhere.status_code, nowhere.json()["code"]) == (422, "model_source_not_found")
        assert nowhere.json()["errors"][0]["field"] == "source"
        build(client, "empty")
        assert "empty holds no weights" in wait_for(client, "empty", "failed")["reason"]
        refused = client.post("/v1/models/empty:activate", json=WHY)
        assert (refused.status_code, refused.json()["code"]) == (409, "model_not_ready")
        assert "empty holds no weights" in refused.json()["detail"]
        assert model_of(client) == OLD
        unknown = client.post("/v1/models/unknown:activate", json=WHY)
        assert (unknown.status_code, unknown.json()["code"]) == (404, "model_not_found")
        assert client.post("/v1/models:rollback", json=WHY).json()["code"] == "no_model_to_roll_back"


def test_an_active_model_whose_folder_is_gone_does_not_take_the_service_down(feed: FeedServer, tmp_path: Path) -> None:
    with matcher(feed, tmp_path) as client:
        wait_until_ready(client)
        build(client)
        wait_for(client, "larger", "ready")
        client.post("/v1/models/larger:activate", json=WHY)

    def gone(settings: MatcherSettings) -> Encoder:
        if settings.model == "larger":
            raise OSError("gone")
        return choose(settings)

    with matcher(feed, tmp_path, gone) as client:
        wait_until_ready(client)
        assert model_of(client) == OLD
        assert wait_for(client, "larger", "failed")["reason"] == "OSError: gone"


def test_a_dropped_model_leaves_no_vectors_and_can_be_built_again(feed: FeedServer, tmp_path: Path) -> None:
    with matcher(feed, tmp_path) as client:
        wait_until_ready(client)
        build(client)
        wait_for(client, "larger", "ready")
        client.post("/v1/models/larger:activate", json=WHY)
        assert client.post("/v1/models/larger:drop", json=WHY).json()["code"] == "model_in_use"
        client.post("/v1/models:rollback", json=WHY)
        assert stored(tmp_path) > 0
        client.post("/v1/models/larger:drop", json=WHY)
        assert wait_for(client, "larger", "dropped")["dimension"] is None
        assert stored(tmp_path) == 0
        build(client)
        wait_for(client, "larger", "ready")


def test_a_name_stands_for_one_model(feed: FeedServer, tmp_path: Path) -> None:
    with matcher(feed, tmp_path) as client:
        build(client)
        for draft in ({"name": "larger", "source": "other"}, {"name": "other", "source": "larger"}):
            refused = client.post("/v1/models", json={**draft, "by": "operator"})
            assert (refused.status_code, refused.json()["code"]) == (409, "model_taken")
