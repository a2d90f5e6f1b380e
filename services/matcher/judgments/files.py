"""Judgments as text: TREC qrels and CSV, read with every fault named, and written; pure."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from services.matcher.judgments.merging import Qrels
from shared.contracts.golden_sets import Judgment, JudgmentDraft, JudgmentFormat, JudgmentSource
from shared.contracts.problems import FieldProblem
from shared.kit.errors import InvalidRequest
from shared.kit.problems import MAX_LISTED_ERRORS, field_problem

CSV_COLUMNS = ("subject_id", "target_id", "grade", "note", "by", "source")
_REQUIRED = CSV_COLUMNS[:3]
_HEADER_WORDS = {"score", "relevance", "rel", "label", "grade"}  # BEIR's qrels carry a header with `score`.


class FaultyJudgments(InvalidRequest):
    """Lines of the file cannot be taken; nothing was imported."""

    code = "faulty_judgments"

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        first, more = problems[0], f" ({len(problems) - 1} more)" if len(problems) > 1 else ""
        detail = f"{first.field}: {first.message}. {first.fix}{more}"
        super().__init__(detail, errors=tuple(problems[:MAX_LISTED_ERRORS]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One judgment of a file, and the line it stands in."""

    line: int
    draft: JudgmentDraft
    source: JudgmentSource

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What a set holds once."""
        return self.draft.subject_id, self.draft.target_id, self.source.value, self.draft.by


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fault:
    """What is wrong with a whole line."""

    message: str
    fix: str


class _FileRow(JudgmentDraft):
    """A row as CSV has it."""

    source: JudgmentSource = JudgmentSource.MANUAL


_Line = tuple[int, dict[str, str] | _Fault]


def read_judgments(data: bytes, form: JudgmentFormat, *, by: str) -> list[Row]:
    """The rows of a file; `by` judged where a row does not say. Raises FaultyJudgments naming every line at fault."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise FaultyJudgments([_problem(line, "is not UTF-8", "Save the file in UTF-8.")]) from None
    lines = _csv_rows(text) if form is JudgmentFormat.CSV else _qrels_rows(text)
    rows, problems = _checked(lines, by)
    problems += _repeated(rows)
    if not rows and not problems:
        problems = [_problem(1, "there is no judgment", "Write at least one line.")]
    if problems:
        raise FaultyJudgments(problems)
    return rows


def qrels_text(qrels: Qrels) -> str:
    """TREC's four columns, by subject and target."""
    return "".join(
        f"{subject_id} 0 {target_id} {grade}\n"
        for subject_id, judged in sorted(qrels.items())
        for target_id, grade in sorted(judged.items())
    )


def csv_text(judgments: Sequence[Judgment]) -> str:
    """Every judgment of every source, a row each, as it is read again."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for one in judgments:
        writer.writerow((one.subject_id, one.target_id, one.grade, one.note or "", one.by, one.source.value))
    return out.getvalue()


def _qrels_rows(text: str) -> Iterator[_Line]:
    for number, line in enumerate(text.split("\n"), start=1):
        columns = line.split()
        if not columns or (number == 1 and columns[-1].lower() in _HEADER_WORDS):
            continue
        yield number, _qrels_cells(columns)


def _qrels_cells(columns: list[str]) -> dict[str, str] | _Fault:
    if len(columns) == 4:
        del columns[1]
    if len(columns) != 3:
        fix = "Write subject, 0, target, grade, or the three without the 0, and no spaces inside an id."
        return _Fault(message=f"has {len(columns)} columns where 4 or 3 belong", fix=fix)
    return dict(zip(_REQUIRED, columns, strict=True))


def _csv_rows(text: str) -> Iterator[_Line]:
    """Rows by the line that they begin in; a quoted field may hold line ends. Raises FaultyJudgments."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        if not set(_REQUIRED) <= set(header) <= set(CSV_COLUMNS) or len(set(header)) < len(header):
            fix = f"Write {','.join(CSV_COLUMNS)}; the last three may be left out."
            raise FaultyJudgments([_problem(1, "is not the header of judgments", fix)])
        line = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, _csv_cells(header, cells)
            line = reader.line_num + 1
    except csv.Error as error:
        fix = "Quote fields that hold commas, quotes or line ends, and double quotes inside them."
        raise FaultyJudgments([_problem(reader.line_num, f"is no CSV ({error})", fix)]) from None


def _csv_cells(header: list[str], cells: list[str]) -> dict[str, str] | _Fault:
    if len(cells) != len(header):
        fix = "Give each row as many fields as the header, and quote fields that hold commas."
        return _Fault(message=f"has {len(cells)} fields where {len(header)} belong", fix=fix)
    return {name: cell for name, cell in zip(header, cells, strict=True) if cell.strip()}


def _checked(lines: Iterator[_Line], by: str) -> tuple[list[Row], list[FieldProblem]]:
    rows: list[Row] = []
    problems: list[FieldProblem] = []
    for line, cells in lines:
        if isinstance(cells, _Fault):
            problems.append(_problem(line, cells.message, cells.fix))
            continue
        try:
            rows.append(_row(line, cells, by))
        except ValidationError as error:
            found = error.errors(include_url=False, include_context=False, include_input=False)
            told = [field_problem(one) for one in found]
            problems += [_problem(line, one.message, one.fix or "", one.field) for one in told]
    return rows, problems


def _row(line: int, cells: dict[str, str], by: str) -> Row:
    """Raises pydantic's ValidationError."""
    read = _FileRow.model_validate({"by": by, **cells})
    draft = JudgmentDraft.model_validate(read.model_dump(exclude={"source"}))
    return Row(line=line, draft=draft, source=read.source)


def _repeated(rows: Sequence[Row]) -> list[FieldProblem]:
    first: dict[tuple[str, str, str, str], Row] = {}
    problems = []
    for row in rows:
        earlier = first.setdefault(row.key, row)
        if earlier is not row:
            message = f"judges the pair of line {earlier.line} again"
            problems.append(_problem(row.line, message, "Keep one line for each pair, source and judge."))
    return problems


def _problem(line: int, message: str, fix: str, field: str = "") -> FieldProblem:
    return FieldProblem(field=f"line {line}, {field}" if field else f"line {line}", message=message, fix=fix)
