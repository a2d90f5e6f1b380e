"""Examples of reports for the API documentation."""

from typing import Any

Json = dict[str, Any]  # Any: JSON

REPORT_EXAMPLE: Json = {
    "name": "exposure",
    "title": {"zh": "曝光情况", "en": "Exposure"},
    "tables": [
        {
            "name": "by_kind",
            "title": {"zh": "展示与从未展示", "en": "Shown and never shown"},
            "note": None,
            "columns": [
                {"name": "kind", "title": {"zh": "类型", "en": "kind"}},
                {"name": "shown", "title": {"zh": "展示过", "en": "shown"}},
                {"name": "never_shown", "title": {"zh": "从未展示", "en": "never shown"}},
                {"name": "total", "title": {"zh": "合计", "en": "total"}},
                {"name": "gini", "title": {"zh": "曝光基尼系数", "en": "exposure Gini"}},
            ],
            "rows": [
                ["project 项目方", 112, 56, 168, 0.612],
                ["scenario 场景方", None, None, 58, 0.702],
                ["total 合计", None, None, 226, None],
            ],
            "suppressed": 4,
        }
    ],
    "minimum_cell": 5,
    "since": None,
    "until": None,
    "provenance": {
        "policy": "reciprocal-3",
        "model": "all-MiniLM-L6-v2",
        "snapshot": "s1093.1000+93",
        "feed_seq": 1093,
        "as_of": None,
    },
    "reported_at": "2026-11-24T09:30:00Z",
}
