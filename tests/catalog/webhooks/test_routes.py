"""Endpoints, deliveries and notifications over HTTP: whose they are, what is refused, what is told once."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from services.catalog.app import create_app, open_catalog
from services.catalog.settings import CatalogSettings
from services.catalog.webhooks.sending import Outcome
from shared.kit.database import Database
from tests.catalog.introductions.people import NamedCallers
from tests.catalog.webhooks.hooks import KEY, all_deliveries, claim, record, set_webhook

URL = "https://hooks.example.org/liaison?token=CanaryToken"


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A running catalog that tells its callers apart by name; it looks at its queue once, when that is empty."""
    url = f"sqlite:///{tmp_path_factory.mktemp('webhooks') / 'catalog.db'}"
    secret = SecretStr(KEY.value.decode())
    app = create_app(CatalogSettings(database_url=url, webhook_secret_key=secret, webhook_poll_seconds=60))
    with TestClient(app, raise_server_exceptions=False) as client:
        app.state.authenticator = NamedCallers()
        yield client


@pytest.fixture
def database(catalog: TestClient) -> Database:
    """Of the running catalog, emptied."""
    database: Database = catalog.app.state.database  # type: ignore[attr-defined]
    with database.write() as session:
        for table in ("webhooks", "webhook_deliveries", "idempotency_keys"):
            session.connection().exec_driver_sql(f"DELETE FROM {table}")
    return database


Ask = Any  # a callable of a caller, a method, a path


@pytest.fixture
def ask(catalog: TestClient, database: Database) -> Ask:
    def ask(by: str, method: str, path: str, body: Any = None, key: str | None = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {by}"} | ({"Idempotency-Key": key} if key else {})
        answer: httpx.Response = catalog.request(method, f"/v1/{path}", json=body, headers=headers)  # type: ignore[assignment]
        return answer

    return ask


def made(ask: Ask, by: str = "founder", **fields: Any) -> str:
    answer = ask(by, "POST", "webhooks", {"url": URL} | fields)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["webhook"]["id"])


def test_a_secret_is_told_once_and_again_only_under_the_same_idempotency_key(ask: Ask) -> None:
    first = ask("founder", "POST", "webhooks", {"url": URL}, "k1")
    again = ask("founder", "POST", "webhooks", {"url": URL}, "k1")
    assert first.status_code == 201 and first.json() == again.json()
    assert first.headers["cache-control"] == "no-store"
    secret, webhook = first.json()["secret"], first.json()["webhook"]
    assert secret.startswith("whsec_")
    assert webhook["organization_id"] == "org-founder"
    assert first.headers["location"] == f"/v1/webhooks/{webhook['id']}"
    listed = ask("founder", "GET", "webhooks")
    assert listed.json()["items"] == [webhook]
    assert secret not in listed.text + ask("founder", "GET", f"webhooks/{webhook['id']}").text
    assert ask("founder", "POST", "webhooks", {"url": URL + "x"}, "k1").json()["code"] == "idempotency_key_reused"


def test_no_secret_is_in_any_table(ask: Ask, database: Database) -> None:
    issued = ask("founder", "POST", "webhooks", {"url": URL}, "k1").json()
    rotated = ask("founder", "POST", f"webhooks/{issued['webhook']['id']}:rotate", {}, "k2").json()
    with database.read() as session:
        stored = "".join(
            str(session.connection().exec_driver_sql(f"SELECT * FROM {table}").all())
            for table in ("webhooks", "webhook_deliveries", "idempotency_keys")
        )
    for secret in (issued["secret"], rotated["secret"]):
        assert secret.removeprefix("whsec_") not in stored


def test_rotation_overlaps_and_a_lost_answer_is_had_again(ask: Ask, database: Database) -> None:
    issued = ask("founder", "POST", "webhooks", {"url": URL}).json()
    path = f"webhooks/{issued['webhook']['id']}:rotate"
    rotated = ask("founder", "POST", path, {"overlap_seconds": 3600}, "r1")
    assert rotated.status_code == 201
    assert rotated.json()["secret"] != issued["secret"]
    assert ask("founder", "POST", path, {"overlap_seconds": 3600}, "r1").json() == rotated.json()
    assert rotated.json()["webhook"]["overlap_until"] is not None
    ask("founder", "POST", f"webhooks/{issued['webhook']['id']}:test")
    [delivery] = all_deliveries(database)
    [found] = claim(database, delivery.webhook_id, now=delivery.due_at)
    secrets = [KEY.secret(delivery.webhook_id, salt) for salt in found.salts]
    assert secrets == [rotated.json()["secret"], issued["secret"]]


