"""An address that fails too often to tell who it is gets refused unheard; others, and known credentials, do not."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from fastapi import FastAPI
from limits import parse
from starlette.requests import HTTPConnection
from starlette.testclient import TestClient

from shared.contracts.identity import Role
from shared.kit.errors import Unauthenticated
from shared.kit.http import create_api
from shared.kit.identity.attempts import _COUNTERS, CountedAttempts
from shared.kit.identity.authentication import bearer_token
from shared.kit.identity.principal import Principal
from shared.kit.intake import Intake
from shared.kit.rate_limits import RateLimited
from tests.identity import bearing


class Counting:
    """Knows one secret, and how often it was asked."""

    is_local = False

    def __init__(self) -> None:
        self.asked = 0
        self.good = {"right"}

    async def authenticate(self, connection: HTTPConnection) -> Principal:
        self.asked += 1
        if bearer_token(connection) not in self.good:
            raise Unauthenticated
        return Principal(id="key:k", roles=frozenset({Role.FOUNDER}))


@asynccontextmanager
async def nothing_to_own(app: FastAPI) -> AsyncIterator[None]:
    yield


@pytest.fixture
def authenticator() -> Counting:
    return Counting()


@pytest.fixture
def app(authenticator: Counting) -> FastAPI:
    app = create_api(
        title="Test",
        version="1",
        lifespan=nothing_to_own,
        authenticator=authenticator,
        intake=Intake(failed_authentication_rate="3/hour"),
    )

    @app.get("/work")
    def work() -> str:
        return "done"

    return app


@pytest.fixture
def guesser(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, client=("192.0.2.1", 1)) as client:
        yield client


def statuses(client: TestClient, *secrets: str) -> list[int]:
    return [client.get("/work", headers=bearing(secret)).status_code for secret in secrets]


def test_guesses_beyond_the_rate_are_refused_before_a_key_is_looked_up(
    guesser: TestClient, authenticator: Counting
) -> None:
    assert statuses(guesser, "a", "b", "c") == [401] * 3
    refused = guesser.get("/work", headers=bearing("right"))  # it may be the right one: nobody looks
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert refused.headers["content-type"] == "application/problem+json"
    assert int(refused.headers["retry-after"]) >= 1
    assert authenticator.asked == 3
    assert 'rate_limited_total{flow="failed-authentications"} 1.0' in guesser.get("/metrics").text


def test_others_and_credentials_known_at_that_address_get_in(app: FastAPI, guesser: TestClient) -> None:
    assert statuses(guesser, "right", "a", "b", "c", "d", "right") == [200, 401, 401, 401, 429, 200]
    with TestClient(app, client=("192.0.2.2", 1)) as other:
        assert statuses(other, "right", "a") == [200, 401]


def test_credentials_that_were_good_and_are_no_longer_count_like_others(
    guesser: TestClient, authenticator: Counting
) -> None:
    assert statuses(guesser, "right", "a", "b", "c") == [200, 401, 401, 401]
    authenticator.good.clear()
    assert statuses(guesser, "right", "right") == [401, 429]


def test_requests_without_credentials_and_this_machine_are_no_attempts(app: FastAPI, guesser: TestClient) -> None:
    assert [guesser.get("/work").status_code for _ in range(5)] == [401] * 5
    assert statuses(guesser, "right") == [200]
    with TestClient(app, client=("127.0.0.1", 1)) as local:
        assert statuses(local, *"abcdef") == [401] * 6


def connection(address: str, secret: str) -> HTTPConnection:
    headers = [(b"authorization", f"Bearer {secret}".encode())]
    return HTTPConnection({"type": "http", "client": (address, 1), "headers": headers})


def test_an_ipv6_network_is_one_address() -> None:
    attempts = CountedAttempts(parse("3/hour"))
    for number in range(3):
        attempts.failed(connection(f"2001:db8::{number}", "x"))
    with pytest.raises(RateLimited):
        attempts.check(connection("2001:db8::ffff", "y"))
    attempts.check(connection("2001:db8:0:1::1", "y"))


def test_however_many_addresses_guess_the_counters_are_bounded() -> None:
    attempts = CountedAttempts(parse("3/hour"))
    addresses = [f"10.{a}.{b}.{c}" for a in range(4) for b in range(50) for c in range(50)]
    counters = {attempts._counter(f"address:{address}") for address in addresses}
    assert 9_000 < len(counters) <= 10_000  # few share one
    assert all(0 <= int(counter) < _COUNTERS for counter in counters)
