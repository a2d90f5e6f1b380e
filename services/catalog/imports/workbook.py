"""XLSX workbooks, one sheet of them, read row by row within bounds."""

import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import BinaryIO, Protocol, cast
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from services.catalog.imports.delimited import checked_header, unmarked
from services.catalog.imports.file_problems import RawRow, UnreadableFile, unreadable_row

MAX_COLUMNS = 1_000
# Shared texts are held in memory while a sheet is read.
_MAX_WORKBOOK_BYTES = 256 * 1024 * 1024
_DAMAGE = (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError, EOFError, ParseError, TypeError)


class _ReadOnlySheet(Protocol):
    """What openpyxl's read-only sheets do; its stubs describe writable ones only."""

    def reset_dimensions(self) -> None: ...

    def iter_rows(self, *, max_col: int, values_only: bool) -> Iterable[tuple[object, ...]]: ...


def read_xlsx(file: BinaryIO, *, max_unpacked_bytes: int, sheet: str | None = None) -> Iterator[RawRow]:
    """Rows of the first or the named sheet as {column: value}; raises UnreadableFile."""
    _check_unpacked_size(file, min(max_unpacked_bytes, _MAX_WORKBOOK_BYTES))
    try:
        book = load_workbook(file, read_only=True, data_only=True)
    except _DAMAGE as error:
        raise UnreadableFile("is a damaged workbook", "Open it and save it again as .xlsx.") from error
    try:
        if sheet is not None and sheet not in book.sheetnames:
            names = ", ".join(book.sheetnames[:20])
            raise UnreadableFile(f"there is no sheet {sheet[:80]!a}", f"Use one of: {names}.", field="sheet")
        chosen = book[sheet] if sheet is not None else book.worksheets[0]
        yield from _rows(cast(_ReadOnlySheet, chosen))
    finally:
        book.close()


def _check_unpacked_size(file: BinaryIO, max_unpacked_bytes: int) -> None:
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            unpacked_bytes = sum(member.file_size for member in archive.infolist())
    except zipfile.BadZipFile as error:
        raise UnreadableFile("is no XLSX workbook", "Save it as .xlsx (an old .xls must be converted).") from error
    file.seek(0)
    if unpacked_bytes > max_unpacked_bytes:
        raise UnreadableFile(f"unpacks to {unpacked_bytes:,} bytes", f"Keep it below {max_unpacked_bytes:,} bytes.")


def _rows(sheet: _ReadOnlySheet) -> Iterator[RawRow]:
    # Some writers store a wrong size of the sheet; without it every row is read to its end.
    sheet.reset_dimensions()
    header: list[str] = []
    rows = enumerate(_cells(sheet), start=1)
    for line, cells in rows:
        if all(cell is None or cell == "" for cell in cells):
            continue
        if not header:
            header = checked_header(["" if cell is None else str(cell) for cell in cells])
            continue
        if any(cell not in (None, "") for cell in cells[len(header) :]):
            yield unreadable_row(line, f"has values right of the last named column ({len(header)})", "name the column")
            continue
        values = {
            name: _value(cell) for name, cell in zip(header, cells, strict=False) if cell is not None and cell != ""
        }
        yield RawRow(line=line, values=values)
    if not header:
        raise UnreadableFile("the sheet is empty", "Send a header row and a row for each profile.")


def _cells(sheet: _ReadOnlySheet) -> Iterator[tuple[object, ...]]:
    try:
        for cells in sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS):
            last = max((place for place, cell in enumerate(cells, start=1) if cell is not None), default=0)
            yield tuple(cells[:last])
    except _DAMAGE as error:
        raise UnreadableFile("is a damaged workbook", "Open it and save it again as .xlsx.") from error


def _value(cell: object) -> object:
    if isinstance(cell, str):
        return unmarked(cell)
    if isinstance(cell, datetime):
        return cell.date()
    return cell if isinstance(cell, int | float | bool) or hasattr(cell, "isoformat") else str(cell)
