"""`personalised=false` over HTTP: equal lists for profiles that differ in their past alone."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.factories import profile_body
from tests.matcher.matching.test_impersonal import RECORD


def test_profiles_that_differ_in_their_past_alone_get_equal_lists(client: TestClient) -> None:
    def answer(is_personalised: bool, **fields: Any) -> dict[str, Any]:
        profile = profile_body("investor", thesis="Batteries, cells and electrolytes.", sectors=["energy"], **fields)
        asked = {"profile": profile, "target_kinds": ["project"], "floor": 0, "personalised": is_personalised}
        told: dict[str, Any] = client.post("/v1/matches", json=asked).json()
        return told

    plain, active = (answer(False), answer(False, track_record=RECORD))
    assert plain["personalised"] is active["personalised"] is False
    assert plain["matches"] == active["matches"] != []
    asked_for = [reason["field"] for match in plain["matches"] for reason in match["explanation"]["missing"]]
    assert "track_record" not in asked_for
    personal = [answer(True), answer(True, track_record=RECORD)]
    assert personal[0]["matches"] != personal[1]["matches"]
    assert personal[0]["personalised"] is True


@pytest.mark.parametrize("is_personalised", [True, False])
def test_why_stands_on_the_same_score(client: TestClient, is_personalised: bool) -> None:
    ask: dict[str, Any] = {"subject_id": "fund", "target_kinds": ["project"], "floor": 0}
    answer = client.post("/v1/matches", json=ask | {"personalised": is_personalised}).json()
    best = answer["matches"][0]
    query = {"subject": "fund", "target": best["profile_id"], "floor": 0, "personalised": is_personalised}
    why = client.get("/v1/matches/why", params=query).json()
    assert why["score"] == best["score"]
