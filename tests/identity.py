"""Keys of tests: a pepper, keys made straight in a catalog's database, and the header that bears them."""

from datetime import UTC, datetime

from services.catalog.api_keys.service import create
from shared.contracts.api_keys import PARTIES, ApiKeyDraft, IssuedApiKey
from shared.contracts.identity import Permission, Role
from shared.kit.database import Database
from shared.kit.identity.api_keys import Pepper

PEPPER = "a pepper of tests, long enough to be taken"


def issue(
    database: Database,
    *roles: Role,
    organization_id: str | None = None,
    scopes: tuple[Permission, ...] | None = None,
    expires_at: datetime | None = None,
) -> IssuedApiKey:
    """A new key; a party's speaks for `org-own` where nothing else is said."""
    if organization_id is None and not PARTIES.isdisjoint(roles):
        organization_id = "org-own"
    draft = ApiKeyDraft(
        name="a test", roles=roles, organization_id=organization_id, scopes=scopes, expires_at=expires_at
    )
    return issue_draft(database, draft)


def issue_draft(database: Database, draft: ApiKeyDraft) -> IssuedApiKey:
    """A new key as drafted."""
    with database.write() as session:
        return create(session, draft, Pepper(value=PEPPER.encode()), by="tests", now=datetime.now(UTC))


def bearing(secret: str) -> dict[str, str]:
    """The header that a caller sends."""
    return {"Authorization": f"Bearer {secret}"}
