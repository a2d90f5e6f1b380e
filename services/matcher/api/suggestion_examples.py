"""The answer of GET /v1/suggested-rules in the OpenAPI document."""

SUGGESTIONS_EXAMPLE = {
    "profile_id": "prof_0198f3a2",
    "items": [
        {
            "rule": {
                "condition": {"op": "at_least", "attribute": "trl", "value": 6},
                "applies_to": ["project"],
                "label": None,
            },
            "kind": "project",
            "reason": "wrong_stage",
            "support": 3,
            "refused": 4,
            "declined": ["prof_0198f3b1", "prof_0198f3c7", "prof_0198f3d2"],
            "welcome": 2,
            "candidates": 84,
            "taken_away": 31,
            "text": {
                "zh": "您曾以“阶段不符”为由谢绝3个项目方：是否增加条件“技术成熟度（TRL）不低于6”？"
                "当前可推荐的84个中将减少31个，您认可过的不受影响。",
                "en": "You turned down 3 projects for the wrong stage: add the rule “technology readiness level (TRL) "
                "at least 6”? It would take away 31 of the 84 that may be proposed now, and none that you welcomed.",
            },
        }
    ],
    "minimum_support": 3,
    "snapshot": "s512.480+12",
}
