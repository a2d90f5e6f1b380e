"""API keys: how a secret is made, what is kept of it, and whether it is good now."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from shared.contracts.api_keys import ApiKeyRecord
from shared.kit.errors import Unauthenticated
from shared.kit.identity.principal import Principal

PREFIX = "liaison_"
_KEY_ID_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_KEY_ID_LENGTH = 12
_SECRET_BYTES = 32
_SECRET_LENGTH = 43
_NOBODY = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Pepper:
    """The services' secret, without which a stolen table of MACs is of no use; never shown."""

    value: bytes

    def __repr__(self) -> str:
        return "Pepper(...)"

    def mac(self, secret: str) -> str:
        """HMAC-SHA256 in hexadecimal: secrets of 256 bits need no slow hash."""
        return hmac.new(self.value, secret.encode(), sha256).hexdigest()


def new_secret() -> tuple[str, str]:
    """A key's id and its whole secret, `liaison_<id>_<256 bits>`, from the system's randomness."""
    key_id = "".join(secrets.choice(_KEY_ID_LETTERS) for _ in range(_KEY_ID_LENGTH))
    return key_id, f"{PREFIX}{key_id}_{secrets.token_urlsafe(_SECRET_BYTES)}"


def key_id_of(secret: str) -> str:
    """The id inside a secret; raises Unauthenticated for what is not built like one."""
    key_id, _, rest = secret.removeprefix(PREFIX).partition("_")
    is_built_like_one = (
        secret.startswith(PREFIX) and secret.isascii() and len(key_id) == _KEY_ID_LENGTH and len(rest) == _SECRET_LENGTH
    )
    if not is_built_like_one:
        raise Unauthenticated
    return key_id


def principal_of(secret: str, record: ApiKeyRecord | None, pepper: Pepper, now: datetime) -> Principal:
    """Who holds the secret; raises Unauthenticated, after the same work whatever is wrong."""
    is_right = hmac.compare_digest(pepper.mac(secret), _NOBODY if record is None else record.mac)
    if record is None or not is_right or not is_live(record, now):
        raise Unauthenticated
    return Principal(
        id=f"key:{record.key_id}",
        roles=frozenset(record.roles),
        organization_id=record.organization_id,
        scopes=None if record.scopes is None else frozenset(record.scopes),
        language=record.language,
    )


def is_live(record: ApiKeyRecord, now: datetime) -> bool:
    """Neither revoked nor expired."""
    return record.revoked_at is None and (record.expires_at is None or now < record.expires_at)
