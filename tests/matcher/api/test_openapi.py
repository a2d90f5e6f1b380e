"""The documented API: whatever fits or breaks its schema, no unexpected error comes back."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from starlette.testclient import TestClient

from shared.contracts.problems import Problem

FEW = settings(
    max_examples=25,
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
    assert len(operations) == 5
    for operation in operations:
        if operation.body or mode is GenerationMode.POSITIVE:  # without a body there is nothing to break
            _check(client, operation.as_strategy(generation_mode=mode))


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
