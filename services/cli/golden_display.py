"""How golden sets look in a terminal."""

from collections.abc import Sequence

from rich.console import Group
from rich.table import Table
from rich.text import Text

from shared.contracts.golden_sets import DerivedJudgments, GoldenSet, ImportedJudgments, Judgment, JudgmentSource


def sets_table(sets: Sequence[GoldenSet]) -> Table:
    """A set a row."""
    table = Table(title=Text("Golden sets"), title_justify="left")
    for column in ("name", "from", "to", *JudgmentSource, "id"):
        table.add_column(column)
    for one in sorted(sets, key=lambda one: one.name):
        counts = [str(one.judgments.get(source, 0)) for source in JudgmentSource]
        table.add_row(*(Text(cell) for cell in (one.name, one.subject_kind, one.target_kind, *counts, one.id)))
    return table


def set_line(one: GoldenSet) -> Text:
    """A new set in a sentence."""
    return Text(f"{one.name}: {one.subject_kind} to {one.target_kind}, {one.id}.")


def judgment_line(one: Judgment) -> Text:
    """A judgment in a sentence."""
    return Text(f"{one.subject_id} and {one.target_id}: {one.grade}, by {one.by}.")


def imported_line(report: ImportedJudgments) -> Text:
    """What an import did, in a sentence or two."""
    told = f"{report.rows} rows: {report.created} new, {report.replaced} replaced, {report.unchanged} unchanged."
    if report.unknown_subjects or report.unknown_targets:
        told += (
            f" {report.unknown_subjects} subjects and {report.unknown_targets} targets are no active profiles of the "
            "set's kinds in this matcher."
        )
    return Text(told)


def derived_view(report: DerivedJudgments) -> Group:
    """What was derived, what was not, and the click rate of each rank."""
    made = ", ".join(f"{count} from {source}" for source, count in report.judgments.items())
    lines = [
        Text(f"Judgments: {made}; {report.replaced} earlier ones replaced."),
        Text(
            f"No judgment: {report.without_grade} answers that say nothing about fit, {report.too_few_impressions} "
            f"pairs shown too seldom, {report.undecided} clicked about as often as expected, "
            f"{report.unplaced_clicks} clicks without a rank."
        ),
    ]
    rates = Table(title=Text("Clicks by rank"), title_justify="left")
    for column in ("rank", "shown", "clicked", "rate"):
        rates.add_column(column, justify="right")
    for one in report.position_rates:
        rates.add_row(str(one.rank), str(one.impressions), str(one.clicks), f"{one.rate:.3f}")
    return Group(*lines, *([rates] if report.position_rates else []))
