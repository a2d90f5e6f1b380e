"""Tiny judged sets for the evaluation's tests."""

import gzip
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from services.matcher.evaluation.judged_set import JudgedSet
from shared.contracts.profiles import Kind

DESCRIPTION = {"name": "tiny", "subject_kind": "rd_demand", "target_kind": "project", "language": "en"}
QUERIES = [{"id": "q1", "text": "a valve"}, {"id": "q2", "text": "a pump"}, {"id": "q3", "text": "a sensor"}]
CORPUS = [{"id": f"t{number}", "title": f"Target {number}", "text": f"text {number}"} for number in range(1, 6)]
QRELS = "q1\tt1\t1\nq1\tt2\t1\nq2\tt5\t1\n"


def write_records(path: Path, records: Iterable[Mapping[str, object]]) -> None:
    """JSON lines, gzipped where the name ends with .gz."""
    text = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)


def write_set(folder: Path, *, qrels: str = QRELS, corpus: Iterable[Mapping[str, object]] = CORPUS) -> Path:
    """A valid set folder: three queries (q3 is not judged), five targets."""
    folder.mkdir()
    (folder / "set.json").write_text(json.dumps(DESCRIPTION), encoding="utf-8")
    write_records(folder / "queries.jsonl.gz", QUERIES)
    write_records(folder / "corpus.jsonl.gz", corpus)
    (folder / "qrels.tsv").write_text(qrels, encoding="utf-8")
    return folder


def make_judged_set(
    *,
    targets: Iterable[Mapping[str, object]] = CORPUS,
    qrels: dict[str, dict[str, int]] | None = None,
    ignore: dict[str, set[str]] | None = None,
) -> JudgedSet:
    """A valid set in memory, judged as `QRELS` unless told otherwise."""
    return JudgedSet(
        name="tiny",
        subject_kind=Kind.RD_DEMAND,
        target_kind=Kind.PROJECT,
        language="en",
        description="",
        subjects=[(str(record["id"]), record) for record in QUERIES],
        targets=[(str(record["id"]), record) for record in targets],
        qrels={"q1": {"t1": 1, "t2": 1}, "q2": {"t5": 1}} if qrels is None else qrels,
        ignore={} if ignore is None else ignore,
    )
