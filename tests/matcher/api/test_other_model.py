"""A matcher set to a model of another dimension on an existing database and saved snapshots."""

from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from services.matcher.app import create_app
from services.matcher.settings import MatcherSettings
from tests.matcher.encoders import HashingEncoder
from tests.matcher.feed_server import FeedServer
from tests.matcher.profile_collections import random_versions

TEXT = "laser sensor valve"
REQUEST = {"target_kinds": ["project", "investor"], "text": {"text": TEXT}, "limit": 50, "floor": 0}


def answer_under(encoder: HashingEncoder, feed: FeedServer, folder: Path) -> dict[str, Any]:
    """What the model answers on the database and snapshots in a folder."""
    settings = MatcherSettings(
        catalog_url=feed.url,
        database_url=f"sqlite:///{folder / 'matcher.db'}",
        data_directory=folder / "saved",
        feed_wait_seconds=0.2,
    )
    with TestClient(create_app(settings, lambda _settings: encoder)) as client:
        feed.wait_until_read_to(feed.latest_seq)
        response = client.post("/v1/matches", json=REQUEST)
        assert response.status_code == 200
        answer: dict[str, Any] = response.json()
        return answer


def test_vectors_of_two_models_never_meet(tmp_path: Path) -> None:
    with FeedServer() as feed:
        for one in random_versions(1, 60):
            feed.tell(one.profile_id, one.profile)
        first = answer_under(HashingEncoder(), feed, tmp_path)
        larger = HashingEncoder(model_id="larger", dimension=96)
        other = answer_under(larger, feed, tmp_path)
        returned = HashingEncoder()
        again = answer_under(returned, feed, tmp_path)
    assert first["provenance"]["model"] == "hashing/p1"
    assert other["provenance"]["model"] == "larger/p1"
    assert other["eligible"] == first["eligible"] == len(other["matches"])
    assert len(larger.encoded) >= 60
    assert again["matches"] == first["matches"]
    assert returned.encoded == [TEXT]  # the profiles' vectors were kept
