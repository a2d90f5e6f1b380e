"""Everything at once against real receivers: down, slow, failing, lying; nothing is lost, order is kept."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from pydantic import SecretStr
from standardwebhooks import Webhook
from starlette.testclient import TestClient

from services.catalog.app import create_app
from services.catalog.settings import CatalogSettings
from services.catalog.webhooks.dispatcher import Dispatcher, DispatchLimits
from services.catalog.webhooks.running import dispatcher_of, retry_policy_of, sender_of
from services.cli.soak.webhook_receivers import Answer, Heard, Receiver
from shared.contracts.webhooks import DeliveryState
from shared.kit.database import Database
from shared.kit.settings import LogLevel
from tests.catalog.introductions.people import owned_profile
from tests.catalog.webhooks.hooks import KEY, add_deliveries, add_webhook, all_deliveries, claim

TAKEN = (Answer.OK, Answer.TWICE)
STEPS = ("accept", "introduce", "meet", "pilot", "close")
PAIRS = 3
EVENTS = PAIRS * (1 + len(STEPS))
"""The request, and each step; of a draft that somebody owns the platform hears nothing."""


def quick_settings(database_url: str = "sqlite:///unused.db", **fields: Any) -> CatalogSettings:
    given: dict[str, Any] = {
        "database_url": database_url,
        "log_level": LogLevel.ERROR,
        "webhook_secret_key": SecretStr(KEY.value.decode()),
        "webhook_allow_http": True,
        "webhook_allowed_networks": (ip_network("127.0.0.0/8"),),
        "webhook_timeout_seconds": 0.4,
        "webhook_poll_seconds": 0.03,
        "webhook_retry_seconds": 0.02,
        "webhook_longest_wait_seconds": 0.1,
        "webhook_rest_seconds": 0.1,
        "webhook_attempts": 100,
    }
    return CatalogSettings(**given | fields)


def lies(number: int) -> Answer:
    return (Answer.CUT, Answer.GARBAGE, Answer.CLOSE, Answer.TWICE, Answer.OK)[number % 5]


def first(count: int, answer: Answer) -> Callable[[int], Answer]:
    return lambda number: answer if number < count else Answer.OK


def taken_revisions(heard: list[Heard]) -> dict[str, list[int]]:
    """By introduction, in the order in which the receiver took them."""
    found: dict[str, list[int]] = defaultdict(list)
    for one in heard:
        if one.answered in TAKEN:
            data = json.loads(one.body)["data"]
            found[data["introduction_id"]].append(data["revision"])
    return found


def has_all(heard: list[Heard]) -> bool:
    return len({one.headers["webhook-id"] for one in heard if one.answered in TAKEN}) == EVENTS


@pytest.fixture
def client(catalog_url: str) -> Iterator[TestClient]:
    with TestClient(create_app(quick_settings(catalog_url)), raise_server_exceptions=False) as client:
        yield client


def introduce(client: TestClient, pairs: list[tuple[str, str]]) -> None:
    """Each step with every pair before the next step; each answer is waited for, and must come."""
    ids = []
    for subject, target in pairs:
        body = {"subject_id": subject, "target_id": target, "purpose": "pilot_test"}
        answer = client.post("/v1/introductions", json=body)
        assert answer.status_code == 201, answer.text
        ids.append(answer.json()["id"])
    for step in STEPS:
        for introduction_id in ids:
            answer = client.post(f"/v1/introductions/{introduction_id}:{step}", json={})
            assert answer.status_code == 200, answer.text


def test_every_event_reaches_every_receiver_in_order_whatever_they_do(client: TestClient, database: Database) -> None:
    pairs = [
        (owned_profile(database, "org-a", f"asks {number}"), owned_profile(database, "org-b", f"asked {number}"))
        for number in range(PAIRS)
    ]
    with ExitStack() as opened:
        receivers = {
            "well": Receiver(),
            "slow": Receiver(lambda _: Answer.HANG),
            "failing": Receiver(first(6, Answer.FAIL)),
            "lying": Receiver(lies),
            "down": Receiver(),
        }
        secrets = {}
        for name, receiver in receivers.items():
            secrets[name] = client.post("/v1/webhooks", json={"url": receiver.url}).json()["secret"]
            if name != "down":
                opened.enter_context(receiver)
        # Every answer of the catalog comes while one receiver hangs and another is down.
        introduce(client, pairs)
        assert receivers["slow"].wait_until(lambda heard: len(heard) > 0)
        assert receivers["well"].wait_until(has_all)
        assert client.get("/v1/introductions").status_code == 200
        assert {one.answered for one in receivers["slow"].heard} == {Answer.HANG}
        receivers["slow"].answers_from_now_on(lambda _: Answer.OK)
        opened.enter_context(receivers["down"])
        for name, receiver in receivers.items():
            assert receiver.wait_until(has_all), name
            for revisions in taken_revisions(receiver.heard).values():
                assert revisions == sorted(revisions), name
            for one in receiver.heard:
                Webhook(secrets[name]).verify(one.body, one.headers)
        _wait_until_all_are_written_down(database)
    page = client.get("/metrics").text
    assert f'liaison_webhook_attempts_total{{outcome="delivered"}} {5 * EVENTS}.0' in page
    assert f'liaison_webhook_deliveries{{state="delivered"}} {5 * EVENTS}.0' in page
    assert "liaison_webhook_oldest_seconds 0.0" in page


def _wait_until_all_are_written_down(database: Database) -> None:
    deadline = monotonic() + 30
    while monotonic() < deadline:
        if all(row.state == DeliveryState.DELIVERED.value for row in all_deliveries(database)):
            return
    raise AssertionError("some deliveries are not written down as delivered")


def test_killed_between_sending_and_writing_down_it_is_sent_again(database: Database, tmp_path: Path) -> None:
    with Receiver() as receiver:
        add_webhook(database, "whk_a", url=receiver.url)
        add_deliveries(database, "whk_a", "int_1", "int_1")
        # What a dispatcher leaves behind that was killed when the receiver had answered: a lease, which has ended.
        lost = claim(database, "whk_a", now=datetime.now(UTC) - timedelta(minutes=1))
        assert len(lost) == 1
        dispatcher = dispatcher_of(database, quick_settings(), KEY, lambda _: None)
        dispatcher.start()
        try:
            assert receiver.wait_until(lambda heard: len(heard) == 2)
        finally:
            dispatcher.stop()
        assert [one.headers["webhook-id"] for one in receiver.heard] == ["evt_whk_a_0", "evt_whk_a_1"]
        assert receiver.heard[0].body == lost[0].body.encode()
    assert [row.state for row in all_deliveries(database)] == ["delivered"] * 2


def test_endpoints_that_hang_leave_places_to_the_others(database: Database) -> None:
    with Receiver(lambda _: Answer.HANG) as hanging, Receiver() as well:
        for name, receiver in (("whk_hangs", hanging), ("whk_well", well)):
            add_webhook(database, name, url=receiver.url)
            add_deliveries(database, name, *(f"int_{number}" for number in range(20)))
        dispatcher = _with_two_places(database, attempt_seconds=30)
        dispatcher.start()
        try:
            assert well.wait_until(lambda heard: len(heard) == 20)
            assert [one.answered for one in hanging.heard] == [Answer.HANG]
        finally:
            hanging.ending.set()
            dispatcher.stop()


def test_several_dispatchers_share_the_queue_and_send_nothing_twice(database: Database) -> None:
    with Receiver() as receiver:
        add_webhook(database, "whk_a", url=receiver.url)
        ids = add_deliveries(database, "whk_a", *(f"int_{number % 10}" for number in range(40)))
        dispatchers = [_with_two_places(database, attempt_seconds=30) for _ in range(3)]
        for one in dispatchers:
            one.start()
        try:
            assert receiver.wait_until(lambda heard: len(heard) >= len(ids))
        finally:
            for one in dispatchers:
                one.stop()
        numbers = [int(one.headers["webhook-id"].rpartition("_")[2]) for one in receiver.heard]
        assert sorted(numbers) == list(range(40))
        for introduction in range(10):
            mine = [number for number in numbers if number % 10 == introduction]
            assert mine == sorted(mine)


def _with_two_places(database: Database, *, attempt_seconds: float) -> Dispatcher:
    settings = quick_settings(webhook_timeout_seconds=attempt_seconds)
    limits = DispatchLimits(at_once=2, at_once_to_one=1, attempt_seconds=attempt_seconds, poll_seconds=0.03)
    return Dispatcher(database, sender_of(settings), KEY, retry_policy_of(settings), limits)
