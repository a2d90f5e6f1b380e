"""Secrets and signatures, against the specification's own words and its reference library."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from services.catalog.webhooks.signing import SigningKey, new_salt, signed_headers

KEY = SigningKey(value=b"a key of tests, long enough to be one")
BODY = '{"type":"webhook.ping","data":{"名":"试"}}'


def test_a_signature_is_the_hmac_of_id_timestamp_and_body() -> None:
    secret, now = KEY.secret("whk_1", "salt"), datetime(2026, 11, 24, 8, 0, 0, 700_000, tzinfo=UTC)
    headers = signed_headers("evt_1", BODY, (secret,), now=now)
    # 2026-11-24T08:00:00Z is 1795507200 s after 1970.
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("evt_1", "1795507200")
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"evt_1.1795507200.{BODY}".encode(), hashlib.sha256).digest()
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"
    assert len(key) == 32  # the specification asks for 24 to 64 bytes


def test_both_secrets_verify_during_an_overlap_and_no_third() -> None:
    old, new, other = (KEY.secret("whk_1", salt) for salt in ("old", "new", "other"))
    headers = dict(signed_headers("evt_1", BODY, (new, old), now=datetime.now(UTC)))
    for secret in (old, new):
        assert Webhook(secret).verify(BODY, headers)["type"] == "webhook.ping"
    for secret, body, name in ((other, BODY, "evt_1"), (new, BODY + " ", "evt_1"), (new, BODY, "evt_2")):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body, headers | {"webhook-id": name})


def test_a_replay_after_five_minutes_is_refused() -> None:
    secret = KEY.secret("whk_1", "salt")
    headers = dict(signed_headers("evt_1", BODY, (secret,), now=datetime.now(UTC) - timedelta(minutes=5, seconds=2)))
    with pytest.raises(WebhookVerificationError, match="too old"):
        Webhook(secret).verify(BODY, headers)


def test_secrets_differ_by_endpoint_salt_and_key_and_show_nothing() -> None:
    other = SigningKey(value=b"another key of tests, long enough as well")
    found = {KEY.secret("whk_1", "a"), KEY.secret("whk_1", "b"), KEY.secret("whk_2", "a"), other.secret("whk_1", "a")}
    assert len(found) == 4
    assert KEY.secret("whk_1", "a") == SigningKey(value=KEY.value).secret("whk_1", "a")
    assert KEY.mark != other.mark
    assert "tests" not in repr(KEY)
    assert new_salt() != new_salt()
