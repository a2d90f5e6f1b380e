"""Examples of feedback in the API documentation."""

from typing import Any

from fastapi.openapi.models import Example

_SUBJECT, _TARGET = "prf_00000000000000000000000000000000", "prf_11111111111111111111111111111111"
_RUN = "run_3f6d1c0e9b8a47d2a5c4e1f0b7d69382"
OPENED: dict[str, Any] = {
    "event_id": "web-7f3a-0001",
    "type": "opened",
    "subject_id": _SUBJECT,
    "target_id": _TARGET,
    "run_id": _RUN,
    "rank": 3,
    "by": "adviser-12",
    "at": "2026-11-24T09:30:00Z",
}
DECLINED: dict[str, Any] = {
    "event_id": "web-7f3a-0002",
    "type": "declined",
    "subject_id": _SUBJECT,
    "target_id": _TARGET,
    "run_id": _RUN,
    "reason": "wrong_stage",
    "note": "They look for later rounds.",
    "by": "adviser-12",
    "at": "2026-11-24T09:41:00Z",
}
OUTCOME: dict[str, Any] = {
    "event_id": "survey-2027-05-118",
    "type": "outcome",
    "subject_id": _SUBJECT,
    "target_id": _TARGET,
    "outcome": "pilot",
    "by": "programme office",
    "at": "2026-11-20T08:00:00+08:00",
}
BODIES: dict[str, Example] = {
    "one": {"summary": "One event", "value": {"events": [OPENED]}},
    "several": {"summary": "A decline with its reason, and an outcome", "value": {"events": [DECLINED, OUTCOME]}},
}
RECEIPT: dict[str, Any] = {"stored": 2, "known": 0}
STORED: dict[str, Any] = {"event": OPENED, "received_at": "2026-11-24T09:30:01.120Z"}
