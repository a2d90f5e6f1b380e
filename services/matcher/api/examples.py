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
_DENSE = {"raw": 0.62, "normalised": 1.0, "weight": 0.4, "contribution": 0.4}
_LEXICAL = {"raw": 41.5, "normalised": 0.9, "weight": 0.6, "contribution": 0.54}
MATCH_RESPONSE_EXAMPLE: dict[str, Any] = {  # Any: JSON
    "matches": [
        {
            "rank": 1,
            "profile_id": "prf_5f2d8c0a5b9e5c1f8a7d6e5f4c3b2a10",
            "revision": 3,
            "kind": "project",
            "title": "Silicon-rich anode with an elastic binder",
            "organisation": "Haidian Cell Works (fictional)",
            "summary": "Anode sheets with 40 % silicon that swell by less than 12 %.",
            "language": "en",
            "score": 0.94,
            "legs": {"dense": _DENSE, "lexical": _LEXICAL},
        }
    ],
    "eligible": 214,
    "provenance": {
        "policy": "text-1",
        "model": "all-MiniLM-L6-v2/p1",
        "snapshot": "s1093.1000+93",
        "feed_seq": 1093,
    },
}
