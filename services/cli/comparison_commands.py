"""`liaison comparison`: two policies on the live requests of a running matcher."""

from typing import Annotated

import typer

from services.cli.answered import answered
from services.cli.clients import MATCHER_URL, MatcherUrl
from services.cli.comparison_display import comparison_view, comparisons_table
from services.cli.policy_commands import AsJson, By, Reason
from shared.contracts.comparisons import Comparison, ComparisonPage

comparison_app = typer.Typer(no_args_is_help=True, help="Two policies on live requests: start, watch, stop.")

ComparisonId = Annotated[str, typer.Argument(help="`id` of a comparison.")]


@comparison_app.command("start")
def start_command(
    first: Annotated[str, typer.Argument(help="A revision; most often what ranks now.")],
    second: Annotated[str, typer.Argument(help="The revision that is to show whether it is better.")],
    by: By,
    reason: Reason,
    share: Annotated[float, typer.Option(min=0, max=1, help="Of the subjects, above 0 and up to 1.")] = 1.0,
    kinds: Annotated[str | None, typer.Option(help="A pair such as investor+project; every pair if left out.")] = None,
    alpha: Annotated[float, typer.Option(help="Chance that equal policies are called different.")] = 0.05,
    max_decided: Annotated[int, typer.Option(min=1, help="Won lists after which it ends in any case.")] = 2_000,
    force: Annotated[bool, typer.Option("--force", help="Also without an evaluation; the record says so.")] = False,
    as_json: AsJson = False,
    matcher_url: MatcherUrl = MATCHER_URL,
) -> None:
    """Draft lists from two policies until readers have decided, or you stop it."""
    body = {
        "first": first,
        "second": second,
        "share": share,
        "kinds": kinds,
        "alpha": alpha,
        "max_decided": max_decided,
        "by": by,
        "reason": reason,
        "force": force,
    }
    answered(
        matcher_url,
        as_json,
        lambda matcher: matcher.post("/v1/comparisons", body),
        lambda answer: comparison_view(Comparison.model_validate(answer)),
    )


@comparison_app.command("list")
def list_command(as_json: AsJson = False, matcher_url: MatcherUrl = MATCHER_URL) -> None:
    """Every comparison with what readers have said, newest first."""
    answered(
        matcher_url,
        as_json,
        lambda matcher: matcher.get("/v1/comparisons", limit=200),
        lambda answer: comparisons_table(ComparisonPage.model_validate(answer)),
    )


@comparison_app.command("show")
def show_command(comparison: ComparisonId, as_json: AsJson = False, matcher_url: MatcherUrl = MATCHER_URL) -> None:
    """One comparison: what readers have said, how sure that is, and what may be done now."""
    answered(
        matcher_url,
        as_json,
        lambda matcher: matcher.get(f"/v1/comparisons/{comparison}"),
        lambda answer: comparison_view(Comparison.model_validate(answer)),
    )


@comparison_app.command("stop")
def stop_command(
    comparison: ComparisonId, by: By, reason: Reason, as_json: AsJson = False, matcher_url: MatcherUrl = MATCHER_URL
) -> None:
    """End a comparison undecided."""
    answered(
        matcher_url,
        as_json,
        lambda matcher: matcher.post(f"/v1/comparisons/{comparison}:stop", {"by": by, "reason": reason}),
        lambda answer: comparison_view(Comparison.model_validate(answer)),
    )
