"""Feedback: stored once, all of a batch or nothing, listed, and told in a feed of its own."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from services.catalog.changes.feed import read_feed, read_feedback_feed
from services.catalog.feedback import service
from services.catalog.profiles import service as profiles
from services.catalog.profiles.rules import profile_id
from shared.contracts.changes import ChangePage, FeedbackChangePage
from shared.contracts.feedback import FeedbackBatch
from shared.kit.database import Database
from tests.factories import make_project, profile_body

SUBJECT, TARGET = profile_id("tests", "asks"), profile_id("tests", "offers")
NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)


def event(number: int = 1, **fields: Any) -> dict[str, Any]:
    return {
        "event_id": f"e{number}",
        "type": "opened",
        "subject_id": SUBJECT,
        "target_id": TARGET,
        "run_id": "run_1",
        "by": "ann",
        "at": "2026-11-02T08:00:00+08:00",
        **fields,
    }


@pytest.fixture
def filled(client: TestClient) -> TestClient:
    """A catalog with two profiles."""
    for external_id in ("asks", "offers"):
        assert client.post("/v1/profiles", json=profile_body(external_id=external_id)).status_code == 201
    return client


def send(client: TestClient, *events: dict[str, Any]) -> Any:
    return client.post("/v1/feedback", json={"events": list(events)})


def told(client: TestClient) -> list[str]:
    page = client.get("/v1/changes", params={"entity": "feedback"}).json()
    return [item["event"]["event_id"] for item in page["items"]]


def test_events_are_stored_listed_and_told(filled: TestClient) -> None:
    declined = event(2, type="declined", reason="busy", note="im Moment nicht 忙")
    answer = send(filled, event(1), declined)
    assert (answer.status_code, answer.json()) == (201, {"stored": 2, "known": 0})
    [first, second] = filled.get("/v1/feedback").json()["items"]
    assert first["event"] == event(1) | {"rank": None, "reason": None, "outcome": None, "note": None}
    assert second["event"]["note"] == "im Moment nicht 忙"
    assert told(filled) == ["e1", "e2"]


def test_event_sent_again_counts_once(filled: TestClient) -> None:
    send(filled, event(1))
    again = send(filled, event(1), event(2), event(2))
    assert (again.status_code, again.json()) == (201, {"stored": 1, "known": 2})
    assert send(filled, event(1)).status_code == 200
    assert told(filled) == ["e1", "e2"]


def test_same_id_with_another_content_is_refused_and_nothing_is_stored(filled: TestClient) -> None:
    send(filled, event(1))
    refused = send(filled, event(2), event(1, by="ben"))
    assert (refused.status_code, refused.json()["code"]) == (409, "feedback_event_differs")
    assert [error["field"] for error in refused.json()["errors"]] == ["events.1.event_id"]
    assert told(filled) == ["e1"]
    assert send(filled, event(3), event(3, by="ben")).status_code == 409


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"type": "declined"}, "reason"),
        ({"reason": "busy"}, "reason"),
        ({"type": "outcome"}, "outcome"),
        ({"outcome": "met"}, "outcome"),
        ({"target_id": SUBJECT}, "target_id"),
        ({"at": "2999-01-01T00:00:00Z"}, "at"),
        ({"target_id": "prf_unknown"}, "target_id"),
        ({"at": "2026-11-02T08:00:00"}, "at"),
        ({"rank": 0}, "rank"),
        ({"type": "liked"}, "type"),
    ],
)
def test_faulty_event_is_refused_with_its_field_and_nothing_is_stored(
    filled: TestClient, fields: dict[str, Any], field: str
) -> None:
    refused = send(filled, event(1), event(2, **fields))
    assert refused.status_code == 422, refused.text
    [error] = refused.json()["errors"]
    assert error["field"] == f"events.1.{field}"
    assert error["fix"]
    assert told(filled) == []


def test_list_is_narrowed_and_paged(filled: TestClient) -> None:
    send(filled, *(event(number, run_id=f"run_{number % 2}") for number in range(5)))
    first = filled.get("/v1/feedback", params={"run_id": "run_0", "limit": 2}).json()
    rest = filled.get("/v1/feedback", params={"run_id": "run_0", "cursor": first["next_cursor"]}).json()
    assert [item["event"]["event_id"] for item in (*first["items"], *rest["items"])] == ["e0", "e2", "e4"]
    assert rest["next_cursor"] is None
    assert filled.get("/v1/feedback", params={"subject_id": TARGET}).json()["items"] == []
    assert len(filled.get("/v1/feedback", params={"target_id": TARGET, "type": "opened"}).json()["items"]) == 5


def test_profiles_feed_is_what_it_was_before_there_was_feedback(filled: TestClient) -> None:
    before = filled.get("/v1/changes").json()
    send(filled, *(event(number) for number in range(300)))
    after = filled.get("/v1/changes").json()
    assert after == before
    assert ChangePage.model_validate(after).latest_seq == 2
    page = FeedbackChangePage.model_validate(filled.get("/v1/changes", params={"entity": "feedback"}).json())
    assert (page.next_after, page.latest_seq) == (200, 300)


def test_waiting_reader_of_feedback_is_woken_by_its_commit(filled: TestClient) -> None:
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(filled.get, "/v1/changes", params={"entity": "feedback", "wait_seconds": 20})
        send(filled, event(1))
        assert len(waiting.result(20).json()["items"]) == 1


def batch(*numbers: int) -> FeedbackBatch:
    return FeedbackBatch.model_validate({"events": [event(number) for number in numbers]})


def test_concurrent_writers_of_the_same_events_store_each_once_and_lose_none(database: Database) -> None:
    """Batches that overlap and run in opposite orders, read while they are written."""
    with database.write() as session:
        for external_id in ("asks", "offers"):
            profiles.upsert(session, make_project(external_id=external_id), now=NOW)
    seen: list[str] = []
    written = threading.Event()

    def write(writer: int) -> int:
        stored = 0
        for start in range(0, 100, 10):
            numbers = range(start, start + 20) if writer % 2 else range(start + 19, start - 1, -1)
            with database.write() as session:
                stored += service.take(session, batch(*numbers), now=NOW + timedelta(days=1)).stored
        return stored

    def follow() -> None:
        after, is_last_look = 0, False
        while True:
            page = read_feedback_feed(database, after=after, limit=7)
            seen.extend(item.event.event_id for item in page.items)
            after = page.next_after
            if is_last_look and not page.items:
                return
            is_last_look = written.is_set()

    follower = threading.Thread(target=follow)
    follower.start()
    with ThreadPoolExecutor(6) as pool:
        stored = sum(pool.map(write, range(6)))
    written.set()
    follower.join(60)
    assert stored == 110
    assert sorted(seen) == sorted(f"e{number}" for number in range(110))
    assert read_feed(database, after=0, limit=10).latest_seq == 2
