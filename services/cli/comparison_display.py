"""How comparisons look in a terminal."""

from rich.console import Group
from rich.table import Table
from rich.text import Text

from shared.contracts.comparisons import Comparison, ComparisonPage, ComparisonState


def comparisons_table(page: ComparisonPage) -> Table:
    """A comparison a row."""
    table = Table(title=Text("Comparisons"), title_justify="left")
    table.add_column("id", no_wrap=True, min_width=36)  # it is copied into the next command
    table.add_column("state", no_wrap=True, min_width=14)
    for column in ("first", "second", "kinds", "lists", "wins", "ties", "evidence", "started"):
        table.add_column(column)
    for one in page.items:
        table.add_row(*(Text(cell) for cell in _cells(one)))
    return table


def comparison_view(comparison: Comparison) -> Group:
    """What was asked, what readers said, what may be done now."""
    table = Table(show_header=False)
    table.add_column("what")
    table.add_column("value")
    for name, value in _facts(comparison):
        table.add_row(Text(name), Text(value))
    step = comparison.next_step
    told = [Text(step.en), Text(step.zh)] if step else []
    return Group(Text(f"{comparison.id}: {comparison.state}"), table, *told)


def _cells(one: Comparison) -> tuple[str, ...]:
    return (
        one.id,
        one.state,
        one.first,
        one.second,
        one.kinds or "all",
        str(one.lists),
        f"{one.first_wins}:{one.second_wins}",
        str(one.ties),
        f"{one.evidence:.3g}",
        f"{one.started_at:%Y-%m-%d %H:%M}",
    )


def _facts(one: Comparison) -> list[tuple[str, str]]:
    won = one.first_wins + one.second_wins
    facts = [
        ("first", one.first),
        ("second", one.second),
        ("subjects that take part", f"{one.share:.0%} of {one.kinds or 'all pairs of kinds'}"),
        ("started", f"{one.started_at:%Y-%m-%d %H:%M} by {one.started_by}: {one.reason}"),
        ("lists shown", f"{one.lists}, to {one.subjects} subjects"),
        ("won by the first", str(one.first_wins)),
        ("won by the second", str(one.second_wins)),
        ("ties", str(one.ties)),
        ("preference for the first", f"{one.preference:.2f}"),
        ("evidence", f"{one.evidence:.3g}; it is enough at {1 / one.alpha:.3g}"),
        ("won lists", f"{won} of {one.max_decided} at most"),
    ]
    if one.is_forced:
        facts.append(("forced", "with a revision that has no evaluation"))
    if one.state is not ComparisonState.RUNNING and one.ended_at is not None:
        facts.append(("ended", f"{one.ended_at:%Y-%m-%d %H:%M} by {one.ended_by}: {one.ended_reason}"))
    return facts
