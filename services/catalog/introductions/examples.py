"""Examples of introductions in the API documentation."""

from typing import Any

from fastapi.openapi.models import Example

_ID = "int_5b1f0c3e7a9d42f8b6c4d2e0a1937f58"
_SUBJECT, _TARGET = "prf_00000000000000000000000000000000", "prf_11111111111111111111111111111111"
REQUEST: dict[str, Any] = {
    "subject_id": _SUBJECT,
    "target_id": _TARGET,
    "purpose": "pilot_test",
    "message": "我们希望在贵方中试线上验证涂层工艺，预计两周。",
    "run_id": "run_3f6d1c0e9b8a47d2a5c4e1f0b7d69382",
    "rank": 2,
}
REQUESTS: dict[str, Example] = {
    "request": {"summary": "Ask for an introduction found in an answer", "value": REQUEST},
    "draft": {
        "summary": "Keep it to yourself for now",
        "value": {"subject_id": _SUBJECT, "target_id": _TARGET, "purpose": "investment", "draft": True},
    },
}
STEPS: dict[str, Example] = {
    "plain": {"summary": "Accept, withdraw, meet, ...", "value": {}},
    "decline": {
        "summary": "Decline with a reason",
        "value": {"reason": "wrong_stage", "note": "We take part from the second pilot on."},
    },
    "side": {"summary": "For whoever speaks for both sides", "value": {"side": "target"}},
}
INTRODUCTION: dict[str, Any] = {
    "id": _ID,
    "revision": 2,
    "state": "requested",
    "purpose": "pilot_test",
    "subject": {
        "profile_id": _SUBJECT,
        "kind": "project",
        "title": "风机叶片涂层（虚构）",
        "organisation": None,
        "is_anonymous": True,
        "consent": "given",
    },
    "target": {
        "profile_id": _TARGET,
        "kind": "pilot_platform",
        "title": "Pilot line for coatings (fictional)",
        "organisation": "Example Pilot Works (fictional)",
        "is_anonymous": False,
        "consent": "open",
    },
    "message": REQUEST["message"],
    "run_id": REQUEST["run_id"],
    "rank": 2,
    "reason": None,
    "created_at": "2026-11-24T09:30:00Z",
    "updated_at": "2026-11-24T09:30:00Z",
    "expires_at": "2026-12-08T09:30:00Z",
    "reminders": 0,
    "actions": ["accept", "decline"],
}
RELEASED: dict[str, Any] = {
    "introduction_id": _ID,
    "purpose": "pilot_test",
    "profile_id": _TARGET,
    "title": "Pilot line for coatings (fictional)",
    "organisation": "Example Pilot Works (fictional)",
    "organisation_unit": None,
    "url": None,
    "contact": {"name": "Alex Example", "email": "alex@example.org"},
    "released_at": "2026-11-25T08:00:00Z",
}
EVENT: dict[str, Any] = {
    "id": 3,
    "introduction_id": _ID,
    "revision": 3,
    "at": "2026-11-25T07:40:00Z",
    "actor": "target",
    "action": "accept",
    "from_state": "requested",
    "to_state": "accepted",
    "by": "key:k_7f3a",
    "organization_id": "example-pilot-works",
    "delegation_id": None,
    "reason": None,
    "note": None,
    "request_id": "web-7f3a-77",
    "released_profile_id": None,
    "released_fields": [],
}
CHANGE: dict[str, Any] = {
    "feed_seq": 3,
    "introduction_id": _ID,
    "revision": 3,
    "subject_id": _SUBJECT,
    "target_id": _TARGET,
    "purpose": "pilot_test",
    "run_id": REQUEST["run_id"],
    "state": "accepted",
    "is_told": True,
    "changed_at": "2026-11-25T07:40:00Z",
}
