"""Examples shown in the API documentation; the organisations in them are fictional."""

from typing import Any

from fastapi.openapi.models import Example

MATCH_EXAMPLES: dict[str, Example] = {
    "stored": Example(
        summary="A stored demand asks for projects",
        value={"subject_id": "prf_0b5c8d0e7a4f5e0e9d4b5a6c7d8e9f00", "target_kinds": ["project"], "limit": 10},
    ),
    "text": Example(
        summary="Free text, with filters",
        value={
            "text": {"text": "Silicon anode cells that keep 80 % of their capacity after 500 cycles"},
            "target_kinds": ["project", "pilot_platform"],
            "limit": 5,
            "filters": [
                {"op": "range", "attribute": "trl", "minimum": 4},
                {"op": "within", "region": {"country": "中国", "province": "北京市"}},
            ],
        },
    ),
    "chinese": Example(
        summary="中文需求",
        value={"text": {"text": "低温等离子体灭菌设备的中试验证平台"}, "target_kinds": ["pilot_platform"]},
    ),
}
BATCH_EXAMPLES: dict[str, Example] = {
    "two": Example(
        summary="Two requests, one snapshot",
        value={"requests": [example["value"] for name, example in MATCH_EXAMPLES.items() if name != "stored"]},
    )
}
_FORWARD = {
    "score": 0.48,
    "contributions": [
        {"signal": "meaning", "raw": 0.71, "value": 0.70, "is_missing": False, "weight": 0.30, "contribution": 0.21},
        {"signal": "words", "raw": 0.29, "value": 0.45, "is_missing": False, "weight": 0.60, "contribution": 0.27},
        {"signal": "trl", "raw": None, "value": 0.5, "is_missing": True, "weight": 0.0, "contribution": 0.0},
    ],
}
_BACKWARD = {
    "score": 0.40,
    "contributions": [
        {"signal": "meaning", "raw": 0.71, "value": 0.70, "is_missing": False, "weight": 0.40, "contribution": 0.28},
        {"signal": "words", "raw": 0.11, "value": 0.20, "is_missing": False, "weight": 0.60, "contribution": 0.12},
    ],
}
_EXPLANATION = {
    "for_subject": [
        {
            "code": "words_shared",
            "signal": "words",
            "text": {
                "zh": "对方的资料中有贵方所需的关键用语（29%）。",
                "en": "The other side's text holds 29 % of the words that matter in the need.",
            },
        }
    ],
    "for_target": [],
    "missing": [
        {
            "code": "fact_missing",
            "signal": "trl",
            "side": "target",
            "field": "trl",
            "text": {"zh": "对方未填写技术成熟度。", "en": "The other side states no technology readiness level."},
        }
    ],
    "next_question": {
        "code": "fact_missing",
        "ask": "target",
        "field": "trl",
        "text": {"zh": "贵方技术成熟度是几级？", "en": "Which technology readiness level has it reached?"},
    },
    "rules": [],
    "subject_needs": [],
    "target_needs": [],
}
_MATCH: dict[str, Any] = {  # Any: JSON
    "rank": 1,
    "profile_id": "prf_5f2d8c0a5b9e5c1f8a7d6e5f4c3b2a10",
    "revision": 3,
    "kind": "project",
    "title": "Silicon-rich anode with an elastic binder",
    "organisation": "Haidian Cell Works (fictional)",
    "summary": "Anode sheets with 40 % silicon that swell by less than 12 %.",
    "language": "en",
    "score": 0.81,
    "band": "high",
    "fused": 0.436,
    "forward": _FORWARD,
    "backward": _BACKWARD,
    "explanation": _EXPLANATION,
    "move": None,
}
_PROVENANCE = {
    "policy": "reciprocal-3",
    "model": "all-MiniLM-L6-v2/p1",
    "snapshot": "s1093.1000+93",
    "feed_seq": 1093,
    "as_of": None,
}
MATCH_RESPONSE_EXAMPLE: dict[str, Any] = {  # Any: JSON
    "run_id": "run_3f6d1c0e9b8a47d2a5c4e1f0b7d69382",
    "matches": [_MATCH],
    "eligible": 214,
    "left_out": [],
    "near_misses": [],
    "personalised": True,
    "provenance": _PROVENANCE,
}
_TICKET = {
    "owner": "target",
    "source": "derived",
    "answer": "fail",
    "label": None,
    "text": {
        "zh": "投资方单笔至少 42 万美元，项目融资 30 万美元：提高融资额，或请对方放宽。",
        "en": "The investor puts in 420,000 USD or more, 300,000 USD are sought: ask for more, or have it lowered.",
    },
}
WHY_EXAMPLE: dict[str, Any] = {  # Any: JSON
    "subject_id": "prf_0b5c8d0e7a4f5e0e9d4b5a6c7d8e9f00",
    "target_id": "prf_5f2d8c0a5b9e5c1f8a7d6e5f4c3b2a10",
    "stage": "rules",
    "stage_text": {"zh": "被一方的规则排除。", "en": "A rule of one side refuses it."},
    "rank": None,
    "eligible": 0,
    "score": 0.81,
    "threshold": None,
    "match": _MATCH | {"rank": 0},
    "rules": [_TICKET],
    "remedies": [{"code": "rule", "text": _TICKET["text"]}],
    "provenance": _PROVENANCE,
}
