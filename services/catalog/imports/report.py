"""The tally of an import while it runs, and the report it becomes."""

from collections import Counter
from collections.abc import Iterable

from shared.contracts.imports import ImportReport, RowOutcome, RowReport
from shared.contracts.problems import FieldProblem
from shared.kit.problems import printable

MAX_TOLD_ROWS = 1_000
MAX_TOLD_COLUMNS = 100


class Tally:
    """Counts by outcome, with the rows and columns worth telling up to their bounds."""

    def __init__(self) -> None:
        self.outcomes: Counter[RowOutcome] = Counter()
        self._rejected: list[RowReport] = []
        self._warned: list[RowReport] = []
        self._ignored: set[str] = set()

    def reject(self, line: int, problems: tuple[FieldProblem, ...], external_id: object = None) -> None:
        self.outcomes[RowOutcome.REJECTED] += 1
        if len(self._rejected) < MAX_TOLD_ROWS:
            self._rejected.append(_told(line, RowOutcome.REJECTED, problems, external_id))

    def warn(self, line: int, outcome: RowOutcome, problems: tuple[FieldProblem, ...], external_id: str) -> None:
        if problems and len(self._warned) < MAX_TOLD_ROWS:
            self._warned.append(_told(line, outcome, problems, external_id))

    def ignore(self, columns: Iterable[str]) -> None:
        if len(self._ignored) < MAX_TOLD_COLUMNS:
            self._ignored.update(printable(column, 200) for column in columns)

    @property
    def has_rejected(self) -> bool:
        return self.outcomes[RowOutcome.REJECTED] > 0

    def report(self, *, dry_run: bool, applied: bool) -> ImportReport:
        return ImportReport(
            dry_run=dry_run,
            applied=applied,
            total=self.outcomes.total(),
            created=self.outcomes[RowOutcome.CREATED],
            revised=self.outcomes[RowOutcome.REVISED],
            unchanged=self.outcomes[RowOutcome.UNCHANGED],
            rejected=self.outcomes[RowOutcome.REJECTED],
            rejected_rows=tuple(self._rejected),
            warned_rows=tuple(self._warned),
            ignored_columns=tuple(sorted(self._ignored)[:MAX_TOLD_COLUMNS]),
        )


def _told(line: int, outcome: RowOutcome, problems: tuple[FieldProblem, ...], external_id: object) -> RowReport:
    known_id = printable(str(external_id), 200) if isinstance(external_id, str | int) else None
    told = tuple(
        FieldProblem(field=printable(problem.field, 200), message=printable(problem.message), fix=problem.fix)
        for problem in problems[:20]
    )
    return RowReport(line=line, outcome=outcome, external_id=known_id, problems=told)