def test_an_organisation_knows_only_its_own_webhooks(ask: Ask) -> None:
    own, other, platforms = made(ask), made(ask, "stranger"), made(ask, "staff")

    def listed(by: str) -> set[str]:
        return {item["id"] for item in ask(by, "GET", "webhooks").json()["items"]}

    assert listed("founder") == {own}
    assert listed("stranger") == {other}
    assert listed("staff") == listed("auditor") == listed("admin") == {own, other, platforms}
    assert ask("staff", "GET", f"webhooks/{platforms}").json()["organization_id"] is None
    for path, method in (
        (f"webhooks/{own}", "GET"),
        (f"webhooks/{own}/deliveries", "GET"),
        (f"webhooks/{own}", "DELETE"),
        (f"webhooks/{own}:rotate", "POST"),
        (f"webhooks/{own}:pause", "POST"),
        (f"webhooks/{own}:resume", "POST"),
        (f"webhooks/{own}:test", "POST"),
    ):
        stranger, nobody = ask("stranger", method, path), ask("stranger", method, path.replace(own, "whk_none"))
        assert stranger.status_code == nobody.status_code == 404, path
        assert stranger.json()["code"] == nobody.json()["code"] == "webhook_not_found"
    assert ask("stranger", "PATCH", f"webhooks/{own}", {"url": URL}).status_code == 404
    assert ask("auditor", "DELETE", f"webhooks/{own}").status_code == 403


def test_an_auditor_sees_where_a_webhook_leads_without_the_receivers_token(ask: Ask) -> None:
    made(ask)
    seen = ask("auditor", "GET", "webhooks")
    assert seen.json()["items"][0]["url"] == "https://hooks.example.org"
    assert "CanaryToken" not in seen.text


def test_only_staff_makes_webhooks_for_others(ask: Ask) -> None:
    mine = ask("staff", "POST", "webhooks", {"url": URL, "organization_id": "org-pilot"})
    assert mine.json()["webhook"]["organization_id"] == "org-pilot"
    refused = ask("founder", "POST", "webhooks", {"url": URL, "organization_id": "org-pilot"})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_your_webhooks")


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.org",
        "ftp://hooks.example.org",
        "https://",
        "hooks.example.org",
        "https://user:password@hooks.example.org",
        "https://hooks.example.org/#part",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://[::ffff:10.0.0.1]",
        "https://169.254.169.254/latest",
        "https://localhost:8001",
        "https://a.localhost",
        "https://host:99999",
        "https://\u2603.example.org/\x07",
        "https://[::",
    ],
)
def test_an_address_that_must_not_be_asked_is_refused_by_its_field(ask: Ask, url: str) -> None:
    answer = ask("founder", "POST", "webhooks", {"url": url})
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"].endswith("url")
    assert ask("founder", "GET", "webhooks").json()["items"] == []


def test_an_international_name_is_taken(ask: Ask) -> None:
    assert ask("founder", "POST", "webhooks", {"url": "https://钩子.example.org/路"}).status_code == 201


def test_a_change_leaves_what_it_does_not_name(ask: Ask) -> None:
    one = made(ask, description="CRM", event_types=["introduction.*"])
    changed = ask("founder", "PATCH", f"webhooks/{one}", {"url": "https://new.example.org/"}).json()
    assert (changed["url"], changed["description"], changed["event_types"]) == (
        "https://new.example.org/",
        "CRM",
        ["introduction.*"],
    )
    assert ask("founder", "PATCH", f"webhooks/{one}", {"description": None}).json()["description"] is None
    assert ask("founder", "PATCH", f"webhooks/{one}", {}).status_code == 422
    assert ask("founder", "PATCH", f"webhooks/{one}", {"url": "https://10.1.1.1/"}).status_code == 422
    assert ask("founder", "PATCH", f"webhooks/{one}", {"event_types": ["Not one"]}).status_code == 422


def test_pausing_resuming_and_trying(ask: Ask, database: Database) -> None:
    one = made(ask, event_types=["introduction.met"])
    assert ask("founder", "POST", f"webhooks/{one}:pause").json()["paused"] == "asked"
    assert ask("founder", "POST", f"webhooks/{one}:test").json()["code"] == "webhook_paused"
    assert ask("founder", "POST", f"webhooks/{one}:resume").json()["paused"] is None
    tried = ask("founder", "POST", f"webhooks/{one}:test")
    assert (tried.status_code, tried.json()["type"], tried.json()["state"]) == (202, "webhook.ping", "pending")
    set_webhook(database, one, key_mark="another", paused="secret_lost")
    assert ask("founder", "POST", f"webhooks/{one}:resume").json()["code"] == "webhook_secret_lost"
    assert ask("founder", "POST", f"webhooks/{one}:rotate").json()["webhook"]["overlap_until"] is None
    assert ask("founder", "POST", f"webhooks/{one}:resume").json()["paused"] is None


