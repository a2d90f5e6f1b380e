"""`liaison model`: embedding models of a running matcher, built beside the one that answers, switched, rolled back."""

from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from services.cli.answered import answered
from services.cli.clients import MATCHER_URL, MatcherUrl
from shared.contracts.model_records import ModelActivation, ModelList, ModelRecord, ModelState
from shared.contracts.vocabularies import Language

model_app = typer.Typer(
    no_args_is_help=True, help="Embedding models: build beside the one that answers, activate, roll back, drop."
)

Name = Annotated[str, typer.Argument(help="Name of a model, as `liaison model list` shows it.")]
By = Annotated[str, typer.Option(help="Who does it.", envvar="LIAISON_OPERATOR")]
Reason = Annotated[str, typer.Option(help="Why.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the matcher's answer as JSON.")]
Document = dict[str, Any]  # Any: JSON


@model_app.command("list")
def list_command(as_json: AsJson = False, matcher_url: MatcherUrl = MATCHER_URL) -> None:
    """Every model: building n of m, ready, active, failed with the reason, dropped."""
    answered(matcher_url, as_json, lambda matcher: matcher.get("/v1/models"), _listed)


@model_app.command("build")
def build_command(
    name: Annotated[str, typer.Argument(help="What the model is to be called.")],
    source: Annotated[str, typer.Argument(help="A sentence-transformers folder on the matcher's machine.")],
    by: By,
    language: Annotated[list[Language] | None, typer.Option(help="May be given several times; en if left out.")] = None,
    query_prompt: Annotated[str | None, typer.Option(help="The model's own if left out.")] = None,
    passage_prompt: Annotated[str | None, typer.Option(help="The model's own if left out.")] = None,
    as_json: AsJson = False,
    matcher_url: MatcherUrl = MATCHER_URL,
) -> None:
    """Build a model beside the one that answers; watch it with `liaison model list`."""
    body = {
        "name": name,
        "source": source,
        "languages": language or [Language.ENGLISH],
        "query_prompt": query_prompt,
        "passage_prompt": passage_prompt,
        "by": by,
    }
    answered(matcher_url, as_json, lambda matcher: matcher.post("/v1/models", body), _listed)


@model_app.command("activate")
def activate_command(
    name: Name, by: By, reason: Reason, as_json: AsJson = False, matcher_url: MatcherUrl = MATCHER_URL
) -> None:
    """Have a model that is ready answer from now on."""
    _decided(matcher_url, as_json, f"/v1/models/{name}:activate", by, reason)


@model_app.command("rollback")
def rollback_command(by: By, reason: Reason, as_json: AsJson = False, matcher_url: MatcherUrl = MATCHER_URL) -> None:
    """Have the model before answer again."""
    _decided(matcher_url, as_json, "/v1/models:rollback", by, reason)


@model_app.command("drop")
def drop_command(
    name: Name, by: By, reason: Reason, as_json: AsJson = False, matcher_url: MatcherUrl = MATCHER_URL
) -> None:
    """Let go of a model that does not answer: its memory, its snapshots, its vectors."""
    body = {"by": by, "reason": reason}
    answered(matcher_url, as_json, lambda matcher: matcher.post(f"/v1/models/{name}:drop", body), _listed)


def _decided(matcher_url: str, as_json: bool, path: str, by: str, reason: str) -> None:
    answered(matcher_url, as_json, lambda matcher: matcher.post(path, {"by": by, "reason": reason}), _activation)


def _listed(answer: Document) -> Table:
    listed = ModelList.model_validate(answer)
    table = Table(title=Text(f"Models; {listed.active} is to answer"), title_justify="left")
    for column in ("model", "state", "documents", "dimension", "languages", "source"):
        table.add_column(column, overflow="fold")
    for one in listed.items:
        dimension = "-" if one.dimension is None else str(one.dimension)
        cells = (one.name, _state(one), _documents(one), dimension, " ".join(one.languages), one.source)
        table.add_row(*(Text(cell) for cell in cells))
    return table


def _state(record: ModelRecord) -> str:
    return f"{record.state}: {record.reason}" if record.reason else str(record.state)


def _documents(record: ModelRecord) -> str:
    if record.state is ModelState.BUILDING:
        return f"{record.documents_done:,} of {record.documents_total:,}"
    return f"{record.documents_done:,}"


def _activation(answer: Document) -> Text:
    activation = ModelActivation.model_validate(answer)
    return Text(f"{activation.model} answers from now on, in place of {activation.previous}.")
