"""`liaison key`: API keys of a catalog, made, listed, rotated, revoked; the first one straight in its database."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.table import Table
from rich.text import Text

from services.cli.answered import answered, tell
from services.cli.clients import CATALOG_URL, CatalogUrl, Service, connected
from services.cli.problems import CommandProblem
from shared.contracts.api_keys import MAX_OVERLAP_SECONDS, ApiKey, ApiKeyDraft, ApiKeyEvents, ApiKeyPage, IssuedApiKey
from shared.contracts.identity import Permission, Role

key_app = typer.Typer(no_args_is_help=True, help="API keys: create, list, rotate, revoke, events.")

KeyId = Annotated[str, typer.Argument(help="`key_id`, as `liaison key list` shows it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the catalog's answer as JSON.")]


@key_app.command("create")
def create_command(
    name: Annotated[str, typer.Argument(help="Who uses it, and for what.")],
    role: Annotated[list[Role], typer.Option(help="May be given several times.")],
    organization: Annotated[str | None, typer.Option(help="Whom it speaks for; a party's key needs one.")] = None,
    scope: Annotated[
        list[Permission] | None, typer.Option(help="Narrows the roles; may be given several times.")
    ] = None,
    expires_days: Annotated[int | None, typer.Option(min=1, max=3650, help="Never, if left out.")] = None,
    database_url: Annotated[
        str | None, typer.Option(help="The catalog's own database, for the first key; else the catalog is asked.")
    ] = None,
    as_json: AsJson = False,
    catalog_url: CatalogUrl = CATALOG_URL,
) -> None:
    """A new key; its secret goes to standard output, once."""
    expires_at = None if expires_days is None else datetime.now(UTC) + timedelta(days=expires_days)
    try:
        draft = ApiKeyDraft(
            name=name,
            roles=tuple(role),
            organization_id=organization,
            scopes=tuple(scope or ()) or None,
            expires_at=expires_at,
        )
    except ValidationError as error:
        raise CommandProblem(*(str(found["msg"]).removeprefix("Value error, ") for found in error.errors())) from None
    if database_url is not None:
        _show_issued(_created_in(database_url, draft), as_json)
        return
    with connected(Service.CATALOG, catalog_url) as catalog:
        answer = catalog.post("/v1/api-keys", draft.model_dump(mode="json", exclude_none=True))
    _show_issued(IssuedApiKey.model_validate(answer), as_json)


@key_app.command("list")
def list_command(as_json: AsJson = False, catalog_url: CatalogUrl = CATALOG_URL) -> None:
    """Every key, without secrets."""
    keys: list[ApiKey] = []
    cursor: dict[str, Any] = {}  # Any: parameters
    with connected(Service.CATALOG, catalog_url) as catalog:
        while True:
            page = ApiKeyPage.model_validate(catalog.get("/v1/api-keys", limit=200, **cursor))
            keys += page.items
            if page.next_cursor is None:
                break
            cursor = {"cursor": page.next_cursor}
    tell([key.model_dump(mode="json") for key in keys], as_json, lambda _: _table(keys))


@key_app.command("rotate")
def rotate_command(
    key_id: KeyId,
    overlap_hours: Annotated[
        float, typer.Option(min=0, max=MAX_OVERLAP_SECONDS / 3600, help="How long the old one goes on working.")
    ] = 24,
    as_json: AsJson = False,
    catalog_url: CatalogUrl = CATALOG_URL,
) -> None:
    """A new key in the place of an old one, which expires after the overlap."""
    body = {"overlap_seconds": round(overlap_hours * 3600)}
    with connected(Service.CATALOG, catalog_url) as catalog:
        answer = catalog.post(f"/v1/api-keys/{key_id}:rotate", body)
    _show_issued(IssuedApiKey.model_validate(answer), as_json)


@key_app.command("revoke")
def revoke_command(key_id: KeyId, as_json: AsJson = False, catalog_url: CatalogUrl = CATALOG_URL) -> None:
    """Have a key refused from now on, for good."""
    answered(
        catalog_url,
        as_json,
        lambda catalog: catalog.post(f"/v1/api-keys/{key_id}:revoke", {}),
        lambda _: Text(f"The key {key_id} is revoked."),
        service=Service.CATALOG,
    )


@key_app.command("events")
def events_command(key_id: KeyId, as_json: AsJson = False, catalog_url: CatalogUrl = CATALOG_URL) -> None:
    """Who made, rotated and revoked a key, and when."""
    answered(
        catalog_url,
        as_json,
        lambda catalog: catalog.get(f"/v1/api-keys/{key_id}/events"),
        lambda answer: _events_table(ApiKeyEvents.model_validate(answer)),
        service=Service.CATALOG,
    )


def _created_in(database_url: str, draft: ApiKeyDraft) -> IssuedApiKey:
    from services.catalog.api_keys.errors import NoPepper  # noqa: PLC0415 - fast --help
    from services.catalog.api_keys.service import create  # noqa: PLC0415
    from services.catalog.app import open_catalog  # noqa: PLC0415
    from services.catalog.settings import CatalogSettings  # noqa: PLC0415
    from services.cli.serve_command import told_database_problems  # noqa: PLC0415
    from services.cli.serving import settings_of  # noqa: PLC0415
    from shared.kit.identity.bearer import pepper_of  # noqa: PLC0415

    pepper = pepper_of(settings_of(CatalogSettings, database_url=database_url))
    if pepper is None:
        raise CommandProblem(NoPepper().detail)
    with told_database_problems():
        database = open_catalog(database_url)
    try:
        with database.write() as session:
            return create(session, draft, pepper, by="liaison key create", now=datetime.now(UTC))
    finally:
        database.close()


def _show_issued(issued: IssuedApiKey, as_json: bool) -> None:
    if as_json:
        tell(issued.model_dump(mode="json", exclude_none=True), as_json, lambda _: Text())
        return
    key = issued.key
    typer.echo(f"Key {key.key_id} for {key.name!r}. Its secret is shown this once; store it like a password:", err=True)
    typer.echo(issued.secret)


def _table(keys: list[ApiKey]) -> Table:
    table = Table("key", "name", "roles", "organisation", "scopes", "state", "last used")
    now = datetime.now(UTC)
    for key in keys:
        table.add_row(
            key.key_id,
            key.name,
            ", ".join(key.roles),
            key.organization_id or "",
            "" if key.scopes is None else ", ".join(key.scopes),
            _state(key, now),
            "" if key.last_used_at is None else f"{key.last_used_at:%Y-%m-%d %H:%M}",
        )
    return table


def _events_table(trail: ApiKeyEvents) -> Table:
    table = Table("when", "what", "by", "other key")
    for event in trail.items:
        table.add_row(f"{event.at:%Y-%m-%d %H:%M}", event.action, Text(event.by), event.other_key_id or "")
    return table


def _state(key: ApiKey, now: datetime) -> str:
    if key.revoked_at is not None:
        return f"revoked {key.revoked_at:%Y-%m-%d}"
    if key.expires_at is None:
        return "good"
    return f"{'good until' if key.expires_at > now else 'expired'} {key.expires_at:%Y-%m-%d %H:%M}"
