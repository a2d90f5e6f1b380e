"""How a set's evaluation looks in a terminal: rankings, measures of the whole, slices, and what differs."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from services.matcher.evaluation.intervals import Interval
from services.matcher.evaluation.metrics import METRICS, PRIMARY
from services.matcher.evaluation.report import Difference, RankingReport, SetReport
from services.matcher.evaluation.slices import MINIMUM_QUERIES, Slice

SIGNIFICANT = 0.05
_IN_SECOND_TABLE = "precision@10"
_IN_FIRST_TABLE = tuple(metric for metric in METRICS if metric != _IN_SECOND_TABLE)
_MEASURES = {
    "answered": "answered",
    "coverage@10": "coverage@10",
    "gini@10": "exposure_gini@10",
    "unjudged@10": "unjudged@10",
}
"""Column by its head; what it stands for is in docs/evaluation.md."""


def set_tables(report: SetReport) -> Group:
    """Everything a person reads of one set; `*` marks the best mean of a column, ± is half of the 95 % interval."""
    metrics = list(next(iter(report.rankings.values())).metrics)
    further = [metric for metric in metrics if metric not in METRICS]
    parts: list[RenderableType] = [_metrics_table(report), _measures_table(report)]
    if further:
        parts.append(_further_table(report, further))
    if report.compared is not None and any(one.is_comparable for one in report.compared.slices):
        parts.append(_slices_table(report, report.compared))
    return Group(*parts, *(Text(line) for line in _notes(report)), Text(""))


def _metrics_table(report: SetReport) -> Table:
    table = _table(_title(report), "ranking", _IN_FIRST_TABLE)
    for name, ranking in report.rankings.items():
        cells = [_cell(ranking.metrics[metric], name in report.best(metric)) for metric in _IN_FIRST_TABLE]
        table.add_row(Text(name), *cells, style=_style(ranking))
    return table


def _measures_table(report: SetReport) -> Table:
    """The last metric, for which a terminal of 80 columns has no room above, and the measures of the whole."""
    table = _table("and of its first ten", "ranking", [_IN_SECOND_TABLE, *_MEASURES])
    for name, ranking in report.rankings.items():
        measures = (f"{ranking.measures.as_json()[measure]:.3f}" for measure in _MEASURES.values())
        first = _cell(ranking.metrics[_IN_SECOND_TABLE], name in report.best(_IN_SECOND_TABLE))
        table.add_row(Text(name), first, *measures, style=_style(ranking))
    return table


def _further_table(report: SetReport, metrics: Sequence[str]) -> Table:
    table = _table("at the chosen cutoffs", "metric", list(report.rankings))
    for metric in metrics:
        means = (f"{ranking.metrics[metric].mean:.3f}" for ranking in report.rankings.values())
        table.add_row(metric, *means)
    return table


def _slices_table(report: SetReport, compared: RankingReport) -> Table:
    """Slices of the reference that are large enough, the worst marked by `!`."""
    table = _table(f"{report.reference}, {PRIMARY} by slice", "slice", ["queries", "mean", "to the whole"])
    table.columns[0].no_wrap = False
    for one in compared.slices:
        if one.is_comparable:
            is_worst = one == compared.worst
            cells = _slice_cells(one, is_worst)
            table.add_row(Text(f"{one.facet}: {one.label}"), *cells, style="bold" if is_worst else None)
    return table


def _slice_cells(one: Slice, is_worst: bool) -> list[str]:
    assert one.interval is not None and one.difference is not None
    return [
        str(one.queries),
        f"{one.mean:.3f} ±{one.interval.half_width:.3f}{'!' if is_worst else ' '}",
        interval_text(one.difference),
    ]


def _style(ranking: RankingReport) -> str | None:
    return None if ranking.is_meaningful else "dim"


def _table(title: str, first: str, columns: Sequence[str]) -> Table:
    table = Table(title=Text(title), title_justify="left")
    table.add_column(first, no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    return table


def _title(report: SetReport) -> str:
    left_out = f" ({report.left_out} without a relevant target left out)" if report.left_out else ""
    return f"{report.name}: {report.queries} queries{left_out}, {report.targets} targets"


def _cell(interval: Interval, is_best: bool) -> Text:
    shown = f"{interval.mean:.3f} ±{interval.half_width:.3f}{'*' if is_best else ' '}"
    return Text(shown, style="bold" if is_best else "")


def _notes(report: SetReport) -> list[str]:
    notes = [f"note: {warning}" for warning in report.warnings]
    if not all(ranking.is_meaningful for ranking in report.rankings.values()):
        notes.append("note: no target has a track record, so popularity is an order by id")
    if report.compared is not None:
        notes += slice_notes(report.compared)
    notes += [
        f"{report.reference} - {name}, {PRIMARY}: {difference_text(differences[PRIMARY])}"
        for name, differences in report.differences.items()
        if report.rankings[name].is_meaningful and name != "random"
    ]
    return [*notes, *_versions(report)]


def slice_notes(ranking: RankingReport) -> list[str]:
    """The worst slice in words, and how many are too small to say something of."""
    worst = ranking.worst
    small = sum(one.interval is None for one in ranking.slices)
    notes = [f"{small} slices have fewer than {MINIMUM_QUERIES} queries: nothing is claimed of them"] if small else []
    if worst is None or worst.difference is None:
        return notes
    return [
        f"worst slice: {worst.facet}: {worst.label} ({worst.queries} queries), {PRIMARY} {worst.mean:.3f}, "
        f"{interval_text(worst.difference)} to the whole",
        *notes,
    ]


def difference_text(difference: Difference) -> str:
    """The difference with its interval and p-values, and whether it counts."""
    verdict = "" if difference.p_holm < SIGNIFICANT else ", not shown to differ"
    return f"{interval_text(difference)}, p {difference.p_value:.4f}, Holm {difference.p_holm:.4f}{verdict}"


def interval_text(difference: Difference | Interval) -> str:
    """The difference and its interval, signed."""
    return f"{difference.mean:+.3f} [{difference.low:+.3f}, {difference.high:+.3f}]"


def _versions(report: SetReport) -> list[str]:
    stands_on = report.versions
    return [
        f"code {stands_on.code}, set {stands_on.set_digest[:19]}, seed {stands_on.seed}",
        *(
            f"{name}: {', '.join(f'{key} {value}' for key, value in ranking.versions.items())}"
            for name, ranking in report.rankings.items()
            if ranking.versions
        ),
    ]
