"""What the demo shows."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from services.cli.demo.quality import QualityTable
from services.cli.demo.viewpoints import Question, Viewpoint
from services.cli.match_display import match_table, terminal_or_wide
from shared.contracts.imports import ImportReport
from shared.contracts.introductions import Introduction, ReleasedContact
from shared.contracts.matches import MatchResponse

_SHOWN_CHARACTERS = 240


def _out() -> Console:
    return terminal_or_wide()


def say_where(catalog_url: str, matcher_url: str) -> None:
    """Before the first wait."""
    _out().print(f"Starting the catalog on {catalog_url} and the matcher on {matcher_url}")


def say_how_long_embedding_takes(read: int, newest: int, seconds: float) -> None:
    """During the longest wait, from the time that the first profiles took."""
    minutes = (newest - read) * seconds / read / 60
    _out().print(
        f"Embedding {newest} profiles, once: at the speed of the first {read}, about {minutes:.1f} minutes more"
    )


def say_what_was_loaded(reports: Sequence[ImportReport], status: dict[str, Any], seconds: float) -> None:
    """Counts over all files."""
    out = _out()
    counts = {name: sum(getattr(report, name) for report in reports) for name in ("total", "rejected", "unchanged")}
    out.print(
        f"{counts['total']} profiles imported ({counts['rejected']} rejected, {counts['unchanged']} unchanged), "
        f"{status['documents']} ready to match with {status['model']} after {seconds:.0f} s"
    )
    for report in reports:
        for row in report.rejected_rows[:3]:
            told = "; ".join(f"{problem.field}: {problem.message}" for problem in row.problems)
            out.print(f"  rejected, line {row.line}: {escape(told)}")


def show_viewpoint(viewpoint: Viewpoint) -> None:
    """Who asks, and about what."""
    text = viewpoint.subject.text
    shown = text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"
    body = f"[bold]{escape(viewpoint.subject.title)}[/bold]\n{escape(shown)}"
    out = _out()
    out.print()
    out.print(Panel(body, title=escape(viewpoint.group), title_align="left"))


def say_posted(profile_id: str, seconds: float) -> None:
    """After a profile was registered."""
    _out().print(f"posted as {profile_id}; the matcher knew it {1000 * seconds:.0f} ms later")


def show_answer(question: Question, answer: MatchResponse, seconds: float) -> None:
    """The matches, or that there are none."""
    title = f"{question.asked}  ({answer.eligible} eligible, {1000 * seconds:.0f} ms)"
    _out().print(match_table(answer, title=title) if answer.matches else f"{escape(title)}: no match")


def show_introduction(accepted: Introduction, released: ReleasedContact) -> None:
    """Two sides that have agreed, and the contact that one of them has now."""
    contact = escape(f"{released.contact.name or ''} {released.contact.email or ''}")
    lines = (
        f"{escape(accepted.subject.title)} asks, {escape(accepted.target.title)} accepts: {accepted.purpose}",
        f"contact of the one who asked, released and recorded: {contact}",
    )
    _out().print(
        Panel("\n".join(lines), title="Introduced, with the consent of both (played by the demo)", title_align="left")
    )


def say_not_proposed_again(title: str, seconds: float | None) -> None:
    """After an introduction."""
    told = "is still proposed" if seconds is None else f"is not proposed again, {1000 * seconds:.0f} ms later"
    _out().print(f"{escape(title)} {told}")


def show_quality(quality: QualityTable) -> None:
    """Measured beside known, in columns that a script can read as well."""
    table = Table(title=escape(quality.title), title_justify="left", caption=quality.note, caption_justify="left")
    has_known = any(row.known for row in quality.rows)
    table.add_column("subjects → targets", no_wrap=True)
    for column in ("subjects", "served", *(("known: meaning", "words", "both") if has_known else ())):
        table.add_column(column, justify="right", no_wrap=True)
    for row in quality.rows:
        known = [f"{value:.3f}" for value in (row.known.dense, row.known.lexical, row.known.both)] if row.known else []
        served = f"[bold]{row.ndcg:.3f}[/bold]" if row.subjects else "none judged"
        table.add_row(escape(row.name), str(row.subjects), served, *known)
    out = _out()
    out.print()
    out.print(table)


def say_what_is_up(catalog_url: str, matcher_url: str) -> None:
    """At the end, with the services still up."""
    lines = (
        f"Catalog API: {catalog_url}/docs",
        f"Matcher API: {matcher_url}/docs",
        f'Try: liaison match --to project --text "..." --matcher-url {matcher_url}',
        "Ctrl-C ends both services.",
    )
    _out().print(Panel("\n".join(lines), title="Still up", title_align="left"))
