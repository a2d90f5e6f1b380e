"""Making, rotating and revoking API keys; in the caller's transaction, the secret told once and never stored."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from services.catalog.api_keys import repository
from services.catalog.api_keys.errors import ApiKeyNotFound, ApiKeyNotLive
from services.catalog.tables import ApiKeyEventRow, ApiKeyRow
from shared.contracts.api_keys import (
    ApiKey,
    ApiKeyAction,
    ApiKeyDraft,
    ApiKeyEvent,
    ApiKeyEvents,
    ApiKeyRecord,
    IssuedApiKey,
)
from shared.contracts.identity import Permission, Role
from shared.contracts.vocabularies import Language
from shared.kit.database import ReadSession, WriteSession
from shared.kit.identity.api_keys import Pepper, is_live, new_secret


def create(
    session: WriteSession, draft: ApiKeyDraft, pepper: Pepper, *, by: str, now: datetime, replaces: str | None = None
) -> IssuedApiKey:
    """A new key and its secret."""
    key_id, secret = new_secret()
    row = ApiKeyRow(
        key_id=key_id,
        mac=pepper.mac(secret),
        name=draft.name,
        roles=_joined(dict.fromkeys(draft.roles)),
        organization_id=draft.organization_id,
        scopes=None if draft.scopes is None else _joined(dict.fromkeys(draft.scopes)),
        language=draft.language,
        created_at=now,
        created_by=by,
        expires_at=draft.expires_at,
        replaces=replaces,
    )
    repository.add(session, row)
    _note(session, key_id, ApiKeyAction.CREATED, by=by, now=now, other=replaces)
    return IssuedApiKey(key=told(row), secret=secret)


def rotate(
    session: WriteSession, key_id: str, pepper: Pepper, *, overlap: timedelta, by: str, now: datetime
) -> IssuedApiKey:
    """A new key in the place of one that goes on working for the overlap; raises ApiKeyNotFound, ApiKeyNotLive."""
    row = _locked(session, key_id)
    if not is_live(record_of(row), now):
        raise ApiKeyNotLive
    lifetime = None if row.expires_at is None else row.expires_at - row.created_at
    draft = ApiKeyDraft(
        name=row.name,
        roles=_roles(row),
        organization_id=row.organization_id,
        scopes=_scopes(row),
        language=None if row.language is None else Language(row.language),
        expires_at=None if lifetime is None else now + lifetime,
    )
    row.expires_at = min(now + overlap, row.expires_at or now + overlap)
    row.feed_seq = None
    issued = create(session, draft, pepper, by=by, now=now, replaces=key_id)
    _note(session, key_id, ApiKeyAction.ROTATED, by=by, now=now, other=issued.key.key_id)
    return issued


def revoke(session: WriteSession, key_id: str, *, by: str, now: datetime) -> ApiKey:
    """Have a key refused from now on, for good; again changes nothing. Raises ApiKeyNotFound."""
    row = _locked(session, key_id)
    if row.revoked_at is None:
        row.revoked_at, row.revoked_by, row.feed_seq = now, by, None
        _note(session, key_id, ApiKeyAction.REVOKED, by=by, now=now)
    return told(row)


def history(session: ReadSession, key_id: str) -> ApiKeyEvents:
    """What was done to a key, by whom and when; raises ApiKeyNotFound."""
    read(session, key_id)
    rows = repository.events(session, key_id)
    return ApiKeyEvents(
        items=tuple(
            ApiKeyEvent(
                key_id=row.key_id, action=ApiKeyAction(row.action), by=row.by, at=row.at, other_key_id=row.other_key_id
            )
            for row in rows
        )
    )


def read(session: ReadSession, key_id: str) -> ApiKey:
    """One key; raises ApiKeyNotFound."""
    row = repository.find(session, key_id)
    if row is None:
        raise ApiKeyNotFound
    return told(row)


def told(row: ApiKeyRow) -> ApiKey:
    """A key as people see it."""
    return ApiKey(
        **_common(row),
        name=row.name,
        created_at=row.created_at,
        created_by=row.created_by,
        revoked_by=row.revoked_by,
        replaces=row.replaces,
        last_used_at=row.last_used_at,
    )


def record_of(row: ApiKeyRow) -> ApiKeyRecord:
    """A key as services recognise it."""
    return ApiKeyRecord(**_common(row), mac=row.mac)


def _note(
    session: WriteSession, key_id: str, action: ApiKeyAction, *, by: str, now: datetime, other: str | None = None
) -> None:
    event = ApiKeyEventRow(key_id=key_id, action=action, by=by, at=now, other_key_id=other)
    repository.note_event(session, event)


def _locked(session: WriteSession, key_id: str) -> ApiKeyRow:
    row = repository.lock(session, key_id)
    if row is None:
        raise ApiKeyNotFound
    return row


def _common(row: ApiKeyRow) -> dict[str, object]:
    return {
        "key_id": row.key_id,
        "roles": _roles(row),
        "organization_id": row.organization_id,
        "scopes": _scopes(row),
        "language": row.language,
        "expires_at": row.expires_at,
        "revoked_at": row.revoked_at,
    }


def _roles(row: ApiKeyRow) -> tuple[Role, ...]:
    return tuple(Role(word) for word in row.roles.split())


def _scopes(row: ApiKeyRow) -> tuple[Permission, ...] | None:
    return None if row.scopes is None else tuple(Permission(word) for word in row.scopes.split())


def _joined(words: Iterable[str]) -> str:
    return " ".join(words)
