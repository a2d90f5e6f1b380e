"""Introductions over HTTP: callers told apart, statuses, pages, the trail, what is reserved."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from shared.contracts.feedback import FeedbackReason
from tests.catalog.introductions.conftest import Pair
from tests.catalog.introductions.people import CONTACT


def call(client: TestClient, by: str, method: str, path: str, **request: Any) -> Any:
    headers = {"Authorization": f"Bearer {by}", "X-Request-ID": f"{by}-1"}
    return client.request(method, f"/v1/{path}", headers=headers, **request)


def asked(client: TestClient, pair: Pair, **fields: Any) -> str:
    body = {"subject_id": pair.subject, "target_id": pair.target, "purpose": "pilot_test"}
    answer = call(client, "founder", "POST", "introductions", json=body | fields)
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == f"/v1/introductions/{answer.json()['id']}"
    return str(answer.json()["id"])


def test_story_over_http(told_apart: TestClient, http_pair: Pair) -> None:
    name = asked(told_apart, http_pair, message="两周的试验")
    early = call(told_apart, "founder", "POST", f"introductions/{name}/contacts")
    assert (early.status_code, early.json()["code"]) == (409, "consent_missing")
    accepted = call(told_apart, "pilot", "POST", f"introductions/{name}:accept", json={})
    assert (accepted.status_code, accepted.json()["state"], accepted.headers["ETag"]) == (200, "accepted", '"3"')
    released = call(told_apart, "founder", "POST", f"introductions/{name}/contacts")
    assert (released.status_code, released.headers["Cache-Control"]) == (200, "no-store")
    assert {key: value for key, value in released.json()["contact"].items() if value} == CONTACT
    assert call(told_apart, "pilot", "POST", f"introductions/{name}:withdraw").json()["state"] == "withdrawn"
    late = call(told_apart, "founder", "POST", f"introductions/{name}/contacts")
    assert (late.status_code, late.json()["code"]) == (409, "consent_missing")


@pytest.mark.parametrize(
    ("by", "status"), [("founder", 200), ("pilot", 200), ("staff", 200), ("auditor", 200), ("stranger", 404)]
)
def test_only_the_sides_the_platform_and_auditors_read_it(
    told_apart: TestClient, http_pair: Pair, by: str, status: int
) -> None:
    name = asked(told_apart, http_pair)
    assert call(told_apart, by, "GET", f"introductions/{name}").status_code == status
    listed = call(told_apart, by, "GET", "introductions").json()["items"]
    assert [one["id"] for one in listed] == ([name] if status == 200 else [])


@pytest.mark.parametrize(("by", "status"), [("auditor", 200), ("admin", 200), ("staff", 403), ("founder", 403)])
def test_trail_is_for_auditors(told_apart: TestClient, http_pair: Pair, by: str, status: int) -> None:
    name = asked(told_apart, http_pair)
    answer = call(told_apart, by, "GET", "introduction-events", params={"introduction_id": name, "limit": 1})
    assert answer.status_code == status
    if status == 200:
        [line] = answer.json()["items"]
        assert (line["action"], line["request_id"]) == ("request", "founder-1")
        cursor = answer.json()["next_cursor"]
        rest = call(told_apart, by, "GET", "introduction-events", params={"cursor": cursor}).json()
        assert [line["action"] for line in rest["items"]] == ["submit"]


def test_nobody_without_a_name_and_no_auditor_asks(told_apart: TestClient, http_pair: Pair) -> None:
    body = {"subject_id": http_pair.subject, "target_id": http_pair.target, "purpose": "other"}
    assert call(told_apart, "nobody", "POST", "introductions", json=body).status_code == 401
    assert call(told_apart, "auditor", "POST", "introductions", json=body).status_code == 403
    assert call(told_apart, "stranger", "POST", "introductions", json=body).json()["code"] == "not_your_profile"


def test_list_is_narrowed_and_paged(told_apart: TestClient, http_pair: Pair) -> None:
    first = asked(told_apart, http_pair, draft=True)
    second = asked(told_apart, http_pair)
    pages = call(told_apart, "founder", "GET", "introductions", params={"limit": 1}).json()
    rest = call(told_apart, "founder", "GET", "introductions", params={"cursor": pages["next_cursor"]}).json()
    assert {one["id"] for one in (*pages["items"], *rest["items"])} == {first, second}
    for wanted, found in (({"state": "draft"}, [first]), ({"profile_id": "prf_other"}, [])):
        listed = call(told_apart, "founder", "GET", "introductions", params=wanted).json()["items"]
        assert [one["id"] for one in listed] == found
    assert [one["id"] for one in call(told_apart, "pilot", "GET", "introductions").json()["items"]] == [second]


@pytest.mark.parametrize(
    ("action", "body", "status"),
    [("accept", {"reason": "busy"}, 422), ("decline", {}, 422), ("dance", {}, 422), ("pilot", {}, 409)],
)
def test_faulty_action_is_refused_with_what_to_do(
    told_apart: TestClient, http_pair: Pair, action: str, body: dict[str, Any], status: int
) -> None:
    name = asked(told_apart, http_pair)
    refused = call(told_apart, "pilot", "POST", f"introductions/{name}:{action}", json=body)
    assert refused.status_code == status, refused.text
    assert call(told_apart, "pilot", "GET", f"introductions/{name}").json()["revision"] == 2


def test_every_reason_has_words_in_both_languages(told_apart: TestClient) -> None:
    reasons = call(told_apart, "founder", "GET", "introductions:reasons").json()["items"]
    assert [one["code"] for one in reasons] == [reason.value for reason in FeedbackReason]
    assert all(one["zh"] and one["en"] for one in reasons)


def test_introductions_own_feedback_ids_cannot_be_taken_beforehand(told_apart: TestClient, http_pair: Pair) -> None:
    name = asked(told_apart, http_pair)
    event = {
        "event_id": f"introduction:{name}:accept",
        "type": "declined",
        "reason": "busy",
        "subject_id": http_pair.subject,
        "target_id": http_pair.target,
        "by": "mallory",
        "at": "2026-11-02T08:00:00Z",
    }
    refused = call(told_apart, "founder", "POST", "feedback", json={"events": [event]})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "events.0.event_id"


def test_delegation_is_given_used_and_revoked_over_http(told_apart: TestClient, http_pair: Pair) -> None:
    given = call(told_apart, "founder", "POST", "delegations", json={"delegate_organization_id": "org-incubator"})
    assert given.status_code == 201
    name = asked(told_apart, http_pair)
    assert call(told_apart, "incubator", "GET", f"introductions/{name}").json()["actions"] == ["withdraw"]
    path = f"delegations/{given.json()['id']}:revoke"
    assert call(told_apart, "stranger", "POST", path).status_code == 404
    assert call(told_apart, "incubator", "POST", path).status_code == 403
    assert call(told_apart, "founder", "POST", path).json()["revoked_by"] == "key:founder"
    assert call(told_apart, "incubator", "GET", f"introductions/{name}").status_code == 404
    listed = [call(told_apart, by, "GET", "delegations").json()["items"] for by in ("founder", "incubator", "stranger")]
    assert [len(items) for items in listed] == [1, 1, 0]
    faulty = call(told_apart, "founder", "POST", "delegations", json={})
    assert (faulty.status_code, faulty.json()["code"]) == (422, "invalid_request")
