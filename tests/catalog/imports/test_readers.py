import gzip
import io
import zipfile
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from services.catalog.imports.file_problems import RawRow, UnreadableFile
from services.catalog.imports.readers import FileFormat, UnknownFileFormat, format_of, read_rows

LIMIT = 1 << 24


def rows_of(data: bytes, file_format: FileFormat, *, limit: int = LIMIT, sheet: str | None = None) -> list[RawRow]:
    return list(read_rows(io.BytesIO(data), file_format, max_unpacked_bytes=limit, sheet=sheet))


def csv_rows(text: str, encoding: str = "utf-8") -> list[RawRow]:
    return rows_of(text.encode(encoding), FileFormat.CSV)


def workbook(*rows: tuple[object, ...], sheet: str = "Sheet") -> bytes:
    book = Workbook()
    assert book.active is not None
    book.active.title = sheet
    for row in rows:
        book.active.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def problem_of(row: RawRow) -> str:
    assert row.problem is not None
    return row.problem.problems[0].message


def test_jsonl_rows_keep_their_line_and_blank_lines_are_skipped() -> None:
    rows = rows_of(b'\xef\xbb\xbf{"a": 1}\n\n{"a": 2}\r\n', FileFormat.JSONL)
    assert [(row.line, row.values) for row in rows] == [(1, {"a": 1}), (3, {"a": 2})]


def test_gzipped_lines_are_recognised_by_their_first_bytes() -> None:
    assert rows_of(gzip.compress(b'{"a": 1}\n'), FileFormat.JSONL)[0].values == {"a": 1}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b'{"a": ', "column"),
        (b"[1]", "no JSON object"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "digits"),
        (b'{"a": "\xff"}', "UTF-8 at byte 8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a": "' + b"x" * (3 << 20) + b'"}', "longer than"),
    ],
)
def test_a_bad_line_is_reported_and_the_next_one_read(line: bytes, words: str) -> None:
    bad, good = rows_of(line + b'\n{"a": 2}\n', FileFormat.JSONL)
    assert words in problem_of(bad)
    assert (good.line, good.values) == (2, {"a": 2})


def test_a_gzip_bomb_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="unpacks"):
        rows_of(gzip.compress(b"\n" * 1_000_000), FileFormat.JSONL, limit=100_000)


def test_damaged_gzip_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="gzip"):
        rows_of(gzip.compress(b'{"a": 1}\n' * 1000)[:40], FileFormat.JSONL)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_encodings_and_delimiters_are_found(encoding: str, delimiter: str) -> None:
    text = f"项目名称{delimiter}行业\n锂电池{delimiter}能源\n"
    assert csv_rows(text, encoding)[0].values == {"项目名称": "锂电池", "行业": "能源"}


def test_csv_lines_count_line_ends_inside_quotes() -> None:
    rows = csv_rows('title,text\nA,"one\ntwo"\nB,x\n')
    assert [row.line for row in rows] == [2, 4]


def test_a_ragged_row_is_reported_and_the_next_one_read() -> None:
    long, short, good = csv_rows("a,b\n1,2,3\n1\n4,5\n")
    assert "3 cells where the header has 2" in problem_of(long)
    assert "1 cells where the header has 2" in problem_of(short)
    assert good.values == {"a": "4", "b": "5"}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'a,b\n1,"open\n2,3\n', "line 2"),
        (b"a,b\n1,\x002\n", "NUL"),
        (b"a,a\n1,2\n", "two columns"),
        (b"a,,c\n1,2,3\n", "no name"),
        (b"", "empty"),
        (b"a,b\n1,\xff\xff\n", "UTF-8 near byte"),
    ],
)
def test_a_malformed_csv_names_the_place(data: bytes, words: str) -> None:
    with pytest.raises(UnreadableFile, match=words) as caught:
        rows_of(data, FileFormat.CSV)
    assert caught.value.errors[0].fix


def test_xlsx_rows_keep_numbers_and_days() -> None:
    data = workbook(("title", "trl", "deadline"), (), ("A", 6, date(2027, 1, 31)))
    (row,) = rows_of(data, FileFormat.XLSX)
    assert (row.line, row.values) == (3, {"title": "A", "trl": 6, "deadline": date(2027, 1, 31)})


def test_the_named_sheet_is_read() -> None:
    data = workbook(("title",), ("A",), sheet="项目")
    assert len(rows_of(data, FileFormat.XLSX, sheet="项目")) == 1
    with pytest.raises(UnreadableFile, match="sheet"):
        rows_of(data, FileFormat.XLSX, sheet="Demands")


def packed(names: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in names.items():
            archive.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a zip",
        packed({"a.txt": b"x"}),
        packed({"[Content_Types].xml": b"<broken"}),
        packed({"bomb": b"0" * (1 << 25)}),
    ],
)
def test_a_malformed_workbook_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableFile):
        rows_of(data, FileFormat.XLSX)


def test_a_workbook_whose_sheet_is_damaged_is_refused(tmp_path: Path) -> None:
    source = zipfile.ZipFile(io.BytesIO(workbook(("title",), ("A",))))
    names = {name: source.read(name) for name in source.namelist()}
    names["xl/worksheets/sheet1.xml"] = names["xl/worksheets/sheet1.xml"][:-40]
    with pytest.raises(UnreadableFile, match="damaged"):
        rows_of(packed(names), FileFormat.XLSX)


def test_the_format_is_told_by_the_name() -> None:
    assert format_of("Projects.CSV") is FileFormat.CSV
    assert format_of("a.jsonl.gz") is FileFormat.JSONL
    with pytest.raises(UnknownFileFormat):
        format_of("a.docx")
