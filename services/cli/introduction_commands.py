"""`liaison introduction`: ask for introductions, answer them, have contacts, tell what came of it."""

from typing import Annotated
from uuid import uuid4

import typer

from services.cli.answered import Document, answered
from services.cli.clients import CATALOG_URL, CatalogUrl, Service
from services.cli.introduction_display import contact_view, introduction_view, introductions_table
from shared.contracts.feedback import FeedbackReason
from shared.contracts.introductions import (
    Introduction,
    IntroductionAction,
    IntroductionPage,
    IntroductionState,
    Purpose,
    ReleasedContact,
)
from shared.contracts.vocabularies import Language

introduction_app = typer.Typer(no_args_is_help=True, help="Introductions: ask, answer, have contacts, say what came.")

IntroductionId = Annotated[str, typer.Argument(help="`id` of an introduction.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the catalog's answer as JSON.")]
In = Annotated[Language, typer.Option("--language", help="Of the table.", envvar="LIAISON_LANGUAGE")]
Side = Annotated[str | None, typer.Option(help="subject or target; only where you speak for both.")]
Note = Annotated[str | None, typer.Option(help="For the audit trail; the other side does not see it.")]


@introduction_app.command("request")
def request_command(
    subject: Annotated[str, typer.Argument(help="Id of the profile that asks.")],
    target: Annotated[str, typer.Argument(help="Id of the profile that is asked.")],
    purpose: Annotated[Purpose, typer.Option(help="What consent is given for.")],
    message: Annotated[str | None, typer.Option(help="Shown to the target.")] = None,
    run: Annotated[str | None, typer.Option(help="`run_id` of the answer that proposed the target.")] = None,
    rank: Annotated[int | None, typer.Option(min=1, help="Where it stood there.")] = None,
    draft: Annotated[bool, typer.Option("--draft", help="Keep it to yourself for now.")] = False,
    key: Annotated[str | None, typer.Option(help="Idempotency key; a new one where left out.")] = None,
    as_json: AsJson = False,
    language: In = Language.ENGLISH,
    catalog_url: CatalogUrl = CATALOG_URL,
) -> None:
    """Ask for an introduction: the subject's consent to this target, for this purpose."""
    body = {
        "subject_id": subject,
        "target_id": target,
        "purpose": purpose,
        "message": message,
        "run_id": run,
        "rank": rank,
        "draft": draft,
    }
    headers = {"Idempotency-Key": key or uuid4().hex}
    answered(
        catalog_url,
        as_json,
        lambda catalog: catalog.send("POST", "/v1/introductions", json=body, headers=headers),
        lambda answer: introduction_view(Introduction.model_validate(answer), language),
        service=Service.CATALOG,
    )


@introduction_app.command("accept")
def accept_command(
    introduction: IntroductionId,
    side: Side = None,
    note: Note = None,
    as_json: AsJson = False,
    language: In = Language.ENGLISH,
    catalog_url: CatalogUrl = CATALOG_URL,
) -> None:
    """The target's yes to this subject, for this purpose."""
    _act(introduction, IntroductionAction.ACCEPT, _step(side, note), as_json, language, catalog_url)


@introduction_app.command("decline")
def decline_command(
    introduction: IntroductionId,
    reason: Annotated[FeedbackReason, typer.Option(help="Why not; it helps to propose better.")],
    side: Side = None,
    note: Note = None,
    as_json: AsJson = False,
    language: In = Language.ENGLISH,
    catalog_url: CatalogUrl = CATALOG_URL,
) -> None:
    """The target's no, with a reason."""
    step = _step(side, note) | {"reason": reason}
    _act(introduction, IntroductionAction.DECLINE, step, as_json, language, catalog_url)


@introduction_app.command("withdraw")
def withdraw_command(
    introduction: IntroductionId,
    side: Side = None,
    note: Note = None,
    as_json: AsJson = False,
    language: In = Language.ENGLISH,
    catalog_url: CatalogUrl = CATALOG_URL,
) -> None:
    """Take a yes back; no contact is released from then on."""
    _act(introduction, IntroductionAction.WITHDRAW, _step(side, note), as_json, language, catalog_url)


@introduction_app.command("tell")
def tell_command(
    introduction: IntroductionId,
    action: Annotated[IntroductionAction, typer.Argument(help="What happened: meet, pilot, order, invest, fail, ...")],
    reason: Annotated[FeedbackReason | None, typer.Option(help="For decline and refuse.")] = None,
    side: Side = None,
    note: Note = None,
    as_json: AsJson = False,
    language: In = Language.ENGLISH,
    catalog_url: CatalogUrl = CATALOG_URL,
) -> None:
    """Anything else that `show` says may be done now, such as what came of it, months later too."""
    step = _step(side, note) | ({"reason": reason} if reason else {})
    _act(introduction, action, step, as_json, language, catalog_url)


@introduction_app.command("contacts")
def contacts_command(
    introduction: IntroductionId,
    side: Side = None,
    as_json: AsJson = False,
    language: In = Language.ENGLISH,
    catalog_url: CatalogUrl = CATALOG_URL,
) -> None:
    """The other side's contact, while both agree; it is recorded that you had it."""
    answered(
        catalog_url,
        as_json,
        lambda catalog: catalog.post(f"/v1/introductions/{introduction}/contacts", _step(side, None)),
        lambda answer: contact_view(ReleasedContact.model_validate(answer), language),
        service=Service.CATALOG,
    )


@introduction_app.command("list")
def list_command(
    profile: Annotated[str | None, typer.Option(help="Only those of this profile.")] = None,
    state: Annotated[IntroductionState | None, typer.Option(help="Only those in this state.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200)] = 50,
    as_json: AsJson = False,
    language: In = Language.ENGLISH,
    catalog_url: CatalogUrl = CATALOG_URL,
) -> None:
    """Introductions that you are on a side of."""
    asked: dict[str, str | int] = {"limit": limit}
    asked |= {name: value for name, value in (("profile_id", profile), ("state", state)) if value is not None}
    answered(
        catalog_url,
        as_json,
        lambda catalog: catalog.get("/v1/introductions", **asked),
        lambda answer: introductions_table(IntroductionPage.model_validate(answer), language),
        service=Service.CATALOG,
    )


@introduction_app.command("show")
def show_command(
    introduction: IntroductionId,
    as_json: AsJson = False,
    language: In = Language.ENGLISH,
    catalog_url: CatalogUrl = CATALOG_URL,
) -> None:
    """One introduction: both sides, whose consent stands, what may be done now."""
    answered(
        catalog_url,
        as_json,
        lambda catalog: catalog.get(f"/v1/introductions/{introduction}"),
        lambda answer: introduction_view(Introduction.model_validate(answer), language),
        service=Service.CATALOG,
    )


def _act(
    introduction: str, action: IntroductionAction, step: Document, as_json: bool, language: Language, catalog_url: str
) -> None:
    answered(
        catalog_url,
        as_json,
        lambda catalog: catalog.post(f"/v1/introductions/{introduction}:{action}", step),
        lambda answer: introduction_view(Introduction.model_validate(answer), language),
        service=Service.CATALOG,
    )


def _step(side: str | None, note: str | None) -> Document:
    return {name: value for name, value in (("side", side), ("note", note)) if value is not None}
