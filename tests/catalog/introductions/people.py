"""Callers of introductions, each of an organisation of its own, and the profiles that these own."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import update
from starlette.requests import HTTPConnection

from services.catalog.introductions.rules import IntroductionLimits
from services.catalog.introductions.speaking import Caller
from services.catalog.profiles import service as profiles
from services.catalog.tables import ProfileRow
from shared.kit.database import Database
from shared.kit.errors import Unauthenticated
from shared.kit.identity import Principal, Role
from tests.factories import make_profile

NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)
FOUNDER = Principal(id="key:founder", roles=frozenset({Role.FOUNDER}), organization_id="org-founder")
PLATFORM = Principal(id="key:pilot", roles=frozenset({Role.PLATFORM_OPERATOR}), organization_id="org-pilot")
STRANGER = Principal(id="key:stranger", roles=frozenset({Role.INVESTOR}), organization_id="org-stranger")
INCUBATOR = Principal(id="key:incubator", roles=frozenset({Role.FOUNDER}), organization_id="org-incubator")
STAFF = Principal(id="key:staff", roles=frozenset({Role.PLATFORM}))
AUDITOR = Principal(id="key:auditor", roles=frozenset({Role.AUDITOR}))
ADMIN = Principal(id="key:admin", roles=frozenset({Role.ADMIN}))
EVERYONE = {one.id.removeprefix("key:"): one for one in (FOUNDER, PLATFORM, STRANGER, INCUBATOR, STAFF, AUDITOR, ADMIN)}
CONTACT = {"name": "Alex Example", "email": "alex@example.org"}


class NamedCallers:
    """An authenticator that takes a caller's name for its key."""

    is_local = False

    async def authenticate(self, connection: HTTPConnection) -> Principal:
        """The caller whose name stands in the header."""
        name = connection.headers.get("authorization", "").removeprefix("Bearer ")
        if name not in EVERYONE:
            raise Unauthenticated
        return EVERYONE[name]


def caller(principal: Principal) -> Caller:
    return Caller(principal=principal, request_id=f"req-{principal.id}")


def limits(**fields: Any) -> IntroductionLimits:
    given: dict[str, Any] = {
        "is_reviewed": False,
        "asked_per_period": 1_000_000,
        "received_per_period": 1_000_000,
        "period": timedelta(days=30),
        "answer_within": timedelta(days=14),
        "remind_every": timedelta(days=5),
    }
    return IntroductionLimits(**given | fields)


def owned_profile(database: Database, owner: str | None, external_id: str, kind: str = "project", **fields: Any) -> str:
    """The id of a stored profile that an organisation owns."""
    given = {"contact": CONTACT, "organisation": f"Company {external_id} (fictional)"} | fields
    with database.write() as session:
        done = profiles.upsert(session, make_profile(kind, external_id=external_id, **given), now=NOW)
        session.execute(update(ProfileRow).where(ProfileRow.id == done.profile_id).values(owner=owner))
    return done.profile_id
