"""Examples of exports and erasures in the API documentation; every organisation in them is fictional."""

from typing import Any

from fastapi.openapi.models import Example

PROFILE_ID = "prf_00000000000000000000000000000000"
ERASURE_ID = "ers_7d1c5a90f3b84e26a1c0d9e8f7b6a543"
_READER, _MATCHER = "r4f0c2a917be6d358", "m90b1d2c3e4f56a78"
REQUESTS: dict[str, Example] = {
    "profiles": {
        "summary": "Forget a profile",
        "value": {"profile_ids": [PROFILE_ID], "reason": "requested"},
    },
    "organization": {
        "summary": "Forget an organisation with everything of its own",
        "value": {"organization_id": "org-northgate", "reason": "contract_ended"},
    },
}
RECEIPT: dict[str, Any] = {
    "id": ERASURE_ID,
    "scope": "profiles",
    "reason": "requested",
    "by_owner": True,
    "profile_ids": [PROFILE_ID],
    "erased_at": "2026-11-24T09:30:00Z",
    "removed": {"changes": 3, "feedback": 12, "introductions": 1, "profile_contacts": 1, "profiles": 1},
    "cleaned_at": "2026-11-24T09:30:01Z",
    "expected_matchers": 1,
    "readers": [
        {
            "reader_id": _READER,
            "matcher_id": _MATCHER,
            "confirmed_at": "2026-11-24T09:30:09Z",
            "removed": {"documents": 1, "match_runs": 7, "snapshots": 2, "vectors": 4},
        }
    ],
    "is_complete": True,
    "completed_at": "2026-11-24T09:30:09Z",
    "sha256": "3b1f0e9d8c7b6a5f4e3d2c1b0a9f8e7d6c5b4a3f2e1d0c9b8a7f6e5d4c3b2a1f",
}
CONFIRMATION: dict[str, Any] = {
    "reader_id": _READER,
    "matcher_id": _MATCHER,
    "profile_ids": [PROFILE_ID],
    "removed": {"documents": 1, "match_runs": 7},
}
READER: dict[str, Any] = {"matcher_id": _MATCHER}
PERSONAL_DATA: dict[str, Any] = {
    "organization_id": "org-northgate",
    "profile_ids": [],
    "exported_at": "2026-11-24T09:30:00Z",
    "profiles": [],
    "revisions": [],
    "feedback": [],
    "introductions": [],
    "delegations": [],
    "api_keys": [],
    "webhooks": [],
    "kept_answers": [],
}
