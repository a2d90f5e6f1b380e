"""API keys on the wire: issued once with their secret, listed without it, told to services by their MAC."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from shared.contracts.base import Identifier, Line, WireModel
from shared.contracts.identity import Permission, Role
from shared.contracts.vocabularies import Language

MAX_OVERLAP_SECONDS = 90 * 86_400
PARTIES = frozenset({Role.ENTERPRISE, Role.FOUNDER, Role.INVESTOR, Role.PLATFORM_OPERATOR})
KeyId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{12}$")]
Roles = Annotated[tuple[Role, ...], Field(min_length=1, max_length=len(Role))]
Scopes = Annotated[tuple[Permission, ...], Field(min_length=1, max_length=len(Permission))]


class ApiKeyDraft(WireModel):
    """What a new key is to be."""

    name: Line
    """For people: who uses it, and for what."""
    roles: Roles
    organization_id: Identifier | None = None
    """The organisation it speaks for; a party's key needs one."""
    scopes: Scopes | None = None
    """Narrows what the roles allow; left out, everything they allow."""
    language: Language | None = None
    expires_at: AwareDatetime | None = None

    @model_validator(mode="after")
    def _roles_fit(self) -> "ApiKeyDraft":
        if self.organization_id is None and not PARTIES.isdisjoint(self.roles):
            raise ValueError("a party's key speaks for an organisation; give organization_id")
        if Role.SERVICE in self.roles and len(set(self.roles)) > 1:
            raise ValueError("the role service stands alone; make a second key for the other roles")
        return self


class ApiKey(WireModel):
    """A key without its secret, which nobody can read again."""

    key_id: KeyId
    name: Line
    roles: tuple[Role, ...]
    organization_id: Identifier | None = None
    scopes: tuple[Permission, ...] | None = None
    language: Language | None = None
    created_at: datetime
    created_by: Line
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    revoked_by: Line | None = None
    replaces: KeyId | None = None
    """The key that this one was rotated from."""
    last_used_at: datetime | None = None
    """By the catalog, to the minute; None where it was never used there."""


class IssuedApiKey(WireModel):
    """A new key with its secret, shown this once."""

    key: ApiKey
    secret: str
    """Send it as `Authorization: Bearer ...`; store it like a password."""


class ApiKeyPage(WireModel):
    """Keys in the order in which they were made."""

    items: tuple[ApiKey, ...]
    next_cursor: str | None = None


class ApiKeyAction(StrEnum):
    """What was done to a key."""

    CREATED = "created"
    ROTATED = "rotated"
    REVOKED = "revoked"


class ApiKeyEvent(WireModel):
    """One line of a key's audit trail."""

    key_id: KeyId
    action: ApiKeyAction
    by: str
    """Who did it: a caller's id, or a command on the catalog's own database."""
    at: datetime
    other_key_id: KeyId | None = None
    """Of `rotated` the successor, of `created` the predecessor."""


class ApiKeyEvents(WireModel):
    """Everything that was done to one key, the oldest first."""

    items: tuple[ApiKeyEvent, ...]


class ApiKeyRotation(WireModel):
    """How long the old key goes on working beside the new one."""

    overlap_seconds: Annotated[int, Field(ge=0, le=MAX_OVERLAP_SECONDS)] = 86_400


class ApiKeyRecord(WireModel):
    """What a service needs to recognise a key; the secret cannot be told from it."""

    key_id: KeyId
    mac: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    """HMAC-SHA256 of the whole secret under the services' pepper."""
    roles: tuple[Role, ...]
    organization_id: Identifier | None = None
    scopes: tuple[Permission, ...] | None = None
    language: Language | None = None
    expires_at: datetime | None = None
    revoked_at: datetime | None = None


class ApiKeyChange(WireModel):
    """The newest state of a key; an older one is never told again."""

    feed_seq: Annotated[int, Field(ge=1)]
    key: ApiKeyRecord


class ApiKeyChangePage(WireModel):
    """Keys that changed after the asked position; ask again with `next_after`."""

    items: tuple[ApiKeyChange, ...]
    next_after: Annotated[int, Field(ge=0)]
    latest_seq: Annotated[int, Field(ge=0)]
    epoch: str | None = None
    """As in the pages of profiles."""
