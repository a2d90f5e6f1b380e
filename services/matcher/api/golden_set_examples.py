"""Examples of golden sets for the API documentation."""

from typing import Any

from fastapi.openapi.models import Example

Json = dict[str, Any]  # Any: JSON

_SUBJECT, _TARGET = "prf_0b5c8d0e7a4f5e0e9d4b5a6c7d8e9f00", "prf_1c6d9e1f8b5a6f1fae5c6b7d8e9f0a11"
GOLDEN_SET_EXAMPLE: Json = {
    "id": "gst_5b6f0a7c9d1e4f2a8b3c7d6e5f4a3b2c",
    "name": "investors 2026",
    "subject_kind": "project",
    "target_kind": "investor",
    "description": "Pairs judged by the programme's advisers.",
    "created_at": "2026-11-24T09:12:00Z",
    "is_archived": False,
    "judgments": {"manual": 120, "outcome": 14, "response": 63, "clicks": 48},
}
JUDGMENT_EXAMPLE: Json = {
    "subject_id": _SUBJECT,
    "target_id": _TARGET,
    "grade": 2,
    "source": "manual",
    "by": "adviser-12",
    "note": "Thesis and ticket fit; they have no fund in this region.",
    "at": "2026-11-24T09:41:00Z",
}
IMPORTED_EXAMPLE: Json = {
    "rows": 120,
    "created": 118,
    "replaced": 2,
    "unchanged": 0,
    "unknown_subjects": 0,
    "unknown_targets": 1,
}
DERIVED_EXAMPLE: Json = {
    "judgments": {"outcome": 14, "response": 63, "clicks": 48},
    "replaced": 97,
    "events": 5310,
    "without_grade": 22,
    "unplaced_clicks": 3,
    "too_few_impressions": 410,
    "undecided": 71,
    "position_rates": [
        {"rank": 1, "impressions": 900, "clicks": 396, "rate": 0.434},
        {"rank": 2, "impressions": 900, "clicks": 252, "rate": 0.283},
    ],
}
QRELS_EXAMPLE = f"{_SUBJECT} 0 {_TARGET} 2\n"
CSV_EXAMPLE = f"subject_id,target_id,grade,note,by,source\n{_SUBJECT},{_TARGET},2,Thesis fits,adviser-12,manual\n"
SET_EXAMPLES: dict[str, Example] = {
    "investors": Example(
        summary="Investors for projects",
        value={
            "name": "investors 2026",
            "subject_kind": "project",
            "target_kind": "investor",
            "description": "Pairs judged by the programme's advisers.",
        },
    )
}
JUDGMENT_EXAMPLES: dict[str, Example] = {
    "fits": Example(
        summary="A pair that fits",
        value={
            "subject_id": _SUBJECT,
            "target_id": _TARGET,
            "grade": 2,
            "note": "Thesis and ticket fit.",
            "by": "adviser-12",
        },
    )
}
DERIVE_EXAMPLES: dict[str, Example] = {
    "all": Example(summary="Everything that feedback tells", value={}),
    "clicks": Example(
        summary="Clicks only, and more of them",
        value={"sources": ["clicks"], "minimum_impressions": 50, "minimum_expected_clicks": 5},
    ),
}
