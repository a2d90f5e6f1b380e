"""JSON lines, plain or gzipped, read with bounded lines."""

import gzip
import json
import zlib
from collections.abc import Iterator
from typing import BinaryIO, NoReturn, cast

from services.catalog.imports.file_problems import RawRow, UnreadableFile, unreadable_row

MAX_LINE_BYTES = 1024 * 1024
_GZIP_START = b"\x1f\x8b"


def read_jsonl(file: BinaryIO, *, max_unpacked_bytes: int) -> Iterator[RawRow]:
    """One row a line, blank lines skipped; a line that is no JSON object is a row problem."""
    line_number, unpacked_bytes, is_oversized = 0, 0, False
    for line in _bounded_lines(file):
        unpacked_bytes += len(line)
        if unpacked_bytes > max_unpacked_bytes:
            raise UnreadableFile(f"unpacks to more than {max_unpacked_bytes:,} bytes", "Split it into several files.")
        continues, is_oversized = is_oversized, not line.endswith(b"\n") and len(line) > MAX_LINE_BYTES
        if continues:
            continue
        line_number += 1
        if is_oversized:
            yield unreadable_row(line_number, f"is longer than {MAX_LINE_BYTES:,} bytes", "shorten its texts")
        elif line.strip(b"\xef\xbb\xbf \t\r\n"):
            yield _row(line_number, line)


def _bounded_lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines in pieces of at most a byte above the limit."""
    is_packed = file.read(2) == _GZIP_START
    file.seek(0)
    unpacked = cast(BinaryIO, gzip.GzipFile(fileobj=file, mode="rb")) if is_packed else file
    try:
        while line := unpacked.readline(MAX_LINE_BYTES + 1):
            yield line
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableFile("is damaged gzip", "Pack it again, or send it unpacked.") from error


def _row(line_number: int, line: bytes) -> RawRow:
    try:
        values = json.loads(line.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        return unreadable_row(line_number, f"is not UTF-8 at byte {error.start + 1}", "save the file as UTF-8")
    except json.JSONDecodeError as error:
        return unreadable_row(line_number, f"is not JSON at column {error.colno}: {error.msg}", "mend the JSON")
    except RecursionError:
        return unreadable_row(line_number, "is nested too deeply", "give flat values")
    except ValueError as error:
        return unreadable_row(line_number, str(error)[:200], "give finite numbers of a usual size")
    if not isinstance(values, dict):
        return unreadable_row(line_number, "is no JSON object", 'write each line as {"title": ...}')
    return RawRow(line=line_number, values=values)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")
