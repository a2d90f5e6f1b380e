"""Examples of API keys in the API documentation; the secret is none, and the organisation is fictional."""

from typing import Any

from fastapi.openapi.models import Example

KEY: dict[str, Any] = {
    "key_id": "k7q2m0c9x4ab",
    "name": "Northgate Wind (fictional), demand desk",
    "roles": ["enterprise"],
    "organization_id": "org-northgate",
    "created_at": "2026-11-24T08:00:00Z",
    "created_by": "key:a1b2c3d4e5f6",
    "expires_at": "2027-11-24T08:00:00Z",
    "last_used_at": "2026-11-24T09:30:00Z",
}
ISSUED: dict[str, Any] = {"key": KEY, "secret": "liaison_k7q2m0c9x4ab_(43 characters, shown this once)"}
EVENTS: dict[str, Any] = {
    "items": [
        {
            "key_id": "k7q2m0c9x4ab",
            "action": "created",
            "by": "key:a1b2c3d4e5f6",
            "at": "2026-11-24T08:00:00Z",
        },
        {
            "key_id": "k7q2m0c9x4ab",
            "action": "rotated",
            "by": "key:a1b2c3d4e5f6",
            "at": "2027-10-20T08:00:00Z",
            "other_key_id": "p3w8n5t1v6zd",
        },
    ]
}
DRAFTS: dict[str, Example] = {
    "party": Example(
        summary="For one organisation, for a year",
        value={
            "name": KEY["name"],
            "roles": ["enterprise"],
            "organization_id": "org-northgate",
            "expires_at": "2027-11-24T08:00:00Z",
        },
    ),
    "service": Example(summary="For the matcher", value={"name": "matcher", "roles": ["service"]}),
    "scoped": Example(
        summary="Platform staff that only reads",
        value={"name": "dashboard", "roles": ["platform"], "scopes": ["profiles:read", "reports:read"]},
    ),
}
