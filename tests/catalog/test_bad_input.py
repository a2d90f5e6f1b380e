"""Whatever is sent, the answer is a clear problem and nothing is half-written."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from services.catalog.app import create_app
from services.catalog.settings import CatalogSettings
from shared.kit.paging import encode_cursor
from tests.factories import profile_body

UNKNOWN_ID = "prf_" + "0" * 32


def assert_refused(response: Any, *statuses: int) -> dict[str, Any]:
    assert response.status_code in statuses, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert problem["code"] and problem["detail"]
    return problem


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def untouched(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """An empty catalog for the tests that must leave it so."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('untouched') / 'catalog.db'}"
    else:
        server = request.getfixturevalue("postgres_server")
        url = server.url(server.create_database())
    with TestClient(create_app(CatalogSettings(database_url=url)), raise_server_exceptions=False) as client:
        yield client


def nothing_written(client: TestClient) -> bool:
    page = client.get("/v1/changes").json()
    return bool(page["items"] == [] and page["latest_seq"] == 0 and client.get("/v1/profiles").json()["items"] == [])


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind": "unicorn"}, "kind"),
        ({"title": ""}, "title"),
        ({"title": None}, "title"),
        ({"title": ["a"]}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"title": "x" * 501}, "title"),
        ({"external_id": "\x00"}, "external_id"),
        ({"summary": "\x1b[31m"}, "summary"),
        ({"needs": [{"text": "need"}] * 10_000}, "needs"),
        ({"needs": "one"}, "needs"),
        ({"amount_sought": {"amount": float("nan")}}, "amount_sought.amount"),
        ({"amount_sought": {"amount": float("inf")}}, "amount_sought.amount"),
        ({"amount_sought": {"amount": 10**400}}, "amount_sought.amount"),
        ({"team_size": 2**70}, "team_size"),
        ({"trl": 12}, "trl"),
        ({"validity": {"valid_from": "2026-02-30"}}, "validity.valid_from"),
        ({"nonsense": 1}, "nonsense"),
    ],
)
def test_unfit_profile_is_refused_by_field(untouched: TestClient, fields: dict[str, Any], field: str) -> None:
    body = json.dumps(profile_body() | fields)
    response = untouched.post("/v1/profiles", content=body, headers={"content-type": "application/json"})
    problem = assert_refused(response, 422)
    assert problem["errors"][0]["field"] == field
    assert problem["errors"][0]["fix"]
    assert nothing_written(untouched)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b'{"kind": "\\ud800"}', b"{}"])
def test_unreadable_body_is_refused(untouched: TestClient, body: bytes) -> None:
    response = untouched.post("/v1/profiles", content=body, headers={"content-type": "application/json"})
    assert_refused(response, 400, 422)
    assert nothing_written(untouched)


def test_lone_surrogate_is_refused(untouched: TestClient) -> None:
    body = json.dumps(profile_body(summary="\ud800"))
    assert_refused(untouched.post("/v1/profiles", content=body, headers={"content-type": "application/json"}), 400, 422)


def test_huge_body_is_refused(untouched: TestClient) -> None:
    problem = assert_refused(untouched.post("/v1/profiles", json=profile_body(summary="x" * 1_100_000)), 413)
    assert problem["code"] == "payload_too_large"


def test_emoji_and_rare_characters_are_kept(client: TestClient) -> None:
    title = "🚀 𠮷野家 e\u0301 العربية \u200d"
    response = client.post("/v1/profiles", json=profile_body(title=title))
    assert client.get(response.headers["location"]).json()["profile"]["title"] == title.strip()


def test_words_that_grow_in_lower_case_are_kept(client: TestClient) -> None:
    grown = "İ" * 100  # one character here, two in lower case
    body = profile_body(sectors=[grown], region={"country": grown, "province": grown, "city": grown})
    created = client.post("/v1/profiles", json=body)
    assert created.status_code == 201
    found = client.get("/v1/profiles", params={"sector": grown}).json()["items"]
    assert [item["id"] for item in found] == [created.json()["id"]]


@pytest.mark.parametrize(
    "profile_id",
    [
        UNKNOWN_ID,
        "x",
        "%00",
        "prf_%00",
        "prf_" + "0" * 31 + "%00",
        "%F0%9F%9A%80",
        "%ff%fe",
        "a" * 5_000,
        "..%2f",
        "'--",
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_unknown_id_of_any_form_is_not_found(untouched: TestClient, method: str, profile_id: str) -> None:
    body = profile_body() if method == "PUT" else None
    response = untouched.request(method, f"/v1/profiles/{profile_id}", json=body, headers={"If-Match": '"1"'})
    assert_refused(response, 404)


@pytest.mark.parametrize("etag", ["", "1", '"0"', "W/", "\x7f", '"', "é", '"99999999999999999999999"', "a" * 4_000])
def test_etag_of_any_form_fails_the_precondition(client: TestClient, etag: str) -> None:
    path = client.post("/v1/profiles", json=profile_body()).headers["location"]
    header = {b"If-Match": etag.encode("latin-1")}
    assert_refused(client.put(path, json=profile_body(title="New"), headers=header), 412)
    assert_refused(client.delete(path, headers=header), 412)
    assert client.get(path, headers={b"If-None-Match": etag.encode("latin-1")}).status_code == 200


@pytest.mark.parametrize("cursor", ["", "x", "\x00", "🚀", "a" * 2_000, encode_cursor(1), encode_cursor("a\x00")])
def test_foreign_cursor_is_refused(untouched: TestClient, cursor: str) -> None:
    assert assert_refused(untouched.get("/v1/profiles", params={"cursor": cursor}), 400)["code"] == "bad_cursor"


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "99999999999999999999999"},
        {"limit": "1e3"},
        {"kind": "unicorn"},
        {"q": "a\x00"},
        {"q": "x" * 301},
        {"sector": "\x00"},
        {"city": ""},
        {"stage": "late"},
        {"unknown": "1"},
    ],
)
def test_unfit_list_query_is_refused(untouched: TestClient, query: dict[str, str]) -> None:
    assert assert_refused(untouched.get("/v1/profiles", params=query), 422)["errors"]


@pytest.mark.parametrize(
    "query",
    [
        {"after": "-1"},
        {"after": str(2**63)},
        {"after": "9" * 5_000},
        {"limit": "1001"},
        {"wait_seconds": "nan"},
        {"wait_seconds": "inf"},
        {"wait_seconds": "31"},
        {"after": "\x00"},
    ],
)
def test_unfit_feed_query_is_refused(untouched: TestClient, query: dict[str, str]) -> None:
    assert assert_refused(untouched.get("/v1/changes", params=query), 422)["errors"]


def test_position_beyond_the_feed_is_an_empty_page(untouched: TestClient) -> None:
    page = untouched.get("/v1/changes", params={"after": 2**62}).json()
    assert page.pop("epoch")
    assert page == {"items": [], "next_after": 2**62, "latest_seq": 0}