def test_the_dead_are_listed_and_redelivered_the_same(ask: Ask, database: Database) -> None:
    one = made(ask)
    ids = [ask("founder", "POST", f"webhooks/{one}:test").json()["id"] for _ in range(3)]
    for _ in range(4):
        set_webhook(database, one, waits_until=None)
        now = max(row.due_at for row in all_deliveries(database))
        claims = [found for found in claim(database, one, now=now) if found.delivery_id == ids[0]]
        record(database, claims, Outcome(error="timeout"), now=now)
        for row in all_deliveries(database):
            with database.write() as session:
                session.merge(row).lease = None
    dead = ask("founder", "GET", f"webhooks/{one}/deliveries?state=dead").json()["items"]
    assert [(item["id"], item["attempts"], item["last_error"]) for item in dead] == [(ids[0], 4, "timeout")]
    body = all_deliveries(database)[0].body
    assert ask("stranger", "POST", f"webhook-deliveries/{ids[0]}:redeliver").status_code == 404
    again = ask("founder", "POST", f"webhook-deliveries/{ids[0]}:redeliver")
    assert again.status_code == 202
    assert (again.json()["state"], again.json()["attempts"]) == ("pending", 0)
    assert again.json()["event_id"] == dead[0]["event_id"]
    assert all_deliveries(database)[0].body == body
    page = ask("founder", "GET", f"webhooks/{one}/deliveries?limit=2").json()
    assert [item["id"] for item in page["items"]] == ids[:0:-1]
    rest = ask("founder", "GET", f"webhooks/{one}/deliveries?limit=2&cursor={page['next_cursor']}").json()
    assert [item["id"] for item in rest["items"]] == ids[:1]


def test_deleting_forgets_what_waits(ask: Ask, database: Database) -> None:
    one, other = made(ask), made(ask)
    for webhook_id in (one, other):
        ask("founder", "POST", f"webhooks/{webhook_id}:test")
    assert ask("founder", "DELETE", f"webhooks/{one}").status_code == 204
    assert ask("founder", "GET", f"webhooks/{one}").status_code == 404
    assert {row.webhook_id for row in all_deliveries(database)} == {other}


def test_an_organisation_has_so_many_webhooks_at_most(ask: Ask) -> None:
    for _ in range(20):
        made(ask)
    assert ask("founder", "POST", "webhooks", {"url": URL}).json()["code"] == "too_many_webhooks"
    made(ask, "stranger")


def test_a_notification_goes_to_its_organisation_once_for_a_key(ask: Ask, database: Database) -> None:
    one = made(ask, event_types=["recommendations.digest"])
    made(ask, "stranger")
    made(ask, event_types=["introduction.*"])
    body = {"type": "recommendations.digest", "organization_id": "org-founder", "document": {"新": 3}}
    first, again = (ask("staff", "POST", "notifications", body, "n1") for _ in range(2))
    assert (first.status_code, first.json()["deliveries"]) == (202, 1)
    assert first.json() == again.json()
    [row] = all_deliveries(database)
    assert (row.webhook_id, row.event_id) == (one, first.json()["event_id"])
    told = json.loads(row.body)
    assert (told["type"], told["data"]) == ("recommendations.digest", {"新": 3})
    assert ask("staff", "POST", "notifications", body | {"organization_id": "org-none"}).json()["deliveries"] == 0
    assert ask("founder", "POST", "notifications", body).status_code == 403


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("type", "introduction.accepted"),
        ("type", "webhook.ping"),
        ("type", "digest"),
        ("document", {"x": "x" * 300_000}),
        ("document", [1]),
    ],
)
def test_a_faulty_notification_names_its_field(ask: Ask, database: Database, field: str, value: Any) -> None:
    body = {"type": "recommendations.digest", "document": {}} | {field: value}
    answer = ask("staff", "POST", "notifications", body, "n1")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].endswith(field)
    assert all_deliveries(database) == []


@pytest.mark.parametrize("broken", ['{"x": NaN}', '{"x": "\\ud800"}'])
def test_a_document_that_no_receiver_could_read_is_refused(catalog: TestClient, ask: Ask, broken: str) -> None:
    made(ask)
    content = f'{{"type": "a.b", "organization_id": "org-founder", "document": {broken}}}'
    headers = {"Authorization": "Bearer staff", "Content-Type": "application/json"}
    answer = catalog.post("/v1/notifications", content=content, headers=headers)
    assert answer.status_code in (400, 422), answer.text


def test_without_a_key_the_catalog_says_what_to_set(sqlite_catalog_url: str) -> None:
    with TestClient(create_app(CatalogSettings(database_url=sqlite_catalog_url))) as client:
        refused = client.post("/v1/webhooks", json={"url": URL})
        assert (refused.status_code, refused.json()["code"]) == (409, "webhooks_not_configured")
        assert "LIAISON_CATALOG_WEBHOOK_SECRET_KEY" in refused.json()["detail"]
        assert client.get("/v1/webhooks").json()["items"] == []


def test_the_pepper_serves_where_there_is_no_key_of_its_own(sqlite_catalog_url: str) -> None:
    open_catalog(sqlite_catalog_url).close()
    settings = CatalogSettings(
        database_url=sqlite_catalog_url, api_key_pepper=SecretStr("p" * 40), webhook_poll_seconds=60
    )
    with TestClient(create_app(settings)) as client:
        client.app.state.authenticator = NamedCallers()  # type: ignore[attr-defined]
        headers = {"Authorization": "Bearer founder"}
        assert client.post("/v1/webhooks", json={"url": URL}, headers=headers).status_code == 201
