"""CSV in the encodings and with the delimiters that spreadsheets write."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from services.catalog.imports.file_problems import RawRow, UnreadableFile, unreadable_row

_DELIMITERS = ",;\t"
_SNIFFED_BYTES = 256 * 1024
MAX_CELL_CHARACTERS = 1024 * 1024
_MARKED_FORMULA = re.compile(r"^'+[=+\-@\t\r]")


def read_csv(file: BinaryIO) -> Iterator[RawRow]:
    """Rows as {column: text}; line numbers are those on which a row starts; raises UnreadableFile."""
    encoding = _encoding(file)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        yield from _rows(text, encoding)
    finally:
        text.detach()


def checked_header(cells: list[str]) -> list[str]:
    """Column names, trimmed; raises UnreadableFile where one is missing or occurs twice."""
    header = [cell.strip() for cell in cells]
    while header and not header[-1]:
        header.pop()
    if not header:
        raise UnreadableFile("has no header row", "Name the columns in the first row.")
    for place, name in enumerate(header, start=1):
        if not name:
            raise UnreadableFile(f"column {place} has no name in line 1", "Name it or remove the column.")
        if name in header[: place - 1]:
            raise UnreadableFile(f"two columns are named {name[:80]!a}", "Rename or remove one of them.")
    return header


def _encoding(file: BinaryIO) -> str:
    """UTF-8 with or without its mark, UTF-16 by its mark, else GB 18030; the whole file must decode."""
    file.seek(0)
    start = file.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    elif start.startswith(codecs.BOM_UTF8):
        candidates = ["utf-8-sig"]
    else:
        candidates = ["utf-8", "gb18030"]
    first_error: tuple[int, str] | None = None
    for encoding in candidates:
        failed_at = _undecodable_byte(file, encoding)
        if failed_at is None:
            file.seek(0)
            return encoding
        first_error = first_error or (failed_at, encoding)
    assert first_error is not None
    raise UnreadableFile(f"is not {first_error[1].upper()} near byte {first_error[0]:,}", "Save it as CSV UTF-8.")


def _undecodable_byte(file: BinaryIO, encoding: str) -> int | None:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    position = 0
    try:
        while piece := file.read(1 << 20):
            if b"\x00" in piece and encoding != "utf-16":
                raise UnreadableFile(f"holds a NUL byte at {position + piece.index(0) + 1:,}", "Save it as CSV UTF-8.")
            decoder.decode(piece)
            position += len(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return position + error.start + 1
    return None


def _rows(text: io.TextIOWrapper, encoding: str) -> Iterator[RawRow]:
    sample = text.read(_SNIFFED_BYTES)
    delimiter = _delimiter(sample)
    text.seek(0)
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    header: list[str] = []
    line = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            fix = f"Close the quotes and double any quote inside a cell; delimiter {delimiter!r}, read as {encoding}."
            raise UnreadableFile(
                f"is no well-formed CSV in the row that starts in line {line}: {error}", fix
            ) from error
        if cells is None:
            break
        if not header and any(cells):
            header = checked_header(cells)
        elif any(cell.strip() for cell in cells):
            yield _row(line, header, cells)
        line = reader.line_num + 1
    if not header:
        raise UnreadableFile("is empty", "Send a header row and a row for each profile.")


def _row(line: int, header: list[str], cells: list[str]) -> RawRow:
    if any(cell.strip() for cell in cells[len(header) :]):
        message = f"has {len(cells)} cells where the header has {len(header)}"
        return unreadable_row(line, message, "quote cells that contain the delimiter")
    if len(cells) < len(header):
        return unreadable_row(
            line, f"has {len(cells)} cells where the header has {len(header)}", "add the missing cells, empty ones too"
        )
    return RawRow(line=line, values={name: unmarked(cell) for name, cell in zip(header, cells, strict=False) if cell})


def unmarked(cell: str) -> str:
    """Without the apostrophe that our export puts before what a spreadsheet would run as a formula."""
    return cell[1:] if _MARKED_FORMULA.match(cell) else cell


def marked(text: str) -> str:
    """The inverse of `unmarked`, for cells that a spreadsheet will open."""
    return f"'{text}" if re.match(r"^'*[=+\-@\t\r]", text) else text


def _delimiter(sample: str) -> str:
    """The delimiter most frequent in the first line, outside quotes."""
    first_line = re.sub(r'"[^"]*"', "", sample.lstrip("\ufeff\r\n")).split("\n", 1)[0]
    return max(_DELIMITERS, key=lambda delimiter: (first_line.count(delimiter), delimiter == ","))
