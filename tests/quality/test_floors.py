"""Floors under the served ranking on judged data, where the data is."""

import gzip
import json
import os
import random
import shutil
from pathlib import Path

import pytest

from services.cli.evaluate import evaluate_folders
from services.cli.evaluation_rankers import ServedRankers

pytestmark = pytest.mark.quality

DATA = Path(os.environ.get("LIAISON_TEST_DATA") or Path(__file__).parents[3] / "shared" / "data")


def sampled(folder: Path, target: Path, targets: int) -> Path:
    """The set with a seeded sample of its targets and the queries they answer; embedding all would take minutes."""
    target.mkdir()
    for path in folder.iterdir():
        shutil.copyfile(path, target / path.name)
    corpus = random.Random(0).sample(records(folder / "corpus.jsonl.gz"), targets)
    kept = {json.loads(line)["id"] for line in corpus}
    pairs = [line.split("\t") for line in (folder / "qrels.tsv").read_text().splitlines()]
    answered = {query_id for query_id, target_id, _ in pairs if target_id in kept}
    queries = [line for line in records(folder / "queries.jsonl.gz") if json.loads(line)["id"] in answered]
    (target / "corpus.jsonl.gz").write_bytes(gzip.compress(b"".join(corpus)))
    (target / "queries.jsonl.gz").write_bytes(gzip.compress(b"".join(queries)))
    return target


def records(path: Path) -> list[bytes]:
    """The lines of a packed file."""
    return gzip.decompress(path.read_bytes()).splitlines(keepends=True)


def test_chinese_questions_find_their_paragraph(tmp_path: Path) -> None:
    folder = DATA / "xquadr_zh_zh"
    if not (folder / "set.json").exists():
        pytest.skip(f"no judged set at {folder}; point LIAISON_TEST_DATA at the folder of sets")
    judged = sampled(folder, tmp_path / "set", 60)
    [report] = evaluate_folders([judged], build_rankers=ServedRankers(tmp_path / "vectors.db"), resamples=200)
    served = report.rankings["served"].metrics["ndcg@10"].mean
    assert (report.targets, report.left_out) == (60, 0)
    assert report.queries > 100
    assert served >= 0.95  # the whole set has this floor too; fewer targets are an easier choice
    # The model knows no Chinese: it must not drag the words' ranking down.
    assert served >= report.rankings["lexical"].metrics["ndcg@10"].mean - 0.005
