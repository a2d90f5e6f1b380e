"""`liaison policy`: ranking policies of a running matcher, from a draft to a roll back."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from services.cli.answered import answered
from services.cli.clients import MATCHER_URL, MatcherUrl
from services.cli.policy_display import activation_line, activations_table, policies_table, policy_view, simulation_view
from services.cli.problems import CommandProblem
from shared.contracts.policy_records import Activation, ActivationPage, PolicyPage, PolicyRevision
from shared.contracts.profiles import Kind
from shared.contracts.simulations import Simulation

policy_app = typer.Typer(no_args_is_help=True, help="Ranking policies: draft, evaluate, activate, roll back.")

Revision = Annotated[str, typer.Argument(help="Name of a revision, such as policy-7.")]
By = Annotated[str, typer.Option(help="Who does it.", envvar="LIAISON_OPERATOR")]
Reason = Annotated[str, typer.Option(help="Why.")]
DocumentFile = Annotated[Path, typer.Argument(help="A policy document in JSON; see docs/ranking.md.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the matcher's answer as JSON.")]
Document = dict[str, Any]  # Any: JSON


@policy_app.command("list")
def list_command(as_json: AsJson = False, matcher_url: MatcherUrl = MATCHER_URL) -> None:
    """Every revision with its state and its newest evaluation, newest first."""
    answered(
        matcher_url,
        as_json,
        lambda matcher: matcher.get("/v1/policies", limit=200),
        lambda answer: policies_table(PolicyPage.model_validate(answer)),
    )


@policy_app.command("history")
def history_command(as_json: AsJson = False, matcher_url: MatcherUrl = MATCHER_URL) -> None:
    """What ranked when, on whose word, newest first."""
    answered(
        matcher_url,
        as_json,
        lambda matcher: matcher.get("/v1/policy-activations", limit=200),
        lambda answer: activations_table(ActivationPage.model_validate(answer)),
    )


@policy_app.command("show")
def show_command(revision: Revision, as_json: AsJson = False, matcher_url: MatcherUrl = MATCHER_URL) -> None:
    """One revision: its document, its evaluations."""
    answered(
        matcher_url,
        as_json,
        lambda matcher: matcher.get(f"/v1/policies/{revision}"),
        lambda answer: policy_view(PolicyRevision.model_validate(answer)),
    )


@policy_app.command("draft")
def draft_command(
    file: DocumentFile,
    by: By,
    name: Annotated[str, typer.Option(help="The revision is this and a number.")] = "policy",
    as_json: AsJson = False,
    matcher_url: MatcherUrl = MATCHER_URL,
) -> None:
    """Store a document as a new revision; one of equal content is given back instead."""
    body = {"name": name, "document": _read_json(file), "by": by}
    answered(
        matcher_url,
        as_json,
        lambda matcher: matcher.post("/v1/policies", body),
        lambda answer: policy_view(PolicyRevision.model_validate(answer)),
    )


@policy_app.command("attach")
def attach_command(
    revision: Revision,
    report: Annotated[Path, typer.Argument(help="What `liaison evaluate --json FILE` wrote.")],
    by: By,
    ranking: Annotated[str, typer.Option(help="The revision's name in the report.")] = "served",
    as_json: AsJson = False,
    matcher_url: MatcherUrl = MATCHER_URL,
) -> None:
    """Keep an evaluation of a revision, so that it may be activated."""
    body = {"report": _read_json(report), "ranking": ranking, "by": by}
    answered(
        matcher_url,
        as_json,
        lambda matcher: matcher.post(f"/v1/policies/{revision}/evaluations", body),
        lambda answer: f"Attached {answer['id']} to {answer['revision']}.",
    )


@policy_app.command("activate")
def activate_command(
    revision: Revision,
    by: By,
    reason: Reason,
    force: Annotated[bool, typer.Option("--force", help="Without an evaluation; the record says so.")] = False,
    as_json: AsJson = False,
    matcher_url: MatcherUrl = MATCHER_URL,
) -> None:
    """Have a revision rank from now on."""
    body = {"by": by, "reason": reason, "force": force}
    answered(
        matcher_url,
        as_json,
        lambda matcher: matcher.post(f"/v1/policies/{revision}:activate", body),
        lambda answer: activation_line(Activation.model_validate(answer)),
    )


@policy_app.command("rollback")
def rollback_command(by: By, reason: Reason, as_json: AsJson = False, matcher_url: MatcherUrl = MATCHER_URL) -> None:
    """Take the newest activation back."""
    answered(
        matcher_url,
        as_json,
        lambda matcher: matcher.post("/v1/policies:rollback", {"by": by, "reason": reason}),
        lambda answer: activation_line(Activation.model_validate(answer)),
    )


@policy_app.command("retire")
def retire_command(
    revision: Revision, by: By, reason: Reason, as_json: AsJson = False, matcher_url: MatcherUrl = MATCHER_URL
) -> None:
    """Take a revision out of use for good."""
    answered(
        matcher_url,
        as_json,
        lambda matcher: matcher.post(f"/v1/policies/{revision}:retire", {"by": by, "reason": reason}),
        lambda answer: policy_view(PolicyRevision.model_validate(answer)),
    )


@policy_app.command("simulate")
def simulate_command(
    policy: Annotated[str, typer.Argument(help="A revision, or a file with a policy document.")],
    subject: Annotated[list[str], typer.Option(help="Id of a stored profile; may be given several times.")],
    to: Annotated[list[Kind], typer.Option(help="The kind to find; may be given several times.")],
    against: Annotated[str | None, typer.Option(help="A revision; the active one where it is not given.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="Places of a list.")] = 10,
    as_json: AsJson = False,
    matcher_url: MatcherUrl = MATCHER_URL,
) -> None:
    """Lists under a draft and under the active policy side by side: who moves, and which signals did it."""
    file = Path(policy)
    chosen = {"document": _read_json(file)} if file.is_file() else {"revision": policy}
    body = {**chosen, "against": against, "subject_ids": subject, "target_kinds": to, "limit": limit}
    answered(
        matcher_url,
        as_json,
        lambda matcher: matcher.post("/v1/policies:simulate", body),
        lambda answer: simulation_view(Simulation.model_validate(answer)),
    )


def _read_json(file: Path) -> object:
    try:
        return json.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise CommandProblem(f"{file} cannot be read ({error.strerror}). Check the path.") from None
    except ValueError as error:
        raise CommandProblem(f"{file} is not JSON ({error}). Write one object in UTF-8.") from None
