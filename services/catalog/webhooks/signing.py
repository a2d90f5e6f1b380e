"""Signing secrets, computed and never stored, and signatures as Standard Webhooks has them."""

import base64
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from standardwebhooks import Webhook

_MARK_LENGTH = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """The catalog's own secret, from which each endpoint's is computed; never shown."""

    value: bytes

    def __repr__(self) -> str:
        return "SigningKey(...)"

    def secret(self, webhook_id: str, salt: str) -> str:
        """An endpoint's secret, `whsec_` and 256 bits in base64: HMAC-SHA256 of its id and salt under this key."""
        return "whsec_" + base64.b64encode(self._mac(f"webhook secret/{webhook_id}/{salt}")).decode()

    @property
    def mark(self) -> str:
        """Tells keys apart without telling anything of them."""
        return self._mac("webhook key mark").hex()[:_MARK_LENGTH]

    def _mac(self, text: str) -> bytes:
        return hmac.new(self.value, text.encode(), sha256).digest()


def new_salt() -> str:
    """128 random bits: a number that grows would come back with a restored backup, and with it an old secret."""
    return secrets.token_hex(16)


def signed_headers(event_id: str, body: str, signing_secrets: tuple[str, ...], *, now: datetime) -> Mapping[str, str]:
    """The three headers of https://www.standardwebhooks.com; one signature for each secret. `now` is aware UTC."""
    signatures = [Webhook(secret).sign(event_id, now, body) for secret in signing_secrets]
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
