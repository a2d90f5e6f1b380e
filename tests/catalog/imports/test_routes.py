import gzip
import io
import json

import pytest
from openpyxl import Workbook
from starlette.testclient import TestClient

from services.catalog.app import create_app
from services.catalog.settings import CatalogSettings
from tests.catalog.imports.uploads import counts, jsonl, upload

ROWS = ({"id": "1", "title": "Glue", "kind": "startup"}, {"id": "2", "title": "胶", "kind": "rd_demand"})


def changes_in_the_feed(client: TestClient) -> int:
    latest: int = client.get("/v1/changes").json()["latest_seq"]
    return latest


def test_importing_a_file_again_changes_nothing(client: TestClient) -> None:
    assert counts(upload(client, jsonl(*ROWS))) == (2, 0, 0, 0)
    before = changes_in_the_feed(client)
    assert counts(upload(client, jsonl(*ROWS))) == (0, 0, 2, 0)
    assert changes_in_the_feed(client) == before


def test_small_and_large_packed_uploads_are_read(client: TestClient) -> None:
    rows = [{"id": str(n), "title": f"Row {n}", "kind": "startup", "text": "x" * 40_000} for n in range(30)]
    packed = gzip.compress(jsonl(*rows), compresslevel=0)  # above 1 MiB an upload is spooled to disk
    assert counts(upload(client, gzip.compress(jsonl(*ROWS)), name="rows.jsonl.gz")) == (2, 0, 0, 0)
    assert counts(upload(client, packed, name="rows.jsonl.gz", source="large")) == (30, 0, 0, 0)


def test_only_a_changed_row_is_revised(client: TestClient) -> None:
    upload(client, jsonl(*ROWS))
    assert counts(upload(client, jsonl(ROWS[0] | {"title": "Paste"}, ROWS[1]))) == (0, 1, 1, 0)


def test_bad_rows_are_reported_by_line_and_good_ones_written(client: TestClient) -> None:
    report = upload(client, jsonl(ROWS[0], {"id": "3"}, {"id": "1", "title": "Again", "kind": "startup"}, ROWS[1]))
    assert counts(report) == (2, 0, 0, 2)
    assert [row["line"] for row in report["rejected_rows"]] == [2, 3]
    assert report["rejected_rows"][1]["problems"][0]["message"] == "line 1 has the same one"
    assert client.get("/v1/profiles").json()["items"]


def test_a_dry_run_counts_and_writes_nothing(client: TestClient) -> None:
    report = upload(client, jsonl(*ROWS), dry_run="true")
    assert counts(report) == (2, 0, 0, 0) and report["applied"] is False
    assert client.get("/v1/profiles").json()["items"] == [] and changes_in_the_feed(client) == 0


def test_a_strict_import_writes_all_rows_or_none(client: TestClient) -> None:
    refused = upload(client, jsonl(*ROWS, {"id": "3"}), strict="true")
    assert refused["applied"] is False and counts(refused) == (2, 0, 0, 1)
    assert client.get("/v1/profiles").json()["items"] == []
    written = upload(client, jsonl(*ROWS), strict="true")
    assert written["applied"] is True and counts(written) == (2, 0, 0, 0)
    assert len(client.get("/v1/profiles").json()["items"]) == 2


def test_progress_is_streamed_and_the_report_comes_last(client: TestClient) -> None:
    rows = jsonl(*({"id": str(place), "title": "T", "text": "x" * 2_000} for place in range(1_100)))
    answer = client.post(
        "/v1/imports",
        files={"file": ("rows.jsonl", rows)},
        data={"source": "list", "kind": "project"},
        headers={"Accept": "application/x-ndjson"},
    )
    *progress, report = [json.loads(line) for line in answer.text.splitlines()]
    assert [(line["done_rows"], line["total_rows"]) for line in progress] == [
        (500, 1_100),
        (1_000, 1_100),
        (1_100, 1_100),
    ]
    assert report["created"] == 1_100


def test_a_stored_contact_stays_where_the_file_has_no_contact_column(client: TestClient) -> None:
    def has_contact() -> bool:
        (item,) = client.get("/v1/profiles").json()["items"]
        stored: bool = item["has_contact"]
        return stored

    upload(client, b"external_id,title,contact.email\n1,A,a@b.cn\n", name="a.csv", kind="project")
    assert has_contact()
    upload(client, b"external_id,title\n1,B\n", name="a.csv", kind="project")
    assert has_contact()


def test_csv_columns_are_mapped_and_unknown_ones_told(client: TestClient) -> None:
    text = "编号,项目名称,Firm,行业,怪列\n1,锂电池,甲公司,能源；材料,x\n"
    report = upload(client, text.encode("gb18030"), name="表.csv", kind="project", mapping='{"Firm": "organisation"}')
    assert counts(report) == (1, 0, 0, 0) and report["ignored_columns"] == ["怪列"]
    (item,) = client.get("/v1/profiles").json()["items"]
    assert item["profile"]["organisation"] == "甲公司" and item["profile"]["sectors"] == ["能源", "材料"]


def test_a_workbook_is_imported(client: TestClient) -> None:
    book = Workbook()
    assert book.active is not None
    for row in (("id", "title", "trl"), ("1", "A", 6), ("2", "B", 12)):
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    report = upload(client, stream.getvalue(), name="a.xlsx", kind="project")
    assert counts(report) == (1, 0, 0, 1)
    assert (report["rejected_rows"][0]["line"], report["rejected_rows"][0]["problems"][0]["field"]) == (3, "trl")


@pytest.mark.parametrize(
    ("name", "data", "form", "status", "code"),
    [
        ("a.docx", b"x", {}, 415, "unknown_file_format"),
        ("a.xlsx", b"x", {}, 422, "unreadable_file"),
        ("a.csv", b'a,b\n1,"x\n', {}, 422, "unreadable_file"),
        ("a.jsonl", b"{}", {"mapping": '{"a": "titel"}'}, 422, "bad_mapping"),
        ("a.jsonl", b"{}", {"kind": "ship"}, 422, "invalid_request"),
        ("a.jsonl", b"{}", {"source": "\x00"}, 422, "invalid_request"),
    ],
)
def test_what_cannot_be_imported_is_a_problem_and_nothing_is_written(
    client: TestClient, name: str, data: bytes, form: dict[str, str], status: int, code: str
) -> None:
    assert upload(client, data, name=name, status=status, **form)["code"] == code
    assert changes_in_the_feed(client) == 0


def test_texts_no_database_takes_are_row_problems(client: TestClient) -> None:
    rows = (
        b'{"id": "\\ud800", "title": "a"}\n{"id": "2", "title": "a\\u0000"}\n{"id": "3", "title": "\\ud83d\\ude00"}\n'
    )
    report = upload(client, rows, kind="project")
    assert counts(report) == (1, 0, 0, 2)


def test_a_file_above_the_limit_is_refused(sqlite_catalog_url: str) -> None:
    settings = CatalogSettings(database_url=sqlite_catalog_url, max_import_bytes=2_048)
    with TestClient(create_app(settings)) as client:
        upload(client, b"x" * 4_096, status=413)
