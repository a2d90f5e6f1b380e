"""How matches look in a terminal."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from shared.contracts.matches import LegScore, Match, MatchResponse

UNKNOWN_ORGANISATION = "(not named)"


def terminal_or_wide() -> Console:
    """Standard output, wide enough for tables where it is a file or a pipe."""
    out = Console(highlight=False)
    return out if out.is_terminal else Console(highlight=False, width=120)


def match_table(answer: MatchResponse, *, title: str = "") -> Table:
    """Best first; the two legs' contributions add up to the score."""
    table = Table(title=escape(title) or None, title_justify="left", expand=False)
    table.add_column("#", justify="right", no_wrap=True)
    table.add_column("score", justify="right", no_wrap=True)
    table.add_column("title", overflow="fold", ratio=3)
    table.add_column("organisation", overflow="fold", ratio=2)
    table.add_column("kind", no_wrap=True)
    table.add_column("meaning", justify="right", no_wrap=True)
    table.add_column("words", justify="right", no_wrap=True)
    for match in answer.matches:
        table.add_row(*_cells(match))
    return table


def provenance_line(answer: MatchResponse) -> Text:
    """What the answer stands on."""
    stands_on = answer.provenance
    return Text(
        f"{len(answer.matches)} of {answer.eligible} eligible · policy {stands_on.policy} · model {stands_on.model} · "
        f"snapshot {stands_on.snapshot} · feed {stands_on.feed_seq}",
        style="dim",
    )


def _cells(match: Match) -> list[str]:
    return [
        str(match.rank),
        f"{match.score:.3f}",
        escape(match.title),
        escape(match.organisation or UNKNOWN_ORGANISATION),
        match.kind.value,
        _share(match.legs.dense),
        _share(match.legs.lexical),
    ]


def _share(leg: LegScore) -> str:
    return f"{leg.contribution:.3f}"
