"""The readers by file format, chosen by name where the caller does not say."""

from collections.abc import Iterator
from enum import StrEnum
from typing import BinaryIO

from services.catalog.imports.delimited import read_csv
from services.catalog.imports.file_problems import RawRow
from services.catalog.imports.jsonl import read_jsonl
from services.catalog.imports.workbook import read_xlsx
from shared.contracts.problems import FieldProblem
from shared.kit.errors import UnsupportedMediaType


class FileFormat(StrEnum):
    """The formats of import files; gzipped JSON lines are recognised by their first bytes."""

    JSONL = "jsonl"
    CSV = "csv"
    XLSX = "xlsx"


_BY_ENDING = {
    ".jsonl": FileFormat.JSONL, ".jsonl.gz": FileFormat.JSONL, ".ndjson": FileFormat.JSONL,
    ".ndjson.gz": FileFormat.JSONL, ".csv": FileFormat.CSV, ".tsv": FileFormat.CSV, ".xlsx": FileFormat.XLSX,
}  # fmt: skip


class UnknownFileFormat(UnsupportedMediaType):
    """The file's name does not tell its format, and no option does."""

    code = "unknown_file_format"


def format_of(file_name: str) -> FileFormat:
    """The format by the file name's ending; raises UnknownFileFormat."""
    for ending, file_format in _BY_ENDING.items():
        if file_name.casefold().endswith(ending):
            return file_format
    fix = "name the file .jsonl, .jsonl.gz, .csv, .tsv or .xlsx, or give the option format"
    problem = FieldProblem(field="format", message="the file's name does not tell its format", fix=fix)
    raise UnknownFileFormat(f"{problem.message}; {fix}.", errors=(problem,))


def read_rows(
    file: BinaryIO, file_format: FileFormat, *, max_unpacked_bytes: int, sheet: str | None = None
) -> Iterator[RawRow]:
    """Every row from the start of the file; raises UnreadableFile where the file as a whole cannot be read."""
    file.seek(0)
    match file_format:
        case FileFormat.JSONL:
            return read_jsonl(file, max_unpacked_bytes=max_unpacked_bytes)
        case FileFormat.CSV:
            return read_csv(file)
        case FileFormat.XLSX:
            return read_xlsx(file, max_unpacked_bytes=max_unpacked_bytes, sheet=sheet)
