"""A caller that asks too often is told so, and when it may again; others are not touched."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from fastapi import FastAPI, Request
from limits import RateLimitItem
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.testclient import TestClient

from shared.kit.http import create_api, health_router
from shared.kit.identity.authentication import LocalAuthenticator
from shared.kit.intake import Intake
from shared.kit.rate_limits import RateLimited, RateLimits, client_address, parse_rate


@asynccontextmanager
async def nothing_to_own(app: FastAPI) -> AsyncIterator[None]:
    yield


def api(rate: str) -> FastAPI:
    app = create_api(
        title="Test", version="1", lifespan=nothing_to_own, authenticator=LocalAuthenticator(), intake=Intake(rate=rate)
    )

    @app.get("/work")
    def work() -> str:
        return "done"

    def ready(request: Request) -> None:
        return None

    app.include_router(health_router(ready))
    return app


def test_a_caller_beyond_its_rate_gets_429_and_is_told_when_to_come_back() -> None:
    app = api("2/hour")
    with TestClient(app, client=("192.0.2.1", 1)) as client, TestClient(app, client=("192.0.2.2", 1)) as other:
        assert [client.get("/work").headers["ratelimit"].split(";")[1] for _ in range(2)] == ["r=1", "r=0"]
        refused = client.get("/work")
        assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
        assert 1 <= int(refused.headers["retry-after"]) <= 7201
        assert refused.headers["ratelimit-policy"] == '"requests";q=2;w=3600'
        assert refused.headers["content-type"] == "application/problem+json"
        assert other.get("/work").status_code == 200
        assert client.get("/healthz").status_code == 200
        assert 'liaison_requests_rate_limited_total{flow="requests"} 1.0' in client.get("/metrics").text


def test_callers_on_this_machine_are_not_counted() -> None:
    with TestClient(api("1/hour"), client=("127.0.0.1", 1)) as client:
        assert [client.get("/work").status_code for _ in range(3)] == [200] * 3
    assert client_address({"client": None}) is None


def test_flows_are_counted_apart() -> None:
    limits, rate = RateLimits(), parse_rate("1/day")
    limits.check(rate, "introductions", "org-1")
    limits.check(rate, "imports", "org-1")
    limits.check(rate, "introductions", "org-2")
    with pytest.raises(RateLimited, match="introductions"):
        limits.check(rate, "introductions", "org-1")


def test_storage_that_is_away_lets_everything_pass() -> None:
    class Refusing(SlidingWindowCounterRateLimiter):
        """Its server does not answer."""

        def hit(self, item: RateLimitItem, *identifiers: str, cost: int = 1) -> bool:
            raise ConnectionRefusedError(str(item))

    class Away(RateLimits):
        """Storage whose server refuses connections."""

        def __init__(self) -> None:
            super().__init__()
            self._limiter = Refusing(MemoryStorage())

    assert Away().check(parse_rate("1/day"), "requests", "org-1") == {}
