"""A policy that names a learned model over HTTP: drafted, asked for, explained; an unknown model is refused."""

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from services.cli.bench.made_up_judgments import made_up_table
from services.matcher.policies.model_folder import ModelFolder
from services.matcher.scoring.learned import Feature, LearnedModel
from services.matcher.scoring.shipped import SHIPPED_POLICY
from services.matcher.tuning.lambdamart import TreeSettings, train
from shared.contracts.profiles import Kind


@pytest.fixture(scope="module")
def model(models_folder: Path) -> LearnedModel:
    """Trained on made-up investors, and told to speak of demands."""
    trained = train([made_up_table(queries=60, targets=30, seed=0)], SHIPPED_POLICY, TreeSettings(least_in_leaf=20))
    renamed = {Kind.INVESTOR: Kind.RD_DEMAND, Kind.PROJECT: Kind.PROJECT}
    features = tuple(Feature(needing=renamed[one.needing], signal=one.signal) for one in trained.features)
    model = LearnedModel(first=Kind.PROJECT, second=Kind.RD_DEMAND, features=features, trees=trained.trees)
    ModelFolder(models_folder).write(model)
    return model


def drafted(client: TestClient, model_id: str) -> Any:
    document = {"base": "reciprocal-3", "learned": {"project+rd_demand": model_id}}
    return client.post("/v1/policies", json={"name": "learned", "document": document, "by": "operator"})


def test_a_learned_policy_answers_with_what_its_scores_are_made_of(client: TestClient, model: LearnedModel) -> None:
    revision = drafted(client, model.model_id).json()["revision"]
    body = {"subject_id": "battery-demand", "target_kinds": ["project"], "floor": 0, "policy": revision}
    answer = client.post("/v1/matches", json=body).json()
    assert answer["matches"]
    for match in answer["matches"]:
        learned = match["learned"]
        total = learned["expected"] + sum(one["contribution"] for one in learned["contributions"])
        assert total == pytest.approx(learned["margin"], abs=1e-6)
        assert learned["model"] == model.model_id
        assert {one["needs_of"] for one in learned["contributions"]} == {"subject", "target"}
    best = answer["matches"][0]
    params = {"subject": "battery-demand", "target": best["profile_id"], "policy": revision}
    assert client.get("/v1/matches/why", params=params).json()["match"]["learned"] == best["learned"]
    terse = client.post("/v1/matches", json={**body, "explain": "none"}).json()
    assert terse["matches"][0]["learned"]["contributions"] == []
    assert terse["matches"][0]["score"] == best["score"]
    plain = client.post("/v1/matches", json={**body, "policy": "reciprocal-3"}).json()
    assert all(match["learned"] is None for match in plain["matches"])


def test_a_model_that_is_not_there_or_of_another_pair_is_refused(client: TestClient, model: LearnedModel) -> None:
    for model_id in ("lambdamart-000000000000", "../../etc/passwd"):
        refused = drafted(client, model_id)
        assert refused.status_code == 422
        assert "unknown model" in refused.text or "identifier" in refused.text or "learned" in refused.text
    document = {"base": "reciprocal-3", "learned": {"investor+project": model.model_id}}
    refused = client.post("/v1/policies", json={"name": "learned", "document": document, "by": "operator"})
    assert (refused.status_code, refused.json()["code"]) == (422, "faulty_policy")
    assert refused.json()["errors"][0]["field"] == "learned.investor+project"
