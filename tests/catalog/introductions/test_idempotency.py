"""Idempotency keys: one introduction for a key, however often and through whatever network it is sent."""

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import product
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from services.catalog.app import create_app, open_catalog
from services.catalog.idempotency import Once, drop_expired
from services.catalog.introduction_tables import IntroductionRow
from services.catalog.settings import CatalogSettings
from services.catalog.tables import IdempotencyRow
from shared.contracts.introductions import IntroductionRequest
from shared.kit.database import Database
from shared.kit.settings import LogLevel
from tests.catalog.introductions.conftest import Pair
from tests.catalog.introductions.cutting_proxy import CuttingProxy
from tests.catalog.introductions.people import NOW, owned_profile
from tests.cli.live_services import served

KEYS, RETRIES = (int(os.environ.get(name, default)) for name, default in (("KEYS", "50"), ("RETRIES", "8")))
"""`make introductions` takes 1,000 keys, each sent 20 times at once."""
CUT_SHARE = 0.4


def body(pair: Pair, **fields: Any) -> dict[str, Any]:
    return {"subject_id": pair.subject, "target_id": pair.target, "purpose": "pilot_test", **fields}


def send(client: TestClient, key: str, document: dict[str, Any], by: str = "founder") -> Any:
    headers = {"Idempotency-Key": key, "Authorization": f"Bearer {by}"}
    return client.post("/v1/introductions", json=document, headers=headers)


def test_same_request_again_gets_the_first_answer(told_apart: TestClient, http_pair: Pair) -> None:
    first, again = (send(told_apart, "one", body(http_pair)) for _ in range(2))
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert first.headers["Location"] == again.headers["Location"]


def test_changed_body_under_the_same_key_is_refused(told_apart: TestClient, http_pair: Pair) -> None:
    send(told_apart, "one", body(http_pair))
    refused = send(told_apart, "one", body(http_pair, message="changed"))
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
    assert refused.json()["errors"][0]["field"] == "header.Idempotency-Key"


def test_refused_request_leaves_its_key_free(told_apart: TestClient, http_pair: Pair) -> None:
    refused = send(told_apart, "one", body(http_pair, target_id=http_pair.subject))
    assert refused.status_code == 422
    assert send(told_apart, "one", body(http_pair)).status_code == 201


def test_keys_of_two_callers_are_two_keys(told_apart: TestClient, http_pair: Pair) -> None:
    assert send(told_apart, "one", body(http_pair)).status_code == 201
    turned = {"subject_id": http_pair.target, "target_id": http_pair.subject}
    other = send(told_apart, "one", body(http_pair) | turned, by="pilot")
    assert (other.status_code, other.json()["code"]) == (409, "introduction_open")


@pytest.mark.parametrize("key", ["", "with space", "x" * 201, "ключ".encode()])
def test_unusable_key_is_refused(told_apart: TestClient, http_pair: Pair, key: str) -> None:
    refused = send(told_apart, key, body(http_pair))
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["fix"]


def test_answer_is_kept_until_it_expires_and_its_key_is_free_then(database: Database, pair: Pair) -> None:
    wanted = IntroductionRequest.model_validate(body(pair))

    def once(key: str, hours: int) -> Once:
        now = NOW + timedelta(hours=hours)
        return Once(caller="ann", key=key, route="POST /v1/introductions", now=now, kept_for=timedelta(hours=48))

    def answer(hours: int, name: str) -> str:
        made = wanted.model_copy(update={"message": name})
        with database.write() as session:
            return once("one", hours).answer(session, wanted, IntroductionRequest, lambda: made).message or ""

    assert [answer(0, "first"), answer(47, "second"), answer(48, "third"), answer(95, "fourth")] == [
        "first",
        "first",
        "third",
        "third",
    ]
    with database.write() as session:
        assert drop_expired(session, now=NOW + timedelta(hours=95)) == 0
        assert drop_expired(session, now=NOW + timedelta(hours=96)) == 1
    with database.read() as reading:
        assert reading.scalar(select(func.count()).select_from(IdempotencyRow)) == 0


@pytest.fixture
def many_pairs(postgresql_catalog_url: str) -> Iterator[list[Pair]]:
    """As many pairs as there are keys, of few profiles."""
    database = open_catalog(postgresql_catalog_url)
    side = range(int(KEYS**0.5) + 1)
    subjects = [owned_profile(database, None, f"asks {number}") for number in side]
    targets = [owned_profile(database, None, f"is asked {number}") for number in side]
    yield [Pair(subject=subject, target=target) for subject, target in product(subjects, targets)][:KEYS]
    database.close()


def test_one_introduction_a_key_through_a_proxy_that_cuts_replies(
    postgresql_catalog_url: str, many_pairs: list[Pair]
) -> None:
    settings = CatalogSettings(
        database_url=postgresql_catalog_url,
        introductions_asked=100_000,
        introductions_received=100_000,
        log_level=LogLevel.ERROR,
    )
    answers: dict[str, set[str]] = {f"key-{number}": set() for number in range(KEYS)}
    noting = threading.Lock()
    with (
        served(create_app(settings)) as url,
        CuttingProxy(url, cut_share=CUT_SHARE, seed=1) as proxy,
        httpx.Client(
            base_url=proxy.url, timeout=60, headers={"Connection": "close"}, limits=httpx.Limits(max_connections=None)
        ) as client,
        ThreadPoolExecutor(RETRIES) as pool,
    ):

        def deliver(number: int) -> None:
            """Send again and again, as a client does whose replies get lost, until one comes back whole."""
            key = f"key-{number}"
            while True:
                try:
                    reply = client.post(
                        "/v1/introductions", json=body(many_pairs[number]), headers={"Idempotency-Key": key}
                    )
                except httpx.TransportError:
                    continue
                if reply.status_code in (409, 429, 503) and "Retry-After" in reply.headers:
                    continue
                assert reply.status_code == 201, reply.text
                with noting:
                    answers[key].add(reply.content.decode())
                return

        for number in range(KEYS):  # the same key from every thread at once
            list(pool.map(deliver, [number] * RETRIES))
        changed = httpx.post(
            f"{url}/v1/introductions",
            json=body(many_pairs[0], message="changed"),
            headers={"Idempotency-Key": "key-0"},
        )
    assert changed.status_code == 422
    assert {len(found) for found in answers.values()} == {1}
    assert proxy.cut > KEYS
    database = open_catalog(postgresql_catalog_url)
    with database.read() as session:
        stored = session.scalar(select(func.count()).select_from(IntroductionRow))
    database.close()
    sent = proxy.passed + proxy.cut
    print(f"{KEYS} keys x {RETRIES}: {sent} requests, {proxy.cut} replies cut, {stored} introductions")  # noqa: T201
    assert stored == KEYS
