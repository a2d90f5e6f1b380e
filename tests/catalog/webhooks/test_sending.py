"""One attempt against real receivers: who is asked, what counts as delivered, and that every attempt ends."""

import asyncio
import socket
from collections.abc import Iterator, Sequence
from ipaddress import ip_network
from pathlib import Path
from time import monotonic

import pytest

from services.catalog.webhooks.addresses import AddressPolicy
from services.catalog.webhooks.guarded_network import GuardedBackend, Resolve
from services.catalog.webhooks.sending import Outcome, Request, Sender
from services.cli.soak.webhook_receivers import Answer, Receiver
from tests.catalog.webhooks.certificates import tls_for
from tests.cli.live_services import closed_address

LOOPBACK = AddressPolicy(allowed=(ip_network("127.0.0.0/8"), ip_network("::1/128")))
BODY = '{"名":"试"}'.encode()


def send(
    url: str,
    policy: AddressPolicy = LOOPBACK,
    *,
    resolve: Resolve | None = None,
    seconds: float = 5,
    **options: object,
) -> Outcome:
    sender = Sender(GuardedBackend(policy, resolve), timeout_seconds=seconds, **options)  # type: ignore[arg-type]
    try:
        return asyncio.run(sender.send(Request(url=url, headers={"webhook-id": "evt_1"}, body=BODY)))
    finally:
        sender.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


def test_a_2xx_is_delivered_and_the_request_came_whole(receiver: Receiver) -> None:
    assert send(receiver.url + "?x=1") == Outcome(status=200)
    [heard] = receiver.heard
    assert (heard.path, heard.body) == ("/hook?x=1", BODY)
    assert heard.headers["content-type"] == "application/json"
    assert heard.headers["webhook-id"] == "evt_1"
    assert heard.headers["host"] == f"127.0.0.1:{receiver.port}"


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer.FAIL, Outcome(status=500, error="status_500")),
        (Answer.GONE, Outcome(status=410, error="status_410")),
        (Answer.CUT, Outcome(error="broken_answer")),
        (Answer.GARBAGE, Outcome(error="broken_answer")),
        (Answer.CLOSE, Outcome(error="broken_answer")),
        (Answer.TWICE, Outcome(status=200)),
        (Answer.ENDLESS, Outcome(status=200)),
    ],
)
def test_only_a_whole_2xx_counts(receiver: Receiver, answer: Answer, outcome: Outcome) -> None:
    receiver.answers_from_now_on(lambda _: answer)
    assert send(receiver.url) == outcome
    assert len(receiver.heard) == 1


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.answers_from_now_on(lambda _: Answer.REDIRECT)
    assert send(receiver.url) == Outcome(status=302, error="status_302")
    assert [heard.path for heard in receiver.heard] == ["/hook"]


@pytest.mark.parametrize("answer", [Answer.HANG, Answer.DRIP])
def test_an_attempt_ends_after_its_time_whatever_the_receiver_does(receiver: Receiver, answer: Answer) -> None:
    receiver.answers_from_now_on(lambda _: answer)
    began = monotonic()
    assert send(receiver.url, seconds=0.3) == Outcome(error="timeout")
    assert monotonic() - began < 3


def test_nobody_there_is_told_apart_from_no_such_name() -> None:
    with closed_address() as url:
        assert send(url) == Outcome(error="connect_failed")
    assert send("http://nowhere.example.org", resolve=unknown) == Outcome(error="name_not_found")


def unknown(_host: str, _port: int) -> Sequence[str]:
    raise socket.gaierror("unknown")


def test_loopback_is_refused_unless_allowed_by_every_name_it_has(receiver: Receiver) -> None:
    for host in ("127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "[::ffff:127.0.0.1]", "0.0.0.0"):
        assert send(f"http://{host}:{receiver.port}/hook", AddressPolicy()) == Outcome(error="address_refused"), host
    assert receiver.heard == []
    assert send(f"http://localhost:{receiver.port}/hook").is_delivered


def test_a_name_with_one_private_address_among_public_ones_is_refused(receiver: Receiver) -> None:
    mixed = AddressPolicy()
    outcome = send(f"http://mixed.example.org:{receiver.port}", mixed, resolve=lambda *_: ["8.8.8.8", "127.0.0.1"])
    assert outcome == Outcome(error="address_refused")


def test_a_name_that_changes_its_address_is_connected_to_where_it_was_checked(receiver: Receiver) -> None:
    """DNS rebinding: asked again, this name would lead to 127.0.0.1; it is asked once for each attempt."""
    asked: list[str] = []

    def rebinding(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.2" if len(asked) == 1 else "127.0.0.1"]

    only_the_first = AddressPolicy(allowed=(ip_network("127.0.0.2/32"),))
    url = f"http://rebinding.example.org:{receiver.port}/hook"
    assert send(url, only_the_first, resolve=rebinding) == Outcome(error="connect_failed")  # nobody listens on .2
    assert asked == ["rebinding.example.org"]
    assert send(url, only_the_first, resolve=rebinding) == Outcome(error="address_refused")
    assert receiver.heard == []


def test_the_next_address_is_tried_where_the_first_refuses(receiver: Receiver) -> None:
    url = f"http://two.example.org:{receiver.port}/hook"
    assert send(url, resolve=lambda *_: ["127.0.0.2", "127.0.0.1"]).is_delivered
    assert receiver.heard[0].headers["host"] == f"two.example.org:{receiver.port}"


def test_a_proxy_of_the_environment_is_not_asked(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert send(receiver.url).is_delivered


def test_tls_is_verified_for_the_name_though_the_address_is_dialled(tmp_path: Path) -> None:
    receiving, trusting = tls_for("hooks.example.org", tmp_path)
    receiver = Receiver()
    receiver.speak_tls(receiving)
    with receiver:
        port = receiver.port
        there = {"resolve": lambda *_: ["127.0.0.1"]}
        assert send(f"https://hooks.example.org:{port}/hook", tls=trusting, **there).is_delivered  # type: ignore[arg-type]
        other = send(f"https://other.example.org:{port}/hook", tls=trusting, **there)  # type: ignore[arg-type]
        unknown = send(f"https://hooks.example.org:{port}/hook", **there)  # type: ignore[arg-type]
        assert [other, unknown] == [Outcome(error="tls_failed")] * 2
    assert len(receiver.heard) == 1
