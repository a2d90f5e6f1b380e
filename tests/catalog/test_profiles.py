"""Registering, reading, revising and withdrawing profiles over HTTP."""

from typing import Any

from starlette.testclient import TestClient

from tests.factories import profile_body


def feed(client: TestClient) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = client.get("/v1/changes").json()["items"]
    return items


def register(client: TestClient, **fields: Any) -> dict[str, Any]:
    response = client.post("/v1/profiles", json=profile_body(**fields))
    assert response.status_code == 201, response.text
    stored: dict[str, Any] = response.json()
    return stored


def test_registered_profile_can_be_read_where_its_location_says(client: TestClient) -> None:
    response = client.post("/v1/profiles", json=profile_body(title="固态电解质 🚀", sectors=["新材料"]))
    assert response.status_code == 201
    assert response.headers["etag"] == '"1"'
    read = client.get(response.headers["location"])
    assert read.json() == response.json()
    assert read.json()["profile"]["language"] == "zh"
    assert read.json()["profile"]["provenance"] == {"language": "inferred"}
    assert read.headers["etag"] == '"1"'


def test_second_registration_names_the_id_and_the_way(client: TestClient) -> None:
    stored = register(client)
    response = client.post("/v1/profiles", json=profile_body(title="Another title"))
    assert (response.status_code, response.json()["code"]) == (409, "profile_exists")
    assert f"PUT /v1/profiles/{stored['id']}" in response.json()["detail"]
    assert len(feed(client)) == 1


def test_current_copy_is_not_sent_again(client: TestClient) -> None:
    path = f"/v1/profiles/{register(client)['id']}"
    response = client.get(path, headers={"If-None-Match": '"1"'})
    assert (response.status_code, response.content, response.headers["etag"]) == (304, b"", '"1"')
    assert client.get(path, headers={"If-None-Match": '"0"'}).status_code == 200


def test_revision_needs_the_current_etag(client: TestClient) -> None:
    path, body = f"/v1/profiles/{register(client)['id']}", profile_body(title="Better")
    missing = client.put(path, json=body)
    assert (missing.status_code, missing.json()["code"]) == (428, "precondition_required")
    stale = client.put(path, json=body, headers={"If-Match": '"7"'})
    assert (stale.status_code, stale.json()["code"], stale.headers["etag"]) == (412, "precondition_failed", '"1"')
    done = client.put(path, json=body, headers={"If-Match": '"1"'})
    assert (done.status_code, done.json()["revision"], done.headers["etag"]) == (200, 2, '"2"')
    assert client.get(path).json()["profile"]["title"] == "Better"
    assert [change["revision"] for change in feed(client)] == [1, 2]


def test_equal_content_keeps_the_revision_and_tells_the_feed_nothing(client: TestClient) -> None:
    path = f"/v1/profiles/{register(client, sectors=['a'])['id']}"
    response = client.put(path, json=profile_body(sectors=["a"]), headers={"If-Match": '"1"'})
    assert (response.status_code, response.json()["revision"]) == (200, 1)
    assert len(feed(client)) == 1


def test_body_of_another_profile_is_refused(client: TestClient) -> None:
    path = f"/v1/profiles/{register(client)['id']}"
    response = client.put(path, json=profile_body(external_id="two"), headers={"If-Match": '"1"'})
    assert (response.status_code, response.json()["code"]) == (422, "profile_id_mismatch")
    assert {error["field"] for error in response.json()["errors"]} == {"source", "external_id"}


def test_withdrawn_profile_is_gone_until_it_is_registered_again(client: TestClient) -> None:
    path = f"/v1/profiles/{register(client)['id']}"
    assert client.delete(path).status_code == 428
    assert client.delete(path, headers={"If-Match": '"1"'}).status_code == 204
    gone = client.get(path)
    assert (gone.status_code, gone.json()["code"]) == (410, "profile_withdrawn")
    assert client.delete(path, headers={"If-Match": '"2"'}).status_code == 410
    assert client.put(path, json=profile_body(), headers={"If-Match": '"2"'}).status_code == 410
    assert client.get("/v1/profiles").json()["items"] == []
    assert register(client)["revision"] == 3
    assert client.get(path).status_code == 200
    assert [(change["revision"], change["status"]) for change in feed(client)] == [
        (1, "active"),
        (2, "withdrawn"),
        (3, "active"),
    ]


def test_contact_is_stored_and_never_returned(client: TestClient) -> None:
    contact = {"name": "Ada Private", "email": "ada@private.example"}
    response = client.post("/v1/profiles", json=profile_body(contact=contact))
    path = response.headers["location"]
    answers = [response, client.get(path), client.get("/v1/profiles"), client.get("/v1/changes")]
    assert all("rivate" not in answer.text for answer in answers)
    assert client.get(path).json()["has_contact"] is True
    assert client.get(path).json()["profile"]["contact"] is None


def test_contact_stays_unless_it_is_mentioned(client: TestClient) -> None:
    path = f"/v1/profiles/{register(client, contact={'name': 'Ada'})['id']}"
    kept = client.put(path, json=profile_body(title="New"), headers={"If-Match": '"1"'})
    assert (kept.json()["revision"], kept.json()["has_contact"]) == (2, True)
    same = client.put(path, json=profile_body(title="New", contact={"name": "Ada"}), headers={"If-Match": '"2"'})
    assert same.json()["revision"] == 2
    removed = client.put(path, json=profile_body(title="New", contact=None), headers={"If-Match": '"2"'})
    assert (removed.json()["revision"], removed.json()["has_contact"]) == (3, False)


def test_a_write_answers_what_a_reader_finds(client: TestClient) -> None:
    answers = [client.post("/v1/profiles", json=profile_body(title="Ätzende Säure 酸", contact={"name": "Ada"}))]
    path = answers[0].headers["location"]

    assert client.get(path).json() == answers[0].json()
    for body in ({"title": "New"}, {"title": "New"}, {"title": "New", "contact": None}, {"contact": {"name": "Bo"}}):
        answers.append(client.put(path, json=profile_body(**body), headers={"If-Match": "*"}))
        assert client.get(path).json() == answers[-1].json(), body
    assert client.delete(path, headers={"If-Match": "*"}).status_code == 204
    answers.append(client.post("/v1/profiles", json=profile_body()))
    assert client.get(path).json() == answers[-1].json()
    assert [answer.json()["revision"] for answer in answers] == [1, 2, 2, 3, 4, 6]
    assert [answer.json()["has_contact"] for answer in answers] == [True, True, True, False, True, True]


def test_anonymous_profile_hides_its_organisation_from_readers_but_not_from_the_feed(client: TestClient) -> None:
    stored = register(client, kind="rd_demand", organisation="Secret Works", visibility="anonymous")
    assert client.get(f"/v1/profiles/{stored['id']}").json()["profile"]["organisation"] is None
    assert "Secret" not in client.get("/v1/profiles").text
    assert client.get("/v1/profiles", params={"q": "secret"}).json()["items"] == []
    assert feed(client)[0]["profile"]["organisation"] == "Secret Works"


def test_hidden_profile_is_unknown_to_readers_and_known_to_the_feed(client: TestClient) -> None:
    stored = register(client, visibility="hidden")
    response = client.get(f"/v1/profiles/{stored['id']}")
    assert (response.status_code, response.json()["code"]) == (404, "profile_not_found")
    assert client.get("/v1/profiles").json()["items"] == []
    assert feed(client)[0]["profile"]["visibility"] == "hidden"


def test_ready_and_alive(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "alive"}
    assert client.get("/readyz").json() == {"status": "ready"}
