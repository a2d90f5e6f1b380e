"""Matchmaking days in files: groups and pairs from CSV, whole days from JSON, timetables to CSV or JSON."""

import csv
import json
from collections.abc import Iterator, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from services.cli.problems import CommandProblem
from shared.contracts.allocations import AllocatedMeeting, Allocation

Document = dict[str, Any]  # Any: JSON
_GROUP_COLUMNS = ("profile_id", "capacity", "minimum", "available")
_PAIR_COLUMNS = ("first", "second")


def read_day(file: Path) -> Document:
    """A whole day, as `POST /v1/allocations` takes it."""
    try:
        document = json.loads(_text(file))
    except ValueError as error:
        raise CommandProblem(f"{file} is not JSON ({error}). Write one day as an object, in UTF-8.") from None
    if not isinstance(document, dict):
        raise CommandProblem(f"{file} holds no object. Write a day as docs/api.md shows it.")
    return document


def read_group(file: Path) -> list[Document]:
    """Participants: `profile_id`, and if wanted `capacity`, `minimum` and `available` (slots, `;` between them)."""
    return [
        {"profile_id": row["profile_id"]}
        | {name: _number(row[name], file, name) for name in ("capacity", "minimum") if row.get(name)}
        | ({"available": [one.strip() for one in row["available"].split(";")]} if row.get("available") else {})
        for row in _rows(file, _GROUP_COLUMNS)
    ]


def read_pairs(file: Path) -> list[Document]:
    """Pairs by `first` and `second`."""
    return [{name: row[name] for name in _PAIR_COLUMNS} for row in _rows(file, _PAIR_COLUMNS)]


def write_allocation(allocation: Allocation, file: Path) -> None:
    """JSON where the name says so, else a meeting a row."""
    is_json = file.suffix.lower() == ".json"
    text = allocation.model_dump_json(indent=2) if is_json else timetable_csv(allocation.meetings)
    try:
        file.write_text(text, encoding="utf-8" if is_json else "utf-8-sig", newline="")  # the mark is for spreadsheets
    except OSError as error:
        raise CommandProblem(f"--out: {file} cannot be written ({error.strerror}). Check the path.") from None


def timetable_csv(meetings: Sequence[AllocatedMeeting]) -> str:
    """A meeting a row, with a header; a cell that a spreadsheet would run as a formula is made a text."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    sides = [f"{side}_{part}" for side in ("first", "second") for part in ("id", "title", "organisation")]
    writer.writerow(["slot", "table", *sides, "score", "for_first", "for_second"])
    for one in meetings:
        seats = [
            cell for seat in (one.first, one.second) for cell in (seat.profile_id, seat.title, seat.organisation or "")
        ]
        reasons = [" · ".join(reason.text.en for reason in told) for told in (one.for_first, one.for_second)]
        cells = [one.slot, str(one.table), *seats, f"{one.score:.3f}", *reasons]
        writer.writerow([_inert(cell) for cell in cells])
    return text.getvalue()


def _inert(cell: str) -> str:
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _rows(file: Path, columns: Sequence[str]) -> Iterator[dict[str, str]]:
    """Rows of known columns, blanks stripped. Raises CommandProblem that names the line."""
    reader = csv.DictReader(StringIO(_text(file)))
    unknown = sorted(set(reader.fieldnames or ()) - set(columns))
    required = columns[:1] if columns is _GROUP_COLUMNS else columns
    lacking = [name for name in required if name not in (reader.fieldnames or ())]
    if unknown or lacking:
        names = ", ".join(columns)
        raise CommandProblem(f"{file}: line 1: columns {unknown or lacking} are unknown or missing. Use {names}.")
    for row in reader:
        cells = {name: (value or "").strip() for name, value in row.items() if name is not None}
        if None in row or not all(cells[name] for name in required):
            raise CommandProblem(f"{file}: line {reader.line_num}: fill {', '.join(required)}, and no further columns.")
        yield cells


def _number(text: str, file: Path, column: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise CommandProblem(f"{file}: {column}: {text!r} is no whole number. Write one, or leave it empty.") from None


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CommandProblem(f"{file} cannot be read ({error.strerror}). Check the path.") from None
    except UnicodeDecodeError:
        raise CommandProblem(f"{file} is not UTF-8. Save it as UTF-8.") from None
