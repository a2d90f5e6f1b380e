"""Examples of webhooks in the API documentation; the secret is none, and the organisations are fictional."""

from typing import Any

from fastapi.openapi.models import Example

_ID = "whk_4b7d2f9c1e6a4d0b8f3a5c7e9d1b2f60"
WEBHOOK: dict[str, Any] = {
    "id": _ID,
    "organization_id": "example-coatings",
    "url": "https://hooks.example.org/liaison",
    "event_types": ["introduction.*", "recommendations.digest"],
    "description": "Our CRM",
    "created_by": "key:k7q2m0c9x4ab",
    "created_at": "2026-11-24T09:30:00Z",
    "updated_at": "2026-11-24T09:30:00Z",
    "paused": None,
    "failures": 0,
    "last_error": None,
    "waits_until": None,
    "overlap_until": None,
}
ISSUED: dict[str, Any] = {"webhook": WEBHOOK, "secret": "whsec_(44 characters of base64, only in this answer)"}
DELIVERY: dict[str, Any] = {
    "id": 812,
    "webhook_id": _ID,
    "event_id": "evt_9c1f0b7e5d3a42c8b6f4e2d0a1937c58",
    "type": "introduction.accepted",
    "introduction_id": "int_5b1f0c3e7a9d42f8b6c4d2e0a1937f58",
    "state": "dead",
    "attempts": 16,
    "last_status": 500,
    "last_error": "status_500",
    "created_at": "2026-11-24T09:30:00Z",
    "next_attempt_at": None,
    "delivered_at": None,
}
PING: dict[str, Any] = DELIVERY | {
    "id": 813,
    "event_id": "evt_1d0b9f7e5c3a42d8b6f4e2c0a1937b58",
    "type": "webhook.ping",
    "introduction_id": None,
    "state": "pending",
    "attempts": 0,
    "last_status": None,
    "last_error": None,
    "next_attempt_at": "2026-11-24T09:31:00Z",
}
QUEUED: dict[str, Any] = {"event_id": "evt_7e5d3a9c1f0b42c8b6f4e2d0a1937c58", "deliveries": 1}
DRAFTS: dict[str, Example] = {
    "ours": {
        "summary": "Everything about our introductions, and our digests",
        "value": {
            "url": "https://hooks.example.org/liaison",
            "event_types": ["introduction.*", "recommendations.digest"],
            "description": "Our CRM",
        },
    }
}
CHANGES: dict[str, Example] = {
    "address": {"summary": "Send elsewhere", "value": {"url": "https://hooks.example.org/v2/liaison"}}
}
NOTIFICATIONS: dict[str, Example] = {
    "digest": {
        "summary": "A digest is ready",
        "value": {
            "type": "recommendations.digest",
            "organization_id": "example-coatings",
            "document": {"digest_id": "dig_1", "new": 3},
        },
    }
}
