"""`liaison webhook`: have events sent somewhere, see what became of them, send them again."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

from services.cli.answered import answered
from services.cli.clients import CATALOG_URL, CatalogUrl, Service, ServiceClient
from shared.contracts.webhooks import (
    DeliveryState,
    IssuedWebhook,
    Webhook,
    WebhookDelivery,
    WebhookDeliveryPage,
    WebhookPage,
)

webhook_app = typer.Typer(no_args_is_help=True, help="Webhooks: add, list, test, deliveries, redeliver.")

WebhookId = Annotated[str, typer.Argument(help="`id`, as `liaison webhook list` shows it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the catalog's answer as JSON.")]
Document = dict[str, Any]  # Any: JSON


@webhook_app.command("add")
def add_command(
    url: Annotated[str, typer.Argument(help="https://...; where events are to be sent.")],
    event: Annotated[list[str] | None, typer.Option(help="A type or family (introduction.*); may be repeated.")] = None,
    description: Annotated[str | None, typer.Option(help="What it is for.")] = None,
    organization: Annotated[str | None, typer.Option(help="Whose events; for the platform's staff.")] = None,
    as_json: AsJson = False,
    catalog_url: CatalogUrl = CATALOG_URL,
) -> None:
    """A new webhook; its signing secret is shown once."""
    body: Document = {"url": url, "description": description, "organization_id": organization}
    if event:
        body["event_types"] = event
    _told(
        catalog_url,
        as_json,
        lambda catalog: catalog.post("/v1/webhooks", body),
        lambda answer: _issued_view(IssuedWebhook.model_validate(answer)),
    )


@webhook_app.command("list")
def list_command(as_json: AsJson = False, catalog_url: CatalogUrl = CATALOG_URL) -> None:
    """Your webhooks and how their receivers fare."""
    _told(
        catalog_url,
        as_json,
        lambda catalog: catalog.get("/v1/webhooks", limit=200),
        lambda answer: _webhooks_table(WebhookPage.model_validate(answer).items),
    )


@webhook_app.command("test")
def test_command(webhook: WebhookId, as_json: AsJson = False, catalog_url: CatalogUrl = CATALOG_URL) -> None:
    """Send it a `webhook.ping`; its deliveries tell what came of it."""
    _told(
        catalog_url,
        as_json,
        lambda catalog: catalog.post(f"/v1/webhooks/{webhook}:test", {}),
        lambda answer: _deliveries_table([WebhookDelivery.model_validate(answer)]),
    )


@webhook_app.command("deliveries")
def deliveries_command(
    webhook: WebhookId,
    state: Annotated[DeliveryState | None, typer.Option(help="Only those; dead: given up.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200)] = 50,
    as_json: AsJson = False,
    catalog_url: CatalogUrl = CATALOG_URL,
) -> None:
    """What was sent to it and what waits, the newest first."""
    asked: dict[str, str | int] = {"limit": limit} | ({"state": state} if state else {})
    _told(
        catalog_url,
        as_json,
        lambda catalog: catalog.get(f"/v1/webhooks/{webhook}/deliveries", **asked),
        lambda answer: _deliveries_table(WebhookDeliveryPage.model_validate(answer).items),
    )


@webhook_app.command("redeliver")
def redeliver_command(
    delivery: Annotated[int, typer.Argument(help="`id`, as `liaison webhook deliveries` shows it.")],
    as_json: AsJson = False,
    catalog_url: CatalogUrl = CATALOG_URL,
) -> None:
    """Send one again, from the first attempt on."""
    _told(
        catalog_url,
        as_json,
        lambda catalog: catalog.post(f"/v1/webhook-deliveries/{delivery}:redeliver", {}),
        lambda answer: _deliveries_table([WebhookDelivery.model_validate(answer)]),
    )


def _told(
    url: str,
    as_json: bool,
    ask: Callable[[ServiceClient], Document],
    shown: Callable[[Document], RenderableType],
) -> None:
    answered(url, as_json, ask, shown, service=Service.CATALOG)


def _issued_view(issued: IssuedWebhook) -> Group:
    secret = Text(issued.secret, style="bold", no_wrap=True)
    return Group(_webhooks_table([issued.webhook]), Text("Signing secret, shown this once:"), secret)


def _webhooks_table(webhooks: Sequence[Webhook]) -> Table:
    table = Table(
        Column("id", no_wrap=True), "of", "address", "events", "state", "failures", "last error", title="Webhooks"
    )
    for one in webhooks:
        state = f"paused: {one.paused}" if one.paused else "sends"
        events = " ".join(one.event_types)
        table.add_row(
            *map(Text, (one.id, one.organization_id or "platform", one.url, events, state, str(one.failures))),
            Text(one.last_error or ""),
        )
    return table


def _deliveries_table(deliveries: Sequence[WebhookDelivery]) -> Table:
    table = Table(
        Column("id", no_wrap=True),
        "event",
        "type",
        "state",
        "attempts",
        "last error",
        "next attempt",
        title="Deliveries",
    )
    for one in deliveries:
        due = f"{one.next_attempt_at:%Y-%m-%d %H:%M:%S} UTC" if one.next_attempt_at else ""
        cells = (str(one.id), one.event_id, one.type, one.state, str(one.attempts), one.last_error or "", due)
        table.add_row(*map(Text, cells))
    return table
