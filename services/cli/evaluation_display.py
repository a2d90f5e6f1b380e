"""How an evaluation looks in a terminal: progress bars on stderr and one table a set."""

from types import TracebackType

from rich.console import Console, Group
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from services.matcher.evaluation.intervals import Interval
from services.matcher.evaluation.metrics import METRICS
from services.matcher.evaluation.report import SetReport


class StageBars:
    """A bar a stage, on stderr; call it with the stage, the steps done and their total."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> "StageBars":
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Moves the stage's bar."""
        if stage not in self._tasks:
            self._tasks[stage] = self._progress.add_task(escape(stage), total=total)
        self._progress.update(self._tasks[stage], completed=done, total=total)

    def clear(self) -> None:
        """Takes all bars away: the next set has its own."""
        for task in self._tasks.values():
            self._progress.remove_task(task)
        self._tasks.clear()


def set_table(report: SetReport) -> Group:
    """Rankings by metrics; `*` marks the best mean of a column, ± is half of the 95 % interval."""
    table = Table(title=Text(_title(report)), title_justify="left")
    table.add_column("ranking", no_wrap=True)
    for metric in METRICS:
        table.add_column(metric, justify="right", no_wrap=True)
    for name, ranking in report.rankings.items():
        cells = [_cell(interval, name in report.best(metric)) for metric, interval in ranking.metrics.items()]
        table.add_row(Text(name), *cells, style=None if ranking.is_meaningful else "dim")
    return Group(table, *(Text(line) for line in _notes(report)), Text(""))


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
    for name, differences in report.differences.items():
        difference = differences["ndcg@10"]
        if report.rankings[name].is_meaningful and name != "random":
            notes.append(
                f"{report.reference} - {name}, ndcg@10: {difference.mean:+.3f} "
                f"[{difference.low:+.3f}, {difference.high:+.3f}]"
            )
    return notes
