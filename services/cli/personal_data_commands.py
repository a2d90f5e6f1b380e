"""`liaison personal-data`: everything kept of somebody in one file, its erasure, the receipt."""

import json
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Annotated, Any
from uuid import uuid4

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from services.cli.answered import answered, tell
from services.cli.clients import (
    CATALOG_URL,
    MATCHER_URL,
    CatalogUrl,
    MatcherUrl,
    Service,
    ServiceClient,
    ServiceRefusal,
    connected,
)
from services.cli.personal_data_display import receipt_view, waiting_words
from services.cli.problems import CommandProblem
from shared.contracts.erasures import MAX_PROFILES, ErasureReason, ErasureReceipt
from shared.contracts.vocabularies import Language

personal_data_app = typer.Typer(no_args_is_help=True, help="Personal data: export it, erase it, show the receipt.")

AsJson = Annotated[bool, typer.Option("--json", help="Print the receipt as JSON.")]
In = Annotated[Language, typer.Option("--language", help="Of the table.", envvar="LIAISON_LANGUAGE")]
Profiles = Annotated[list[str] | None, typer.Option("--profile", help="Id of a profile; may be given several times.")]
Organization = Annotated[str | None, typer.Option("--organization", help="An organisation with all that is its own.")]
Seconds = Annotated[float, typer.Option(min=0, help="How long to wait until everybody has confirmed.")]
Document = dict[str, Any]  # Any: JSON
_LOOK_EVERY_SECONDS = 0.5
_BACK = {"already_erased", "unknown_profiles"}


@personal_data_app.command("export")
def export_command(
    out: Annotated[Path, typer.Option("--out", help="The file to write: JSON, for its owner's eyes.")],
    organization: Organization = None,
    profile: Annotated[str | None, typer.Option(help="This profile alone.")] = None,
    catalog_url: CatalogUrl = CATALOG_URL,
    matcher_url: MatcherUrl = MATCHER_URL,
) -> None:
    """Everything that both services keep of an organisation (your own where none is named) or a profile."""
    named = {"organization_id": organization, "profile_id": profile}
    asked = {name: value for name, value in named.items() if value is not None}
    with connected(Service.CATALOG, catalog_url) as catalog:
        kept = catalog.get("/v1/personal-data", **asked)
    with connected(Service.MATCHER, matcher_url) as matcher:
        derived = _derived(matcher, asked)
    try:
        out.touch(0o600)
        text = json.dumps({"catalog": kept, "matcher": derived}, ensure_ascii=False, indent=2)
        out.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise CommandProblem(f"--out: {out} cannot be written ({error.strerror}). Name another.") from None
    typer.echo(f"{out}: {len(kept['profiles'])} profiles, {len(derived['runs']) if derived else 0} recorded answers")


@personal_data_app.command("erase")
def erase_command(
    profile: Profiles = None,
    organization: Organization = None,
    reason: Annotated[ErasureReason, typer.Option(help="Stands in the receipt.")] = ErasureReason.REQUESTED,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; it cannot be taken back.")] = False,
    wait: Seconds = 120,
    as_json: AsJson = False,
    language: In = Language.ENGLISH,
    catalog_url: CatalogUrl = CATALOG_URL,
) -> None:
    """Forget profiles or an organisation for good, wait until every matcher has confirmed, print the receipt."""
    what = {"profile_ids": profile} if profile else {"organization_id": organization}
    if bool(profile) == (organization is not None):
        raise CommandProblem("Name either --profile or --organization.")
    if not yes:
        typer.confirm(f"Erase {organization or ', '.join(profile or ())} for good?", abort=True, err=True)
    with connected(Service.CATALOG, catalog_url) as catalog:
        receipt = _erased(catalog, what | {"reason": reason.value})
        receipt = _completed(catalog, receipt, wait, language)
    tell(receipt, as_json, lambda answer: receipt_view(ErasureReceipt.model_validate(answer), language))
    if not receipt["is_complete"]:
        raise typer.Exit(2)


@personal_data_app.command("receipt")
def receipt_command(
    erasure: Annotated[str, typer.Argument(help="`id` of an erasure.")],
    as_json: AsJson = False,
    language: In = Language.ENGLISH,
    catalog_url: CatalogUrl = CATALOG_URL,
) -> None:
    """What was erased where and when, and who has not confirmed."""
    answered(
        catalog_url,
        as_json,
        lambda catalog: catalog.get(f"/v1/erasures/{erasure}"),
        lambda answer: receipt_view(ErasureReceipt.model_validate(answer), language),
        service=Service.CATALOG,
    )


@personal_data_app.command("reapply")
def reapply_command(
    receipts: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Receipts as JSON, one after another.")],
    catalog_url: CatalogUrl = CATALOG_URL,
) -> None:
    """After a backup was restored: erase again what receipts say was erased, where it is back."""
    ids = sorted({one for receipt in _receipts(receipts) for one in receipt.profile_ids})
    with connected(Service.CATALOG, catalog_url) as catalog:
        back = [one for one in ids if _is_back(catalog, one)]
        for start in range(0, len(back), MAX_PROFILES):
            some = {"profile_ids": back[start : start + MAX_PROFILES], "reason": ErasureReason.REAPPLIED.value}
            receipt = _erased(catalog, some)
            typer.echo(f"{receipt['id']}: {len(receipt['profile_ids'])} profiles")
    typer.echo(f"{len(back)} of {len(ids)} profiles were back, and are erased again.")


def _derived(matcher: ServiceClient, asked: dict[str, str]) -> Document | None:
    """None where the matcher has nothing: it has not read the profile yet, or it was withdrawn."""
    try:
        return matcher.get("/v1/personal-data", **asked)
    except ServiceRefusal as refusal:
        if refusal.code != "personal_data_not_found":
            raise
        return None


def _erased(catalog: ServiceClient, body: Document) -> Document:
    headers = {"Idempotency-Key": uuid4().hex}
    with catalog.stream("POST", "/v1/erasures", json=body, headers=headers) as response:
        receipt: Document = json.loads(response.read())
    return receipt


def _completed(catalog: ServiceClient, receipt: Document, seconds: float, language: Language) -> Document:
    """The receipt once it is complete, or as it stands when the time is over or the caller's key was erased with it."""
    deadline = monotonic() + seconds
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, transient=True) as progress:
        task = progress.add_task("", total=None)
        while not receipt["is_complete"] and monotonic() < deadline:
            words = waiting_words(ErasureReceipt.model_validate(receipt), language)
            progress.update(task, description=words)
            sleep(_LOOK_EVERY_SECONDS)
            try:
                receipt = catalog.get(f"/v1/erasures/{receipt['id']}")
            except ServiceRefusal as refusal:
                if refusal.code != "unauthenticated":
                    raise
                return receipt
    return receipt


def _is_back(catalog: ServiceClient, profile_id: str) -> bool:
    """Whether there is more of it than a tombstone."""
    try:
        catalog.get("/v1/personal-data", profile_id=profile_id)
    except ServiceRefusal as refusal:
        if refusal.code not in _BACK:
            raise
        return False
    return True


def _receipts(path: Path) -> Iterator[ErasureReceipt]:
    decoder, text = json.JSONDecoder(), path.read_text(encoding="utf-8")
    place = 0
    try:
        while place < len(text.rstrip()):
            place += len(text[place:]) - len(text[place:].lstrip())
            document, place = decoder.raw_decode(text, place)
            yield ErasureReceipt.model_validate(document)
    except ValueError:
        raise CommandProblem(f"{path}: holds something else than receipts. Give what `erase --json` printed.") from None
