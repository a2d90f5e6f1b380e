"""The API keeps its own description: generated requests, good and bad, never end in a 5xx."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from pydantic import SecretStr
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from services.catalog.app import create_app
from services.catalog.settings import CatalogSettings

EXAMPLES = 8
"""For each operation; the seed is fixed, so a failure repeats."""
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def schema(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('openapi') / 'catalog.db'}"
    else:
        server = request.getfixturevalue("postgres_server")
        url = server.url(server.create_database())
    # Webhooks have a key, so that their routes do their work, and are looked for too seldom to be sent.
    app = create_app(CatalogSettings(database_url=url, webhook_secret_key=SecretStr("k" * 32), webhook_poll_seconds=60))
    with TestClient(app, raise_server_exceptions=False):
        yield schemathesis.openapi.from_asgi("/openapi.json", app)


def test_generated_requests_get_documented_answers(schema: Any) -> None:
    # Not through schemathesis's own pytest plugin: it does not know this pytest's way of naming generated tests.
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) >= 8
    for operation in operations:
        strategy = st.one_of([operation.as_strategy(generation_mode=mode) for mode in GenerationMode])
        _call_many(strategy)


def _call_many(strategy: SearchStrategy[schemathesis.Case[Any]]) -> None:
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def call(case: schemathesis.Case[Any]) -> None:
        if isinstance(case.query.get("wait_seconds"), int | float):
            case.query["wait_seconds"] = 0.01  # a long poll is a good answer, and a slow one
        response = case.call()
        case.validate_response(response, checks=CHECKS)
        if response.status_code >= 400:
            assert response.headers["content-type"] == ["application/problem+json"]

    call()


def test_every_operation_has_an_id_and_an_example() -> None:
    app = create_app(CatalogSettings(database_url="sqlite:///unused.db"))
    for path, operations in app.openapi()["paths"].items():
        for method, operation in operations.items():
            assert operation["operationId"].isidentifier(), (method, path)
            bodies = [
                body
                for status, response in operation["responses"].items()
                if status.startswith("2")
                for body in response.get("content", {}).values()
            ]
            assert all("example" in body or "examples" in body for body in bodies), (method, path)
