"""Examples of recommendations and digests for the API documentation."""

from typing import Any

from services.matcher.api.examples import MATCH_RESPONSE_EXAMPLE

Json = dict[str, Any]  # Any: JSON
_READER = "prf_0b5c8d0e7a4f5e0e9d4b5a6c7d8e9f00"
_ROUND = "rnd_4f1d0c2b9a8e47d2a5c4e1f0b7d69382"
_REASON = "The other side's text holds 29 % of the words that matter in the need."
_QUESTION = "Which technology readiness level has it reached?"
_RECOMMENDATION: Json = {
    "id": "rec_9c0d1e2f3a4b5c6d7e8f901a2b3c4d5e",
    "why_now": "new",
    "why_now_text": {"zh": "新出现的匹配。", "en": "New for you."},
    "times_given": 0,
    "last_given_at": None,
    "match": MATCH_RESPONSE_EXAMPLE["matches"][0],
    "told": {
        "language": "en",
        "why_now": "New for you.",
        "for_you": [_REASON],
        "for_them": [],
        "question": _QUESTION,
        "asks_you": False,
    },
}
LIST_EXAMPLE: Json = {
    "profile_id": _READER,
    "period": "weekly",
    "period_key": "2026-W48",
    "since": "2026-11-17T00:05:11Z",
    "round_id": _ROUND,
    "given_at": "2026-11-24T00:05:09Z",
    "personalised": True,
    "items": [_RECOMMENDATION],
    "held_back": {"dismissed": 2, "same_owner": 1, "at_capacity": 0, "resting": 4},
    "run_id": MATCH_RESPONSE_EXAMPLE["run_id"],
    "provenance": MATCH_RESPONSE_EXAMPLE["provenance"],
}
STORED_EXAMPLE: Json = {
    "id": _RECOMMENDATION["id"],
    "round_id": _ROUND,
    "profile_id": _READER,
    "period": "weekly",
    "period_key": "2026-W48",
    "channel": "digest",
    "given_at": "2026-11-24T00:05:09Z",
    "personalised": True,
    "run_id": MATCH_RESPONSE_EXAMPLE["run_id"],
    "provenance": MATCH_RESPONSE_EXAMPLE["provenance"],
    "recommendation": _RECOMMENDATION,
}
DIGEST_EXAMPLE: Json = {
    "profile_id": _READER,
    "organization_id": "org-fictional-cars",
    "title": "Longer life for battery cells",
    "language": "en",
    "period": "weekly",
    "period_key": "2026-W48",
    "round_id": _ROUND,
    "run_id": MATCH_RESPONSE_EXAMPLE["run_id"],
    "personalised": True,
    "subject": "1 recommended contact for Longer life for battery cells, 2026-W48",
    "introduction": "1 contact recommended this week. New for you.",
    "items": [
        {
            "rank": 1,
            "recommendation_id": _RECOMMENDATION["id"],
            "profile_id": "prf_5f2d8c0a5b9e5c1f8a7d6e5f4c3b2a10",
            "kind": "project",
            "kind_text": "project",
            "title": "Silicon-rich anode with an elastic binder",
            "organisation": "Haidian Cell Works (fictional)",
            "summary": "Anode sheets with 40 % silicon that swell by less than 12 %.",
            "band": "high",
            "band_text": "strong match",
            "why_now": "new",
            "why_now_text": "New for you.",
            "for_you": [_REASON],
            "for_them": [],
            "question": _QUESTION,
            "asks_you": False,
        }
    ],
    "advice": [],
    "notes": ["No contact details are shared before both sides agree to an introduction."],
}
ROUND_EXAMPLES: Json = {
    "weekly": {"summary": "This week's contacts", "value": {"profile_id": _READER, "period": "weekly"}},
    "unprofiled": {
        "summary": "Today's investors, without profiling, for a digest",
        "value": {
            "profile_id": _READER,
            "period": "daily",
            "to": ["investor"],
            "limit": 5,
            "personalised": False,
            "channel": "digest",
        },
    },
}
