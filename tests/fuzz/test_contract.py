"""The fuzzer finds what is wrong with an API that is wrong, and nothing where nothing is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from fastapi import FastAPI, Query
from fastapi.responses import PlainTextResponse, Response

from shared.kit.errors import NotFound
from shared.kit.http import create_api, problem_responses
from shared.kit.identity.authentication import LocalAuthenticator
from shared.kit.identity.policy import OPEN
from tests.fuzz.contract import fuzz


@asynccontextmanager
async def nothing_to_own(app: FastAPI) -> AsyncIterator[None]:
    yield


def api(fault: str) -> FastAPI:
    app = create_api(title="Test", version="1", lifespan=nothing_to_own, authenticator=LocalAuthenticator())

    @app.get("/items", dependencies=[OPEN], responses=problem_responses(404))
    def read(number: int = Query(ge=0, le=9)) -> Any:
        if fault == "5xx":
            raise RuntimeError(str(number))
        if fault == "undocumented":
            return Response(status_code=202, content=b"{}", media_type="application/json")
        if fault == "no problem+json":
            return PlainTextResponse("no", status_code=404)
        raise NotFound("Nothing is here.")

    return app


@pytest.mark.parametrize("fault", ["5xx", "undocumented", "no problem+json"])
def test_a_fault_is_found_and_told_with_a_request_that_shows_it(fault: str) -> None:
    findings = fuzz(api(fault), cases=20, seed_number=1)
    assert findings.count_of(fault) > 0
    [name] = [name for name in findings.faults if name.startswith(f"{fault}:")][:1]
    assert findings.examples[name][0].startswith("curl")


def test_an_api_that_keeps_its_word_is_not_blamed() -> None:
    findings = fuzz(api("none"), cases=20, seed_number=1)
    assert findings.cases >= 10
    assert findings.faults == {}
    assert findings.statuses.keys() <= {404, 422}
