"""Examples of policy records for the API documentation."""

from typing import Any

from fastapi.openapi.models import Example

Json = dict[str, Any]  # Any: JSON

_DOCUMENT: Json = {
    "base": "reciprocal-3",
    "directed": {"project>investor": {"region_record": {"weight": 0.3, "neutral": 0.2}, "responsiveness": None}},
    "note": "Nearness counts more for investors.",
}
_REPORT: Json = {
    "sets": [
        {
            "name": "our investors",
            "queries": 120,
            "rankings": {"served": {"ndcg@10": 0.214}, "lexical": {"ndcg@10": 0.151}},
        }
    ]
}
_EVALUATION_ID = "evl_5b6f0a7c9d1e4f2a8b3c7d6e5f4a3b2c"
EVALUATION_EXAMPLE: Json = {
    "id": _EVALUATION_ID,
    "revision": "near-2",
    "ranking": "served",
    "by": "ranking operator",
    "at": "2026-11-24T09:30:00Z",
    "note": None,
    "sets": [{"set_name": "our investors", "queries": 120, "ndcg_at_10": 0.214, "best_other": 0.151}],
}
REVISION_EXAMPLE: Json = {
    "revision": "near-2",
    "state": "evaluated",
    "document": _DOCUMENT,
    "created_by": "ranking operator",
    "created_at": "2026-11-24T09:12:00Z",
    "evaluations": [EVALUATION_EXAMPLE],
    "retired_by": None,
    "retired_reason": None,
}
ACTIVATION_EXAMPLE: Json = {
    "number": 1,
    "action": "activated",
    "revision": "near-2",
    "previous": "reciprocal-3",
    "evaluation_id": _EVALUATION_ID,
    "is_forced": False,
    "by": "ranking operator",
    "reason": "Better on our investors, no worse on demands.",
    "at": "2026-11-24T09:41:00Z",
}
SIMULATION_EXAMPLE: Json = {
    "draft": "near-2",
    "against": "reciprocal-3",
    "snapshot": "base-3+0",
    "subjects": [
        {
            "subject_id": "prf_0b5c8d0e7a4f5e0e9d4b5a6c7d8e9f00",
            "matches": [
                {
                    "profile_id": "prf_1c6d9e1f8b5a6f1fae5c6b7d8e9f0a11",
                    "title": "Seed fund for energy storage (fictional)",
                    "change": "up",
                    "old_rank": 3,
                    "new_rank": 1,
                    "old_score": 0.52,
                    "new_score": 0.61,
                    "moved_by": [{"signal": "region_record", "forward": 0.08, "backward": 0.0}],
                }
            ],
            "entered": 0,
            "left": 0,
            "moved": 1,
        }
    ],
}
DRAFT_EXAMPLES: dict[str, Example] = {
    "near": Example(
        summary="Nearness counts more for investors",
        value={"name": "near", "document": _DOCUMENT, "by": "ranking operator"},
    )
}
EVALUATION_EXAMPLES: dict[str, Example] = {
    "report": Example(summary="A report of liaison evaluate", value={"report": _REPORT, "by": "ranking operator"})
}
ACTIVATION_EXAMPLES: dict[str, Example] = {
    "evaluated": Example(
        summary="On the newest evaluation",
        value={"by": "ranking operator", "reason": "Better on our investors, no worse on demands."},
    ),
    "forced": Example(
        summary="Without an evaluation",
        value={"by": "ranking operator", "reason": "A partner's rule has to hold today.", "force": True},
    ),
}
DECISION_EXAMPLES: dict[str, Example] = {
    "back": Example(
        summary="Who and why", value={"by": "ranking operator", "reason": "Founders complain of far funds."}
    )
}
SIMULATION_EXAMPLES: dict[str, Example] = {
    "stored": Example(
        summary="A stored draft",
        value={
            "revision": "near-2",
            "subject_ids": ["prf_0b5c8d0e7a4f5e0e9d4b5a6c7d8e9f00"],
            "target_kinds": ["investor"],
        },
    ),
    "passing": Example(
        summary="A document that is not stored",
        value={
            "document": _DOCUMENT,
            "subject_ids": ["prf_0b5c8d0e7a4f5e0e9d4b5a6c7d8e9f00"],
            "target_kinds": ["investor"],
            "limit": 20,
        },
    ),
}
