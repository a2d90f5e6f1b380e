"""A catalog in which one organisation has left a canary in everything, and another one has dealt with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from services.catalog.app import create_app, open_catalog
from services.catalog.settings import CatalogSettings
from shared.contracts.api_keys import ApiKeyDraft
from shared.contracts.identity import Role
from shared.kit.database import Database
from tests.canary import word
from tests.factories import profile_body
from tests.identity import PEPPER, bearing, issue, issue_draft

ORGANIZATION = word("organization")
EVENT_AT = "2026-11-20T09:30:00Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A running catalog, its callers and what they made."""

    client: Any
    """Of whatever library."""
    database: Database
    headers: dict[str, dict[str, str]]
    own: str
    """The profile with the canaries."""
    other: str
    introduction: str

    def ask(self, caller: str, method: str, path: str, **request: Any) -> Any:
        headers = self.headers[caller] | request.pop("headers", {})
        return self.client.request(method, path, headers=headers, **request)


@pytest.fixture
def kept(sqlite_catalog_url: str) -> Iterator[Kept]:
    with running(sqlite_catalog_url) as world:
        yield world


@pytest.fixture
def kept_on_both(catalog_url: str) -> Iterator[Kept]:
    with running(catalog_url) as world:
        yield world


@contextmanager
def running(catalog_url: str) -> Iterator[Kept]:
    settings = CatalogSettings(database_url=catalog_url, api_key_pepper=SecretStr(PEPPER), expected_matchers=0)
    database = open_catalog(catalog_url)
    headers = callers(database)
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield leave_canaries(client, database, headers)
    database.close()


def callers(database: Database) -> dict[str, dict[str, str]]:
    draft = ApiKeyDraft(name=word("keyname"), roles=(Role.FOUNDER,), organization_id=ORGANIZATION)
    keys = {
        "own": issue_draft(database, draft),
        "other": issue(database, Role.PLATFORM_OPERATOR, organization_id="org-other"),
        "stranger": issue(database, Role.INVESTOR, organization_id="org-stranger"),
        "admin": issue(database, Role.ADMIN),
        "platform": issue(database, Role.PLATFORM),
        "service": issue(database, Role.SERVICE),
    }
    return {name: bearing(issued.secret) for name, issued in keys.items()}


def canary_profile(**fields: Any) -> dict[str, Any]:
    """A project with a canary in every field that takes a text."""
    needs = [{"text": f"pilot line {word('need')}", "type": "pilot_test"}]
    texts = {name: f"coating {word(name)}" for name in ("title", "organisation", "organisation_unit", "summary")}
    texts |= {name: f"coating {word(name)}" for name in ("description", "technology", "product")}
    refused = {"op": "not_in", "attribute": "organisation", "values": [word("rulevalue")]}
    rule = {"condition": refused, "label": word("rulelabel")}
    return (
        profile_body(
            "project",
            source=word("source"),
            external_id=word("externalid"),
            needs=needs,
            offers=[{"text": word("offer")}],
            sectors=[word("sector")],
            keywords=[word("keyword")],
            region={"country": "CN", "city": word("city")},
            intellectual_property=[word("patent")],
            url=f"https://{word('url')}.example",
            contact={
                "name": word("contactname"),
                "role": word("contactrole"),
                "email": f"{word('mail')}@example.org",
                "phone": "+86 10 5550 0101",
                "note": word("contactnote"),
            },
            track_record={"items": [{"title": word("pasttitle"), "text": word("pasttext")}]},
            rules=[rule],
            **texts,
        )
        | fields
    )


def leave_canaries(client: Any, database: Database, headers: dict[str, dict[str, str]]) -> Kept:
    """Two revisions, feedback, an accepted introduction with every text, delegations, answers under keys.

    With a client of any library.
    """

    def done(caller: str, path: str, body: dict[str, Any], key: str | None = None, method: str = "POST") -> Any:
        sent = headers[caller] | ({"Idempotency-Key": key} if key else {})
        sent |= {"X-Request-ID": word("request")} if caller == "own" else {}
        sent |= {"If-Match": '"1"'} if method == "PUT" else {}
        answer = client.request(method, path, json=body, headers=sent)
        assert answer.is_success, answer.text
        return answer.json()

    own = done("own", "/v1/profiles", canary_profile())["id"]
    done("own", f"/v1/profiles/{own}", canary_profile(title=word("newtitle")), method="PUT")
    other = done("other", "/v1/profiles", profile_body("pilot_platform", external_id="pilot", contact=_CONTACT))["id"]
    event = {
        "event_id": word("event"),
        "type": "dismissed",
        "subject_id": own,
        "target_id": other,
        "reason": "other",
        "note": word("feedbacknote"),
        "by": word("feedbackby"),
        "at": EVENT_AT,
    }
    done("own", "/v1/feedback", {"events": [event]})
    asked = {"subject_id": own, "target_id": other, "purpose": "pilot_test", "message": word("message")}
    introduction = done("own", "/v1/introductions", asked, key="asked")["id"]
    done("other", f"/v1/introductions/{introduction}:accept", {"note": word("acceptnote")})
    done("other", f"/v1/introductions/{introduction}/contacts", {})
    delegation = {"delegate_principal_id": word("delegate")}
    done("own", "/v1/delegations", delegation, key="delegated")
    given = {"delegate_organization_id": ORGANIZATION}
    done("other", "/v1/delegations", given, key="given")
    endpoint = {"url": f"https://{word('hook')}.invalid/in", "event_types": ["*"], "description": word("hookwords")}
    done("own", "/v1/webhooks", endpoint, key="hook")
    endpoint |= {"url": "https://other.invalid/in", "description": "of the other"}
    done("other", "/v1/webhooks", endpoint)
    told = {"type": "recommendations.digest", "organization_id": "org-other"}
    done("platform", "/v1/notifications", told | {"document": {"profile_id": own, "title": word("digest")}})
    return Kept(client=client, database=database, headers=headers, own=own, other=other, introduction=introduction)


_CONTACT = {"name": "Kim Example", "email": "kim@example.org"}
