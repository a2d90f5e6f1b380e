"""Reading a judged set's folder, and what is said of a faulty one."""

import gzip
import json
from pathlib import Path

import pytest

from services.matcher.evaluation.set_folder import JudgedSetProblem, read_judged_set
from shared.contracts.profiles import Kind
from tests.matcher.evaluation.sets import CORPUS, DESCRIPTION, QUERIES, write_records, write_set


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_set(tmp_path / "set")


def test_a_valid_folder_is_read_whole(folder: Path) -> None:
    judged = read_judged_set(folder)
    assert (judged.name, judged.language, judged.description) == ("tiny", "en", "")
    assert (judged.subject_kind, judged.target_kind) == (Kind.RD_DEMAND, Kind.PROJECT)
    assert [query_id for query_id, _ in judged.subjects] == ["q1", "q2", "q3"]
    assert judged.targets[0] == ("t1", CORPUS[0])
    assert judged.qrels == {"q1": {"t1": 1, "t2": 1}, "q2": {"t5": 1}}
    assert judged.ignore == {}
    assert judged.warnings == ()


def test_plain_jsonl_is_read_where_there_is_no_gzipped_one(folder: Path) -> None:
    (folder / "corpus.jsonl.gz").unlink()
    write_records(folder / "corpus.jsonl", CORPUS[:2])
    assert len(read_judged_set(folder).targets) == 2


def test_ignored_pairs_are_read_with_or_without_a_reason(folder: Path) -> None:
    (folder / "ignore.tsv").write_text("q1\tt2\tcopied\nq1\tt3\n", encoding="utf-8")
    assert read_judged_set(folder).ignore == {"q1": {"t2", "t3"}}


def test_another_file_of_judgments_may_be_named(folder: Path) -> None:
    (folder / "qrels_title.tsv").write_text("q3\tt4\t2\n", encoding="utf-8")
    assert read_judged_set(folder, qrels="qrels_title.tsv").qrels == {"q3": {"t4": 2}}


@pytest.mark.parametrize(
    "qrels",
    [
        "query-id\tcorpus-id\tscore\nq1\tt1\t1\n",
        "q1\t0\tt1\t1\n",
        "q1 t1 1\r\n\r\n",
        "\ufeffq1\tt1\t1.0",
    ],
    ids=["header", "trec", "spaces-and-windows-ends", "byte-order-mark"],
)
def test_usual_variants_of_judgments_are_understood(folder: Path, qrels: str) -> None:
    (folder / "qrels.tsv").write_bytes(qrels.encode())
    assert read_judged_set(folder).qrels == {"q1": {"t1": 1}}


def test_ids_that_do_not_exist_are_counted_and_not_refused(folder: Path) -> None:
    (folder / "qrels.tsv").write_text("q1\tt1\t1\nq1\tgone\t1\nq9\tt1\t1\n", encoding="utf-8")
    judged = read_judged_set(folder)
    assert judged.warnings == (
        "qrels.tsv: 1 of 2 judged queries are not among the queries",
        "qrels.tsv: 1 judged targets are not in the corpus",
    )
    assert judged.evaluated() == {"q1": {"t1": 1}}


def test_of_a_repeated_id_the_first_record_is_kept_and_told(folder: Path) -> None:
    write_records(folder / "corpus.jsonl.gz", [*CORPUS, {"id": "t1", "title": "again"}])
    judged = read_judged_set(folder)
    assert dict(judged.targets)["t1"]["title"] == "Target 1"
    assert judged.warnings == ("corpus.jsonl.gz: 1 records repeat an id; the first of each was kept",)


def test_ids_that_are_numbers_meet_the_judgments(folder: Path) -> None:
    write_records(folder / "queries.jsonl.gz", [{"id": 1, "text": "a valve"}])
    (folder / "qrels.tsv").write_text("1\tt1\t1\n", encoding="utf-8")
    assert read_judged_set(folder).evaluated() == {"1": {"t1": 1}}


def test_name_of_the_folder_stands_in_for_a_missing_name(folder: Path) -> None:
    write_description(folder, name=None)
    assert read_judged_set(folder).name == "set"


def write_description(folder: Path, **changed: object) -> None:
    """set.json with fields changed, or left out where None."""
    fields = {key: value for key, value in {**DESCRIPTION, **changed}.items() if value is not None}
    (folder / "set.json").write_text(json.dumps(fields), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("set.json", b"{", r"set\.json: not readable as JSON"),
        ("set.json", b"[]", r"set\.json: holds no JSON object"),
        ("set.json", b'{"target_kind": "project"}', r"subject_kind is missing; set subject_kind to one of project, "),
        ("set.json", b'{"subject_kind": "firm"}', r"subject_kind 'firm' is no kind of profile"),
        ("qrels.tsv", b"q1\tt1\t1\nq1\tt2\n", r"qrels\.tsv, line 2: 2 columns where 3 belong; write query_id, "),
        ("qrels.tsv", b"q1\tt1\tyes\n", r"line 1: relevance 'yes' is no whole number"),
        ("qrels.tsv", b"q1\tt1\t0.5\n", r"line 1: relevance '0.5' is no whole number"),
        ("qrels.tsv", b"q1\tt1\tnan\n", r"line 1: relevance 'nan' is no whole number"),
        ("qrels.tsv", b"q1\tt\xff\t1\n", r"qrels\.tsv.*: not UTF-8"),
        ("ignore.tsv", b"q1\n", r"ignore\.tsv, line 1: 1 column where 2 belong"),
        (
            "corpus.jsonl.gz",
            gzip.compress(b'{"id": "t1"}\n\n{"id": \n', mtime=0),
            r"corpus\.jsonl\.gz, line 3: not JSON",
        ),
        ("corpus.jsonl.gz", gzip.compress(b"[1]\n", mtime=0), r"line 1: not a JSON object"),
        ("corpus.jsonl.gz", gzip.compress(b'{"title": "no id"}\n', mtime=0), r'line 1: the record has no id; add "id"'),
        ("corpus.jsonl.gz", gzip.compress(b'{"id": ""}\n', mtime=0), r"line 1: the record has no id"),
        ("corpus.jsonl.gz", gzip.compress(b"\n", mtime=0), r"corpus\.jsonl\.gz: the file has no records"),
        ("corpus.jsonl.gz", b"not gzip", r"corpus\.jsonl\.gz: not readable"),
        ("corpus.jsonl.gz", gzip.compress(b'{"id": "t1"}\n' * 99, mtime=0)[:-12], r"corpus\.jsonl\.gz: not readable"),
    ],
)
def test_faulty_file_is_named_with_line_and_fix(folder: Path, file: str, content: bytes, message: str) -> None:
    (folder / file).write_bytes(content)
    with pytest.raises(JudgedSetProblem, match=message):
        read_judged_set(folder)


@pytest.mark.parametrize("file", ["set.json", "corpus.jsonl.gz", "queries.jsonl.gz", "qrels.tsv"])
def test_missing_file_is_named_with_the_fix(folder: Path, file: str) -> None:
    (folder / file).unlink()
    with pytest.raises(JudgedSetProblem, match="the file is missing; add it") as caught:
        read_judged_set(folder)
    assert caught.value.path == folder / file


def test_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(JudgedSetProblem, match="there is no such folder"):
        read_judged_set(tmp_path / "gone")


def test_queries_keep_their_order(folder: Path) -> None:
    write_records(folder / "queries.jsonl.gz", list(reversed(QUERIES)))
    assert list(read_judged_set(folder).evaluated()) == ["q2", "q1"]
