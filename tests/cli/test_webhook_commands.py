"""`liaison webhook` against a running catalog."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from services.catalog.app import create_app
from services.catalog.settings import CatalogSettings
from shared.kit.settings import LogLevel
from tests.cli.live_services import served
from tests.cli.test_commands import assert_failed, run


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """It looks at its queue once, while that is empty: nothing is sent."""
    settings = CatalogSettings(
        database_url=f"sqlite:///{tmp_path_factory.mktemp('webhooks') / 'catalog.db'}",
        log_level=LogLevel.ERROR,
        webhook_secret_key=SecretStr("k" * 40),
        webhook_poll_seconds=60,
    )
    with served(create_app(settings)) as url:
        yield url


def test_a_webhook_is_added_tried_and_its_delivery_sent_again(url: str, tmp_path: Path) -> None:
    at = ("--catalog-url", url)
    address = "https://hooks.example.org/liaison"
    added = run("webhook", "add", address, "--event", "introduction.*", "--description", "CRM", "--json", *at)
    webhook = json.loads(added.stdout)["webhook"]
    assert (webhook["event_types"], webhook["description"]) == (["introduction.*"], "CRM")
    assert "whsec_" not in run("webhook", "list", *at).stdout
    assert webhook["id"] in run("webhook", "list", *at).stdout
    tried = json.loads(run("webhook", "test", webhook["id"], "--json", *at).stdout)
    assert "webhook.ping" in run("webhook", "deliveries", webhook["id"], "--state", "pending", *at).stdout
    assert (
        json.loads(run("webhook", "deliveries", webhook["id"], "--state", "dead", "--json", *at).stdout)["items"] == []
    )
    again = json.loads(run("webhook", "redeliver", str(tried["id"]), "--json", *at).stdout)
    assert again["event_id"] == tried["event_id"]


def test_the_secret_is_shown_once_and_a_faulty_address_is_told(url: str) -> None:
    assert "whsec_" in run("webhook", "add", "https://hooks.example.org/x", "--catalog-url", url).stdout
    assert_failed(run("webhook", "add", "https://127.0.0.1/", "--catalog-url", url), "private network")
