"""Every request has an id that its caller, its log lines and its answer share; an error tells nobody its words."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import structlog
from fastapi import FastAPI
from starlette.testclient import TestClient

from shared.kit.http import create_api
from shared.kit.identity.authentication import LocalAuthenticator
from shared.kit.logging import configure_logging
from shared.kit.settings import LogFormat, LogLevel

CANARY = "CANARY-8d1f"


@asynccontextmanager
async def nothing_to_own(app: FastAPI) -> AsyncIterator[None]:
    configure_logging(LogLevel.DEBUG, LogFormat.JSON)
    yield


def api() -> FastAPI:
    app = create_api(title="Test", version="1", lifespan=nothing_to_own, authenticator=LocalAuthenticator())

    @app.get("/items/{item}")
    def read(item: str) -> str:
        structlog.get_logger("items").info("read")
        if item == "broken":
            raise RuntimeError(f"the text was {CANARY}")
        return item

    return app


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_callers_request_id_stands_in_every_line_and_in_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    with TestClient(api()) as client:
        answer = client.get(f"/items/{CANARY}", headers={"X-Request-ID": "call-17.a_B"})
    assert answer.headers["x-request-id"] == "call-17.a_B"
    told = [line for line in lines(capsys) if line.get("request_id") == "call-17.a_B"]
    assert [line["event"] for line in told] == ["read", "answered"]
    assert (told[1]["route"], told[1]["status"], told[1]["method"]) == ("/items/{item}", 200, "GET")
    assert CANARY not in str(told)


@pytest.mark.parametrize("given", ["", "has space", "x" * 65, CANARY + "\u00e9"])
def test_an_unfit_request_id_is_replaced(given: str) -> None:
    with TestClient(api()) as client:
        answer = client.get("/items/1", headers={b"X-Request-ID": given.encode()})
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["x-request-id"])


def test_an_unexpected_error_is_a_problem_with_its_id_and_logged_without_its_words(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with TestClient(api()) as client:
        answer = client.get("/items/broken")
        metrics = client.get("/metrics").text
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    told = lines(capsys)
    [logged] = [line for line in told if line["event"] == "unexpected_error"]
    assert logged["request_id"] == answer.headers["x-request-id"]
    assert logged["error"] == "RuntimeError"
    assert str(logged["at"]).endswith("read']")
    assert CANARY not in str(told) + answer.text
    assert 'liaison_http_request_seconds_count{method="GET",route="/items/{item}",status="500"} 1.0' in metrics


def test_unknown_paths_share_one_measure() -> None:
    with TestClient(api()) as client:
        for number in range(3):
            client.get(f"/nowhere/{number}")
        metrics = client.get("/metrics").text
    assert 'liaison_http_request_seconds_count{method="GET",route="unmatched",status="404"} 3.0' in metrics
