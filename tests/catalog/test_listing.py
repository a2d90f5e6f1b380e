"""Lists: filters, words, pages."""

from collections.abc import Sequence
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.factories import profile_body

PROFILES: tuple[dict[str, Any], ...] = (
    profile_body(
        external_id="battery",
        title="Solid electrolyte, 50% cheaper",
        sectors=["New Materials", "clean energy"],
        region={"country": "CN", "province": "Beijing"},
        company_stage="pre_a",
    ),
    profile_body(
        external_id="quantum",
        title="面向矿山的量子重力传感器",
        sectors=["quantum"],
        region={"country": "CN", "city": "合肥"},
        source="other",
    ),
    profile_body("investor", external_id="fund", title="A fund for MATERIALS", stages=["pre_a", "series_a"]),
    profile_body("rd_demand", external_id="wear", title="Bearing wear_out in turbines", region={"country": "DE"}),
)


@pytest.fixture
def filled(client: TestClient) -> TestClient:
    for body in PROFILES:
        assert client.post("/v1/profiles", json=body).status_code == 201
    return client


def found(client: TestClient, **query: Any) -> set[str]:
    response = client.get("/v1/profiles", params=query)
    assert response.status_code == 200, response.text
    return {item["profile"]["external_id"] for item in response.json()["items"]}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["battery", "quantum", "fund", "wear"]),
        ({"kind": "investor"}, ["fund"]),
        ({"sector": "new materials"}, ["battery"]),
        ({"country": "cn"}, ["battery", "quantum"]),
        ({"country": "CN", "province": "beijing"}, ["battery"]),
        ({"city": "合肥"}, ["quantum"]),
        ({"stage": "pre_a"}, ["battery", "fund"]),
        ({"language": "zh"}, ["quantum"]),
        ({"source": "other"}, ["quantum"]),
        ({"status": "withdrawn"}, []),
        ({"q": "materials"}, ["battery", "fund"]),
        ({"q": "cheaper SOLID"}, ["battery"]),
        ({"q": "solid turbines"}, []),
        ({"q": "量子 矿山"}, ["quantum"]),
        ({"q": "50%"}, ["battery"]),
        ({"q": "5%c"}, []),
        ({"q": "wear_out"}, ["wear"]),
        ({"q": "wearXout"}, []),
        ({"q": "'; DROP TABLE profiles; --"}, []),
    ],
)
def test_conditions_narrow_the_list(filled: TestClient, query: dict[str, str], expected: Sequence[str]) -> None:
    assert found(filled, **query) == set(expected)


def test_pages_hold_every_profile_once(filled: TestClient) -> None:
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = filled.get("/v1/profiles", params={"limit": 3} | ({"cursor": cursor} if cursor else {})).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(PROFILES)
    assert seen == sorted(set(seen))


def test_revised_terms_replace_the_old_ones(filled: TestClient) -> None:
    item = filled.get("/v1/profiles", params={"sector": "quantum"}).json()["items"][0]
    body = PROFILES[1] | {"sectors": ["sensing"]}
    response = filled.put(f"/v1/profiles/{item['id']}", json=body, headers={"If-Match": '"1"'})
    assert response.status_code == 200
    assert found(filled, sector="quantum") == set()
    assert found(filled, sector="sensing") == {"quantum"}
