"""How matches look in a terminal."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from shared.contracts.matches import Match, MatchResponse
from shared.contracts.vocabularies import Language

UNKNOWN_ORGANISATION = "(not named)"


def terminal_or_wide() -> Console:
    """Standard output, wide enough for tables where it is a file or a pipe."""
    out = Console(highlight=False)
    return out if out.is_terminal else Console(highlight=False, width=120)


def match_table(answer: MatchResponse, *, title: str = "", language: Language = Language.ENGLISH) -> Table:
    """Best first, with both directed scores and the first reason of each side, in one language."""
    table = Table(title=escape(title) or None, title_justify="left", expand=False)
    table.add_column("#", justify="right", no_wrap=True)
    table.add_column("score", justify="right", no_wrap=True)
    table.add_column("title", overflow="fold", ratio=3)
    table.add_column("organisation", overflow="fold", ratio=2)
    table.add_column("kind", no_wrap=True)
    table.add_column("for you", justify="right", no_wrap=True)
    table.add_column("for them", justify="right", no_wrap=True)
    table.add_column("because", overflow="fold", ratio=3)
    for match in answer.matches:
        table.add_row(*_cells(match, language))
    return table


def provenance_line(answer: MatchResponse) -> Text:
    """What the answer stands on."""
    stands_on = answer.provenance
    return Text(
        f"{len(answer.matches)} of {answer.eligible} eligible · policy {stands_on.policy} · model {stands_on.model} · "
        f"snapshot {stands_on.snapshot} · feed {stands_on.feed_seq}",
        style="dim",
    )


def _cells(match: Match, language: Language) -> list[str]:
    return [
        str(match.rank),
        f"{match.score:.3f} {match.band.value}",
        escape(match.title),
        escape(match.organisation or UNKNOWN_ORGANISATION),
        match.kind.value,
        f"{match.forward.score:.3f}",
        f"{match.backward.score:.3f}",
        escape(_because(match, language)),
    ]


def _because(match: Match, language: Language) -> str:
    """The strongest reason of each side."""
    explanation = match.explanation
    if explanation is None:
        return ""
    texts = [reasons[0].text for reasons in (explanation.for_subject, explanation.for_target) if reasons]
    return " · ".join(dict.fromkeys(text.zh if language is Language.CHINESE else text.en for text in texts))
