"""Examples of allocations for the API documentation."""

from typing import Any

from fastapi.openapi.models import Example

Json = dict[str, Any]  # Any: JSON

ALLOCATION_ID = "alc_0c6f5a2b9d7e41f38a1b2c3d4e5f6a7b"
_REQUEST: Json = {
    "name": "Battery roadshow, spring (fictional)",
    "first": {
        "participants": [
            {"profile_id": "3f0e7d58-0a55-5b7c-9a57-3c3f8f1c0a11"},
            {"profile_id": "9a1b6c2d-4e3f-5a6b-8c7d-2e1f0a9b8c7d", "available": ["09:20"]},
        ],
        "minimum": 1,
    },
    "second": {"participants": [{"profile_id": "51c2d3e4-f5a6-5b7c-8d9e-0f1a2b3c4d5e"}], "capacity": 2},
    "slots": [{"name": "09:00", "tables": 10}, {"name": "09:20", "tables": 10}],
    "objective": "participation",
    "floor": 0.3,
}
ALLOCATION_EXAMPLES: dict[str, Example] = {
    "day": Example(summary="Two projects, one investor, two slots", value=_REQUEST)
}
CHANGE_EXAMPLES: dict[str, Example] = {
    "drop-out": Example(
        summary="One project cannot come",
        value={"dropped": ["9a1b6c2d-4e3f-5a6b-8c7d-2e1f0a9b8c7d"]},
    )
}
_PROJECT: Json = {
    "profile_id": "3f0e7d58-0a55-5b7c-9a57-3c3f8f1c0a11",
    "title": "Solid electrolyte for silicon anode cells",
    "organisation": "Open Cell Works (fictional)",
}
_LATE: Json = {
    "profile_id": "9a1b6c2d-4e3f-5a6b-8c7d-2e1f0a9b8c7d",
    "title": "Bearing wear seen by sound",
    "organisation": None,
}
_FUND: Json = {
    "profile_id": "51c2d3e4-f5a6-5b7c-8d9e-0f1a2b3c4d5e",
    "title": "Seed fund for energy storage",
    "organisation": "Harbour Seed (fictional)",
}
SUMMARY_EXAMPLE: Json = {
    "id": ALLOCATION_ID,
    "name": _REQUEST["name"],
    "previous": None,
    "status": "optimal",
    "meetings": 1,
    "allocated_at": "2026-11-24T09:30:00Z",
}
ALLOCATION_EXAMPLE: Json = {
    "id": ALLOCATION_ID,
    "previous": None,
    "request": _REQUEST,
    "meetings": [
        {
            "slot": "09:00",
            "table": 1,
            "first": _PROJECT,
            "second": _FUND,
            "score": 0.71,
            "band": "high",
            "is_locked": False,
            "is_kept": False,
            "for_first": [
                {
                    "code": "stage_fits",
                    "signal": "stage",
                    "text": {"zh": "阶段相符：种子轮。", "en": "The stage fits: seed."},
                }
            ],
            "for_second": [],
        }
    ],
    "moved": [],
    "shortfalls": [
        {
            "participant": _LATE,
            "side": "first",
            "meetings": 0,
            "wanted": 1,
            "code": "no_eligible_counterpart",
            "text": {
                "zh": "规则、禁止配对和分数下限之后，没有可安排的对象。",
                "en": "Rules, bans and the floor leave nobody whom it may meet.",
            },
            "counterparts": {
                "met": 0,
                "refused_by_rules": 0,
                "banned": 0,
                "below_floor": 1,
                "no_common_slot": 0,
                "full": 0,
                "no_free_slot": 0,
                "free": 0,
            },
        }
    ],
    "quality": {
        "status": "optimal",
        "solver": "ortools-9.15.6755",
        "is_out_of_time": False,
        "meetings": 1,
        "without_meeting": 1,
        "shortfall": 2,
        "shortfall_bound": 2,
        "total_score": 0.71,
        "score_bound": 0.71,
        "gap": 0.0,
    },
    "provenance": {
        "policy": "reciprocal-3",
        "model": "all-MiniLM-L6-v2",
        "snapshot": "s1093.1000+93",
        "feed_seq": 1093,
        "as_of": None,
    },
    "allocated_at": "2026-11-24T09:30:00Z",
}
