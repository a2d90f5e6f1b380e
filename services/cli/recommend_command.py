"""`liaison recommend`: contacts worth making now for a stored profile, and why."""

from typing import Annotated

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from services.cli.answered import Document, answered
from services.cli.clients import MATCHER_URL, MatcherUrl, ServiceClient
from services.cli.match_display import UNKNOWN_ORGANISATION
from shared.contracts.profiles import Kind
from shared.contracts.recommendations import Channel, Period, Recommendation, RecommendationList
from shared.contracts.vocabularies import Language

Reader = Annotated[str, typer.Argument(metavar="PROFILE", help="Id of the stored profile that reads them.")]
Every = Annotated[Period, typer.Option(help="This day's or this week's.")]
Unprofiled = Annotated[
    bool, typer.Option("--not-personalised", help="Rank by what the profile states alone, not by what it did.")
]
Words = Annotated[Language | None, typer.Option(help="Of the words; the profile's own if left out.")]


def recommend_command(
    profile: Reader,
    to: Annotated[list[Kind] | None, typer.Option(help="A kind to recommend; may be given several times.")] = None,
    period: Every = Period.WEEKLY,
    limit: Annotated[int | None, typer.Option(min=1, max=50, help="How many at most.")] = None,
    language: Words = None,
    not_personalised: Unprofiled = False,
    make: Annotated[bool, typer.Option("--make", help="Make and record the round, not only show it.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the matcher's answer as JSON.")] = False,
    matcher_url: MatcherUrl = MATCHER_URL,
) -> None:
    """Recommend contacts: what is new since last time first, without whom was dismissed, met or is being introduced."""
    stated = {"period": period, "to": to, "limit": limit, "language": language}
    asked: Document = {name: value for name, value in stated.items() if value is not None}
    asked["personalised"] = not not_personalised

    def ask(matcher: ServiceClient) -> Document:
        if make:
            return matcher.post("/v1/recommendation-rounds", asked | {"profile_id": profile, "channel": Channel.API})
        return matcher.get("/v1/recommendations", **asked | {"for": profile})

    answered(matcher_url, as_json, ask, _shown)


def _shown(answer: Document) -> Group:
    told = RecommendationList.model_validate(answer)
    made = f"made {told.given_at:%Y-%m-%d %H:%M} UTC" if told.given_at else "preview: nothing is recorded"
    since = f" · last time {told.since:%Y-%m-%d}" if told.since else ""
    profiling = "" if told.personalised else " · without profiling"
    held = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in told.held_back if count)
    foot = f"{told.period_key} · {made}{since}{profiling}{f' · held back: {held}' if held else ''}"
    return Group(_table(told) if told.items else Text("Nothing to recommend now."), Text(foot, style="dim"))


def _table(told: RecommendationList) -> Table:
    table = Table(expand=False)
    table.add_column("#", justify="right", no_wrap=True)
    table.add_column("score", no_wrap=True)
    table.add_column("title", overflow="fold", ratio=3)
    table.add_column("organisation", overflow="fold", ratio=2)
    table.add_column("kind", no_wrap=True)
    table.add_column("why now", overflow="fold", ratio=2)
    table.add_column("because", overflow="fold", ratio=3)
    for item in told.items:
        table.add_row(*map(Text, _cells(item)))
    return table


def _cells(item: Recommendation) -> list[str]:
    match, words = item.match, item.told
    because = dict.fromkeys(reasons[0] for reasons in (words.for_you, words.for_them) if reasons)
    return [
        str(match.rank),
        f"{match.score:.3f} {match.band}",
        match.title,
        match.organisation or UNKNOWN_ORGANISATION,
        match.kind.value,
        words.why_now,
        " · ".join(because),
    ]
