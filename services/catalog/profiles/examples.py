"""Examples in the API documentation; every organisation in them is fictional."""

from typing import Any

from fastapi.openapi.models import Example

from shared.kit.http import Responses

PROJECT_ZH: dict[str, Any] = {
    "kind": "project",
    "source": "example",
    "external_id": "qidian-quantum",
    "title": "用于低温测量的多通道微波读出模块",
    "organisation": "启点量子（虚构）",
    "summary": "面向超导量子比特的八通道读出模块，噪声温度低于 4 K，已在两家实验室试用。",
    "offers": [{"text": "八通道低噪声微波读出模块"}],
    "needs": [
        {"text": "稀释制冷机上的中试验证", "type": "pilot_test"},
        {"text": "天使轮融资 800 万元", "type": "funding"},
    ],
    "sectors": ["quantum"],
    "region": {"country": "CN", "province": "北京市", "city": "北京市", "district": "海淀区"},
    "trl": 5,
    "company_stage": "seed_angel",
    "amount_sought": {"amount": 8_000_000, "currency": "CNY"},
}
DEMAND_EN: dict[str, Any] = {
    "kind": "rd_demand",
    "source": "example",
    "external_id": "northgate-bearing-monitoring",
    "title": "Early detection of bearing wear in slow wind turbines",
    "organisation": "Northgate Wind (fictional)",
    "summary": "Gearless turbines turn below 15 rpm, where usual vibration analysis sees bearing damage too late.",
    "needs": [
        {"text": "Detect bearing wear at least 30 days before failure below 15 rpm", "weight": 3},
        {"text": "Retrofit without opening the hub"},
    ],
    "offers": [{"text": "Twelve turbines with known damage history for a field trial"}],
    "sectors": ["clean energy"],
    "region": {"country": "DE"},
    "budget": {"maximum": 250_000, "currency": "EUR"},
    "trl_minimum": 4,
    "visibility": "anonymous",
    "contact": {"name": "Alex Example", "email": "alex@example.org"},
}
PROFILE_BODIES: dict[str, Example] = {
    "project_zh": {"summary": "A project, in Chinese", "value": PROJECT_ZH},
    "demand_en": {"summary": "An anonymous R&D demand, in English", "value": DEMAND_EN},
}
STORED: dict[str, Any] = {
    "id": "prf_00000000000000000000000000000000",
    "revision": 1,
    "status": "active",
    "created_at": "2026-11-02T08:00:00Z",
    "updated_at": "2026-11-02T08:00:00Z",
    "has_contact": False,
    "profile": PROJECT_ZH,
}
CHANGE: dict[str, Any] = {
    "feed_seq": 41,
    "profile_id": STORED["id"],
    "revision": 1,
    "status": "active",
    "changed_at": "2026-11-02T08:00:00Z",
    "profile": PROJECT_ZH,
}


def example_response(status: int, example: dict[str, Any]) -> Responses:
    """The documented body of a successful answer."""
    return {status: {"content": {"application/json": {"example": example}}}}
