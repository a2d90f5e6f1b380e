"""Golden sets over HTTP: created, judged, imported, exported, derived, archived."""

from collections.abc import Iterator
from itertools import count
from time import monotonic
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.matcher.feed_server import FeedServer
from tests.matcher.judgments.events import make_event, on_the_wire

_NUMBERS = count(1)
JUDGMENT = {"subject_id": "battery-demand", "target_id": "electrolyte", "grade": 3, "by": "ann", "note": "合适"}


@pytest.fixture
def golden(client: TestClient) -> Iterator[str]:
    """The path of a new set."""
    body = {"name": f"set {next(_NUMBERS)}", "subject_kind": "rd_demand", "target_kind": "project"}
    created = client.post("/v1/golden-sets", json=body)
    assert created.status_code == 201, created.text
    path = f"/v1/golden-sets/{created.json()['id']}"
    yield path
    client.delete(path)


def import_text(client: TestClient, golden: str, text: str, **params: str) -> Any:
    return client.post(f"{golden}/judgments:import", params={"by": "ann", **params}, content=text.encode())


def test_life_of_a_set(client: TestClient, golden: str) -> None:
    put = client.put(f"{golden}/judgments", json=JUDGMENT)
    assert put.status_code == 200, put.text
    assert put.json() | {"at": None} == JUDGMENT | {"source": "manual", "at": None}
    assert client.get(f"{golden}/judgments", params={"source": "manual"}).json()["items"] == [put.json()]
    assert client.get(f"{golden}/judgments", params={"source": "clicks"}).json()["items"] == []
    assert client.get(golden).json()["judgments"]["manual"] == 1
    key = {"subject_id": "battery-demand", "target_id": "electrolyte", "by": "ann"}
    assert client.delete(f"{golden}/judgments", params=key).status_code == 204
    gone = client.delete(f"{golden}/judgments", params=key)
    assert (gone.status_code, gone.json()["code"]) == (404, "judgment_not_found")
    assert client.delete(golden).status_code == 204
    refused = client.put(f"{golden}/judgments", json=JUDGMENT)
    assert (refused.status_code, refused.json()["code"]) == (409, "golden_set_archived")


def test_files_go_in_and_come_out(client: TestClient, golden: str) -> None:
    qrels = "battery-demand 0 bearing 0\nbattery-demand 0 electrolyte 3\n"
    imported = import_text(client, golden, qrels)
    assert imported.json() == {
        "rows": 2,
        "created": 2,
        "replaced": 0,
        "unchanged": 0,
        "unknown_subjects": 0,
        "unknown_targets": 0,
    }
    exported = client.get(f"{golden}/judgments:export")
    assert (exported.text, exported.headers["content-type"]) == (qrels, "text/plain; charset=utf-8")
    table = client.get(f"{golden}/judgments:export", params={"format": "csv"})
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert import_text(client, golden, table.text, format="csv").json()["unchanged"] == 2


def test_faulty_lines_are_named_with_their_fix(client: TestClient, golden: str) -> None:
    refused = import_text(client, golden, "battery-demand 0 bearing 7\nbearing\n")
    assert (refused.status_code, refused.json()["code"]) == (422, "faulty_judgments")
    assert [error["field"] for error in refused.json()["errors"]] == ["line 1, grade", "line 2"]
    assert all(error["fix"] for error in refused.json()["errors"])
    assert client.get(f"{golden}/judgments").json()["items"] == []


def test_sources_of_an_export_are_taken_in_their_order(client: TestClient, golden: str) -> None:
    rows = "subject_id,target_id,grade,by,source\nd,p,1,ann,manual\nd,p,0,ann,response\nd,q,2,log,clicks\n"
    import_text(client, golden, rows, format="csv")

    def exported(*sources: str) -> str:
        return client.get(f"{golden}/judgments:export", params={"source": list(sources)}).text

    assert exported() == "d 0 p 1\nd 0 q 2\n"
    assert exported("response", "manual") == "d 0 p 0\n"
    assert exported("clicks") == "d 0 q 2\n"


def test_feedback_of_the_feed_becomes_judgments(client: TestClient, feed: FeedServer, golden: str) -> None:
    asked = {"subject_id": "battery-demand", "target_kinds": ["project"], "floor": 0}
    answer = client.post("/v1/matches", json=asked).json()
    first = answer["matches"][0]["profile_id"]
    events = [
        make_event("opened", first, "battery-demand", run_id=answer["run_id"]),
        make_event("accepted", "electrolyte", "battery-demand"),
        make_event("declined", "bearing", "battery-demand", reason="wrong_sector"),
    ]
    feed.tell_feedback(*map(on_the_wire, events))
    deadline = monotonic() + 20
    while True:
        derived = client.post(f"{golden}/judgments:derive", json={}).json()
        ranks = [rate["rank"] for rate in derived["position_rates"]]
        if (derived["events"] == 3 and ranks) or monotonic() > deadline:
            break
    assert derived["judgments"] == {"outcome": 0, "response": 2, "clicks": 0}
    assert ranks == list(range(1, len(answer["matches"]) + 1))
    assert derived["position_rates"][0]["clicks"] == 1
    assert client.get(f"{golden}/judgments:export").text == (
        "battery-demand 0 bearing 0\nbattery-demand 0 electrolyte 2\n"
    )


@pytest.mark.parametrize(
    ("method", "path", "request_of", "status", "code"),
    [
        (
            "POST",
            "/v1/golden-sets",
            {"json": {"name": "x", "subject_kind": "moon", "target_kind": "project"}},
            422,
            None,
        ),
        ("GET", "/v1/golden-sets/gst_gone", {}, 404, "golden_set_not_found"),
        ("PUT", "/v1/golden-sets/gst_gone/judgments", {"json": JUDGMENT}, 404, "golden_set_not_found"),
        ("GET", "/v1/golden-sets/gst_gone/judgments:export", {}, 404, "golden_set_not_found"),
        ("POST", "/v1/golden-sets/gst_gone/judgments:derive", {"json": {}}, 404, "golden_set_not_found"),
        ("POST", "/v1/golden-sets/gst_gone/judgments:import", {"params": {"by": "x"}}, 422, "faulty_judgments"),
        ("GET", "/v1/golden-sets", {"params": {"cursor": "x"}}, 400, "bad_cursor"),
    ],
)
def test_bad_input_is_a_problem(
    client: TestClient, method: str, path: str, request_of: dict[str, Any], status: int, code: str | None
) -> None:
    refused = client.request(method, path, **request_of)
    assert refused.status_code == status, refused.text
    assert code is None or refused.json()["code"] == code


def test_name_is_taken_once(client: TestClient, golden: str) -> None:
    name = client.get(golden).json()["name"]
    body = {"name": name, "subject_kind": "project", "target_kind": "project"}
    taken = client.post("/v1/golden-sets", json=body)
    assert (taken.status_code, taken.json()["code"]) == (409, "golden_set_exists")
    assert taken.json()["errors"][0]["field"] == "name"
