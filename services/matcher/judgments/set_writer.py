"""Writes a judged set as a folder that `liaison evaluate` reads."""

import gzip
import json
from collections.abc import Sequence
from pathlib import Path

from services.matcher.evaluation.judged_set import JudgedSet, Record


def write_set_folder(judged: JudgedSet, folder: Path) -> None:
    """`set.json`, queries, corpus, qrels and ignored pairs; equal sets give equal bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    described = {
        "name": judged.name,
        "subject_kind": judged.subject_kind,
        "target_kind": judged.target_kind,
        "description": judged.description,
    }
    _write_text(folder / "set.json", json.dumps(described, ensure_ascii=False, indent=2) + "\n")
    _write_records(folder / "queries.jsonl.gz", judged.subjects)
    _write_records(folder / "corpus.jsonl.gz", judged.targets)
    lines = [
        f"{subject_id}\t{target_id}\t{grade}\n"
        for subject_id, grades in judged.qrels.items()
        for target_id, grade in grades.items()
    ]
    _write_text(folder / "qrels.tsv", "".join(lines))
    ignored = [f"{subject_id}\t{target_id}\n" for subject_id, ids in judged.ignore.items() for target_id in sorted(ids)]
    _write_text(folder / "ignore.tsv", "".join(ignored))


def _write_records(path: Path, records: Sequence[tuple[str, Record]]) -> None:
    lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for _, record in records)
    path.write_bytes(gzip.compress(lines.encode(), mtime=0))


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
