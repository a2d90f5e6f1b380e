"""Examples of comparisons for the API documentation."""

from typing import Any

from fastapi.openapi.models import Example

Json = dict[str, Any]  # Any: JSON

COMPARISON_ID = "cmp_1f7c2a9b4d6e4c8f9a0b1c2d3e4f5a6b"
COMPARISON_EXAMPLE: Json = {
    "id": COMPARISON_ID,
    "state": "decided_second",
    "first": "reciprocal-3",
    "second": "near-2",
    "share": 0.5,
    "kinds": "investor+project",
    "alpha": 0.05,
    "max_decided": 2000,
    "started_by": "ranking operator",
    "reason": "Better on our investors; do founders agree?",
    "started_at": "2026-11-24T09:41:00Z",
    "is_forced": False,
    "ended_by": "the stopping rule",
    "ended_reason": "25 lists for reciprocal-3, 55 for near-2: evidence 56.6, 1 / alpha is 20.",
    "ended_at": "2026-12-11T14:02:10Z",
    "lists": 412,
    "subjects": 137,
    "first_wins": 25,
    "second_wins": 55,
    "ties": 21,
    "preference": 0.3125,
    "evidence": 56.6,
    "next_step": {
        "zh": '用户更偏好 near-2。如要启用，请运行：liaison policy activate near-2 --by NAME --reason "..."',
        "en": 'Readers prefer near-2. To have it rank: liaison policy activate near-2 --by NAME --reason "..."',
    },
}
COMPARISON_EXAMPLES: dict[str, Example] = {
    "pair": Example(
        summary="A draft beside what ranks, for half of the investors and projects",
        value={
            "first": "reciprocal-3",
            "second": "near-2",
            "share": 0.5,
            "kinds": "investor+project",
            "by": "ranking operator",
            "reason": "Better on our investors; do founders agree?",
        },
    )
}
STOP_EXAMPLES: dict[str, Example] = {
    "stop": Example(summary="Who and why", value={"by": "ranking operator", "reason": "The draft has a fault."})
}
