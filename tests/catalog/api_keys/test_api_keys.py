"""API keys over HTTP: shown once, refused when wrong, rotated with an overlap, revoked, told in the feed."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy import select
from starlette.testclient import TestClient

from services.catalog.api_keys.lookup import BELIEVED_SECONDS, StoredKeys
from services.catalog.api_keys.service import history, revoke
from services.catalog.app import create_app
from services.catalog.settings import CatalogSettings
from services.catalog.tables import ApiKeyRow
from shared.contracts.identity import Role
from shared.kit.database import Database
from shared.kit.errors import Unauthenticated
from shared.kit.identity.api_keys import Pepper, is_live, key_id_of, new_secret, principal_of
from tests.identity import PEPPER, bearing, issue


@pytest.fixture
def guarded(catalog_url: str) -> Iterator[TestClient]:
    """A catalog that asks who calls."""
    settings = CatalogSettings(database_url=catalog_url, api_key_pepper=SecretStr(PEPPER))
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def admin(database: Database) -> dict[str, str]:
    return bearing(issue(database, Role.ADMIN).secret)


def make(client: TestClient, admin: dict[str, str], **fields: Any) -> Any:
    draft = {"name": "desk", "roles": ["enterprise"], "organization_id": "org-own"} | fields
    answer = client.post("/v1/api-keys", json=draft, headers=admin)
    assert answer.status_code == 201, answer.text
    return answer.json()


def status_with(client: TestClient, secret: str) -> int:
    return client.get("/v1/profiles", headers=bearing(secret)).status_code


def test_a_secret_is_shown_once_and_stored_nowhere(
    guarded: TestClient, admin: dict[str, str], database: Database
) -> None:
    issued = make(guarded, admin)
    secret, key_id = issued["secret"], issued["key"]["key_id"]
    assert secret.startswith(f"liaison_{key_id}_")
    assert status_with(guarded, secret) == 200
    bare = secret.rsplit("_", 1)[-1]
    for path in ("/v1/api-keys", f"/v1/api-keys/{key_id}"):
        assert bare not in guarded.get(path, headers=admin).text
    with database.read() as session:
        rows = session.execute(select(*ApiKeyRow.__table__.columns)).all()
    assert bare not in repr(rows)


def test_wrong_secrets_are_refused_alike(guarded: TestClient, admin: dict[str, str]) -> None:
    secret = make(guarded, admin)["secret"]
    other = "A" if secret[-1] != "A" else "B"
    wrong = [
        secret[:-1] + other,
        secret[:-1],
        secret + "A",
        secret.upper(),
        "liaison_",
        "liaison_é",
        new_secret()[1],
        "x" * 20_000,
    ]
    answers = [guarded.get("/v1/profiles", headers={b"Authorization": f"Bearer {text}".encode()}) for text in wrong]
    assert {(answer.status_code, answer.content) for answer in answers} == {(401, answers[0].content)}
    assert guarded.get("/v1/profiles", headers={"Authorization": f"Basic {secret}"}).status_code == 401
    assert guarded.get("/v1/profiles").status_code == 401


def test_a_key_expires(guarded: TestClient, database: Database) -> None:
    now = datetime.now(UTC)
    assert status_with(guarded, issue(database, Role.ADMIN, expires_at=now - timedelta(seconds=1)).secret) == 401
    assert status_with(guarded, issue(database, Role.ADMIN, expires_at=now + timedelta(hours=1)).secret) == 200


def test_a_revoked_key_is_refused_at_once_and_for_good(guarded: TestClient, admin: dict[str, str]) -> None:
    issued = make(guarded, admin)
    assert status_with(guarded, issued["secret"]) == 200
    path = f"/v1/api-keys/{issued['key']['key_id']}:revoke"
    revoked = guarded.post(path, headers=admin).json()
    assert revoked["revoked_by"].startswith("key:")
    assert status_with(guarded, issued["secret"]) == 401
    assert guarded.post(path, headers=admin).json() == revoked
    rotated = guarded.post(path.replace("revoke", "rotate"), json={}, headers=admin)
    assert (rotated.status_code, rotated.json()["code"]) == (409, "api_key_not_live")


def test_a_rotated_key_works_for_the_overlap(guarded: TestClient, admin: dict[str, str]) -> None:
    old = make(guarded, admin, scopes=["profiles:read"])
    path = f"/v1/api-keys/{old['key']['key_id']}:rotate"
    new = guarded.post(path, json={"overlap_seconds": 3600}, headers=admin).json()
    assert (new["key"]["replaces"], new["key"]["scopes"]) == (old["key"]["key_id"], ["profiles:read"])
    assert [status_with(guarded, issued["secret"]) for issued in (old, new)] == [200, 200]
    newest = guarded.post(
        f"/v1/api-keys/{new['key']['key_id']}:rotate", json={"overlap_seconds": 0}, headers=admin
    ).json()
    assert [status_with(guarded, issued["secret"]) for issued in (new, newest)] == [401, 200]


def test_a_scope_narrows_a_key(guarded: TestClient, admin: dict[str, str]) -> None:
    secret = make(guarded, admin, scopes=["profiles:read"])["secret"]
    assert guarded.get("/v1/feedback", headers=bearing(secret)).status_code == 403
    assert status_with(guarded, secret) == 200


def test_use_is_noted(guarded: TestClient, admin: dict[str, str]) -> None:
    issued = make(guarded, admin)
    path = f"/v1/api-keys/{issued['key']['key_id']}"
    assert guarded.get(path, headers=admin).json()["last_used_at"] is None
    status_with(guarded, issued["secret"])
    assert guarded.get(path, headers=admin).json()["last_used_at"] is not None


def test_only_an_admin_makes_keys(guarded: TestClient, database: Database) -> None:
    for role in set(Role) - {Role.ADMIN}:
        headers = bearing(issue(database, role).secret)
        assert guarded.post("/v1/api-keys", json={}, headers=headers).status_code in (403, 422)
        draft = {"name": "x", "roles": ["admin"]}
        assert guarded.post("/v1/api-keys", json=draft, headers=headers).status_code == 403


@pytest.mark.parametrize(
    "draft", [{"roles": ["founder"]}, {"roles": []}, {"roles": ["service", "admin"]}, {"roles": ["king"]}]
)
def test_a_draft_that_makes_no_sense_is_refused(
    guarded: TestClient, admin: dict[str, str], draft: dict[str, Any]
) -> None:
    refused = guarded.post("/v1/api-keys", json={"name": "x"} | draft, headers=admin)
    assert refused.status_code == 422
    assert refused.json()["errors"]


def test_the_feed_tells_services_the_newest_state_of_each_key(
    guarded: TestClient, admin: dict[str, str], database: Database
) -> None:
    service = bearing(issue(database, Role.SERVICE).secret)
    issued = make(guarded, admin)
    first = guarded.get("/v1/changes?entity=api_key", headers=service).json()
    assert [item["feed_seq"] for item in first["items"]] == [1, 2, 3]
    assert issued["secret"].rsplit("_", 1)[-1] not in str(first)
    guarded.post(f"/v1/api-keys/{issued['key']['key_id']}:revoke", headers=admin)
    (change,) = guarded.get("/v1/changes?entity=api_key&after=3", headers=service).json()["items"]
    assert change["key"]["key_id"] == issued["key"]["key_id"]
    assert change["key"]["revoked_at"] is not None
    # Whoever reads from the start gets each key once.
    assert len(guarded.get("/v1/changes?entity=api_key", headers=service).json()["items"]) == 3


def test_only_a_service_reads_the_feed(guarded: TestClient, admin: dict[str, str], database: Database) -> None:
    assert guarded.get("/v1/changes", headers=admin).status_code == 403
    assert guarded.get("/v1/changes", headers=bearing(issue(database, Role.SERVICE).secret)).status_code == 200


def test_a_catalog_without_a_pepper_makes_no_keys(client: TestClient) -> None:
    refused = client.post("/v1/api-keys", json={"name": "x", "roles": ["admin"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "api_keys_not_configured")


def test_a_key_revoked_elsewhere_is_not_believed_for_long(database: Database) -> None:
    keys, key_id = StoredKeys(database), issue(database, Role.ADMIN).key.key_id

    async def becomes_dead() -> bool:
        live = await keys.find(key_id)
        assert live is not None and is_live(live, datetime.now(UTC))
        with database.write() as session:
            revoke(session, key_id, by="another process", now=datetime.now(UTC))
        deadline = monotonic() + 10 * BELIEVED_SECONDS
        while monotonic() < deadline:
            found = await keys.find(key_id)
            assert found is not None
            if not is_live(found, datetime.now(UTC)):
                return True
            await asyncio.sleep(0.02)
        return False

    assert asyncio.run(becomes_dead())


@given(text=st.text(max_size=80) | st.text(max_size=70).map(lambda rest: f"liaison_{rest}"))
def test_whatever_is_sent_is_a_secret_or_refused(text: str) -> None:
    try:
        key_id = key_id_of(text)
    except Unauthenticated:
        return
    assert text.startswith(f"liaison_{key_id}_")


def test_another_pepper_recognises_nothing(database: Database) -> None:
    issued = issue(database, Role.ADMIN)
    with database.read() as session:
        row = session.scalars(select(ApiKeyRow)).one()
        mac = row.mac
    assert Pepper(value=PEPPER.encode()).mac(issued.secret) == mac
    assert Pepper(value=b"another").mac(issued.secret) != mac
    with pytest.raises(Unauthenticated):
        principal_of(issued.secret, None, Pepper(value=PEPPER.encode()), datetime.now(UTC))


def trail(client: TestClient, caller: dict[str, str], key_id: str) -> list[tuple[str, str, str | None]]:
    answer = client.get(f"/v1/api-keys/{key_id}/events", headers=caller)
    assert answer.status_code == 200, answer.text
    assert all(datetime.fromisoformat(one["at"]) <= datetime.now(UTC) for one in answer.json()["items"])
    return [(one["action"], one["by"], one["other_key_id"]) for one in answer.json()["items"]]


def test_who_made_rotated_and_revoked_a_key_is_on_record(
    guarded: TestClient, admin: dict[str, str], database: Database
) -> None:
    me = f"key:{key_id_of(admin['Authorization'].removeprefix('Bearer '))}"
    old = make(guarded, admin)["key"]["key_id"]
    new = guarded.post(f"/v1/api-keys/{old}:rotate", json={}, headers=admin).json()["key"]["key_id"]
    for _ in range(2):  # the second changes nothing, and says so nowhere
        guarded.post(f"/v1/api-keys/{new}:revoke", json={}, headers=admin)
    auditor = bearing(issue(database, Role.AUDITOR).secret)
    assert trail(guarded, auditor, old) == [("created", me, None), ("rotated", me, new)]
    assert trail(guarded, auditor, new) == [("created", me, old), ("revoked", me, None)]
    for role, status in ((Role.PLATFORM, 403), (Role.RANKING_OPERATOR, 403), (Role.ADMIN, 200)):
        caller = bearing(issue(database, role).secret)
        assert guarded.get(f"/v1/api-keys/{old}/events", headers=caller).status_code == status
    unknown = guarded.get("/v1/api-keys/zzzzzzzzzzzz/events", headers=auditor)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "api_key_not_found")


def test_a_change_that_is_not_kept_leaves_no_line(database: Database) -> None:
    issued = issue(database, Role.FOUNDER)
    with pytest.raises(KeyError), database.write() as session:
        revoke(session, issued.key.key_id, by="tests", now=datetime.now(UTC))
        raise KeyError
    with database.read() as session:
        assert [event.action for event in history(session, issued.key.key_id).items] == ["created"]
