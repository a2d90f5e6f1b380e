"""Tables of reports: counts with small cells left out, and rows of anything; pure."""

from collections.abc import Mapping, Sequence

from services.matcher.reports.suppression import hidden_cells
from shared.contracts.explanations import BilingualText
from shared.contracts.reports import Cell, ReportColumn, ReportTable

TOTAL = "total 合计"


def words(en: str, zh: str) -> BilingualText:
    """One text in both languages."""
    return BilingualText(en=en, zh=zh)


def label(en: str, zh: str) -> str:
    """Both languages as one cell; one where they are the same."""
    return en if en == zh or not zh else zh if not en else f"{en} {zh}"


def columns(**titles: tuple[str, str]) -> tuple[ReportColumn, ...]:
    """By name: the title in English and Chinese."""
    return tuple(ReportColumn(name=name, title=words(*title)) for name, title in titles.items())


def count_table(
    name: str,
    title: BilingualText,
    heads: tuple[ReportColumn, ...],
    counts: Mapping[str, Sequence[int]],
    *,
    minimum: int,
    is_partition: bool,
    note: BilingualText | None = None,
) -> ReportTable:
    """Counts by row label, one for each column but the first.

    Where each thing counts once (`is_partition`), totals of rows and columns stand beside the counts, and what could
    be told from them is left out, too.
    """
    grid = [list(row) for row in counts.values()]
    labels = list(counts)
    if is_partition and grid:
        grid = [[*row, sum(row)] for row in grid]
        grid.append([sum(column) for column in zip(*grid, strict=True)])
        labels.append(TOTAL)
        heads = (*heads, *columns(total=("total", "合计")))
    hidden = hidden_cells(grid, minimum, has_totals=is_partition)
    rows = [
        (text, *(None if gone else count for count, gone in zip(row, mask, strict=True)))
        for text, row, mask in zip(labels, grid, hidden, strict=True)
    ]
    suppressed = sum(sum(mask) for mask in hidden)
    return ReportTable(name=name, title=title, note=note, columns=heads, rows=tuple(rows), suppressed=suppressed)


def share(part: Cell, whole: Cell) -> float | None:
    """Of two counts, where neither is left out."""
    if not isinstance(part, int) or not isinstance(whole, int) or whole == 0:
        return None
    return round(part / whole, 4)


def plain_table(
    name: str,
    title: BilingualText,
    heads: tuple[ReportColumn, ...],
    rows: Sequence[Sequence[Cell]],
    *,
    suppressed: int = 0,
    note: BilingualText | None = None,
) -> ReportTable:
    """Rows as they are."""
    cells = tuple(tuple(row) for row in rows)
    return ReportTable(name=name, title=title, note=note, columns=heads, rows=cells, suppressed=suppressed)


def with_shares(table: ReportTable, name: str, title: tuple[str, str], part: int, whole: int) -> ReportTable:
    """A table with one more column: the share of one column in another, where neither is left out."""
    rows = tuple((*row, share(row[part], row[whole])) for row in table.rows)
    return table.model_copy(update={"columns": (*table.columns, *columns(**{name: title})), "rows": rows})
