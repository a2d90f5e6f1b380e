"""A report as one printable HTML page in both languages, with a plot of each table of counts."""

from collections.abc import Sequence
from html import escape

from matplotlib.figure import Figure

from shared.contracts.explanations import BilingualText
from shared.contracts.reports import Cell, Report, ReportTable
from shared.kit.html_page import html_page, html_table, plot_figure
from shared.kit.svg_plots import BLUE, GREY, ORANGE, svg_plot, with_room

_MOST_BARS = 25
_COLOURS = (BLUE, ORANGE, GREY, "#009e73", "#cc79a7")  # Okabe and Ito 2008
_HIDDEN = "–"


def report_page(reports: Sequence[Report]) -> str:
    """One section a report; equal reports give equal pages."""
    title = _both(reports[0].title) if len(reports) == 1 else "Liaison reports 报告"
    return html_page(title, "".join(_section(report, number) for number, report in enumerate(reports)))


def _section(report: Report, number: int) -> str:
    stands_on = report.provenance
    span = f"{report.since:%Y-%m-%d} – " if report.since else ""
    span += f"{report.until:%Y-%m-%d}" if report.until else ""
    facts = [
        f"{report.reported_at:%Y-%m-%d %H:%M} UTC",
        f"snapshot 快照 {stands_on.snapshot}",
        f"policy 策略 {stands_on.policy}",
        *([f"feedback 反馈 {span}"] if span else []),
        f"counts from 1 to {report.minimum_cell - 1} and what would tell them are left out ({_HIDDEN}) "
        f"小于 {report.minimum_cell} 的计数及可推算项不公开",
    ]
    tables = "".join(_table(table, f"{report.name}{number}-{place}") for place, table in enumerate(report.tables))
    head = f'<h2>{escape(_both(report.title))}</h2><p class="note">{escape(" · ".join(facts))}</p>'
    return f"<section>{head}{tables}</section>"


def _table(table: ReportTable, salt: str) -> str:
    note = f'<p class="note">{escape(_both(table.note))}</p>' if table.note else ""
    heads = [_both(column.title) for column in table.columns]
    rows = [("", [escape(_shown(cell)) for cell in row]) for row in table.rows]
    return f"<h3>{escape(_both(table.title))}</h3>{note}{_plot(table, salt)}{html_table(heads, rows)}"


def _plot(table: ReportTable, salt: str) -> str:
    """Stacked bars of the counts, without totals and shares; nothing where a table holds none."""
    counted = [
        place
        for place, column in enumerate(table.columns)
        if place and column.name != "total" and _is_counted([row[place] for row in table.rows])
    ]
    rows = [row for row in table.rows if not str(row[0]).startswith("total ")][:_MOST_BARS]
    if not counted or not rows or len(table.columns) > 7:
        return ""

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        left = [0] * len(rows)
        for number, place in enumerate(counted):
            cells = [row[place] for row in rows]
            values = [cell if isinstance(cell, int) else 0 for cell in cells]
            colour = _COLOURS[number % len(_COLOURS)]
            axes.barh(
                range(len(rows)), values, left=left, color=colour, height=0.65, label=_both(table.columns[place].title)
            )
            left = [start + value for start, value in zip(left, values, strict=True)]
        axes.set_yticks(range(len(rows)), [with_room(str(row[0])[:40]) for row in rows])
        axes.invert_yaxis()
        axes.set_xlim(left=0)
        if len(counted) > 1:
            axes.legend(ncols=min(3, len(counted)), loc="lower center", bbox_to_anchor=(0.5, 1.0), frameon=False)

    told = f"{_both(table.title)}; hidden counts are not drawn 未公开的计数不绘出"
    return plot_figure(told, svg_plot(draw, height=0.9 + 0.26 * len(rows), salt=salt))


def _is_counted(cells: Sequence[Cell]) -> bool:
    """Whole numbers, of which something is shown."""
    return all(cell is None or isinstance(cell, int) for cell in cells) and any(cells)


def _shown(cell: Cell) -> str:
    if cell is None:
        return _HIDDEN
    return f"{cell:.3f}".rstrip("0").rstrip(".") if isinstance(cell, float) else str(cell)


def _both(text: BilingualText) -> str:
    return text.en if text.en == text.zh else f"{text.en} {text.zh}"
