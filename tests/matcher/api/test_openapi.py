"""The documented API: whatever fits or breaks its schema, no unexpected error comes back."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from starlette.testclient import TestClient

from services.matcher.api.examples import MATCH_EXAMPLES
from shared.contracts.comparisons import Comparison
from shared.contracts.digests import Digest
from shared.contracts.golden_sets import DerivedJudgments, GoldenSet, ImportedJudgments
from shared.contracts.match_runs import MatchRun
from shared.contracts.matches import MatchBatchResponse, MatchResponse
from shared.contracts.policy_records import Activation, PolicyEvaluation, PolicyRevision
from shared.contracts.problems import Problem
from shared.contracts.recommendations import RecommendationList, StoredRecommendation
from shared.contracts.simulations import Simulation
from shared.contracts.why import WhyAnswer

FEW = settings(
    max_examples=8,  # for each operation and mode; `make fuzz` asks thousands
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_generated_requests_never_meet_an_unexpected_error(client: TestClient, mode: GenerationMode) -> None:
    schema = schemathesis.openapi.from_dict(client.get("/openapi.json").json())
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    assert len(operations) == 47
    for operation in operations:
        if operation.body or mode is GenerationMode.POSITIVE:  # without a body there is nothing to break
            _check(client, operation.as_strategy(generation_mode=mode))


def test_every_operation_of_the_service_has_an_example_that_fits_its_answer(client: TestClient) -> None:
    documented = client.get("/openapi.json").json()
    found = {
        (method, path): content["application/json"]
        for path, item in documented["paths"].items()
        if path.startswith("/v1/")
        for method, operation in item.items()
        for status, response in operation["responses"].items()
        if status.startswith("2") and (content := response.get("content")) and "application/json" in content
    }
    assert {path for _, path in found} >= {"/v1/matches", "/v1/matches/why", "/v1/match-runs/{run_id}"}
    for (method, path), content in found.items():
        assert "example" in content, (method, path)
    for path, contract in (
        ("/v1/matches", MatchResponse),
        ("/v1/matches:batch", MatchBatchResponse),
        ("/v1/matches/why", WhyAnswer),
        ("/v1/match-runs/{run_id}", MatchRun),
        ("/v1/recommendations", RecommendationList),
        ("/v1/recommendations/{recommendation_id}", StoredRecommendation),
        ("/v1/digests", Digest),
        ("/v1/policies/{revision}", PolicyRevision),
        ("/v1/policies/{revision}/evaluations", PolicyEvaluation),
        ("/v1/policies:rollback", Activation),
        ("/v1/policies:simulate", Simulation),
        ("/v1/comparisons/{comparison_id}", Comparison),
        ("/v1/comparisons/{comparison_id}:stop", Comparison),
        ("/v1/golden-sets/{set_id}", GoldenSet),
        ("/v1/golden-sets/{set_id}/judgments:import", ImportedJudgments),
        ("/v1/golden-sets/{set_id}/judgments:derive", DerivedJudgments),
    ):
        [example] = [content["example"] for (_, found_path), content in found.items() if found_path == path]
        contract.model_validate(example)


@pytest.mark.parametrize("name", MATCH_EXAMPLES)
def test_documented_request_is_understood(client: TestClient, name: str) -> None:
    response = client.post("/v1/matches", json=MATCH_EXAMPLES[name]["value"])
    assert response.status_code in (200, 404), response.text


def _check(client: TestClient, cases: st.SearchStrategy[Any]) -> None:  # Any: schemathesis's case
    @FEW
    @given(case=cases)
    def answer(case: Any) -> None:
        sent = case.as_transport_kwargs(base_url="http://testserver")
        body = {"content": sent["data"]} if "data" in sent else {"json": sent["json"]} if "json" in sent else {}
        response = client.request(
            sent["method"], sent["url"], params=sent.get("params"), headers=dict(sent["headers"]), **body
        )
        assert response.status_code < 500 or response.json()["code"] == "snapshot_behind", response.text
        if response.status_code >= 400:
            assert response.headers["content-type"] == "application/problem+json"
            Problem.model_validate(response.json())

    answer()
