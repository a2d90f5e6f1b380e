"""Floors under the served ranking on judged data, where the data is."""

import gzip
import os
import random
import shutil
from pathlib import Path

import pytest

from services.cli.evaluate import evaluate_folders
from services.cli.evaluation_rankers import ServedRankers

pytestmark = pytest.mark.quality

DATA = Path(os.environ.get("LIAISON_TEST_DATA") or Path(__file__).parents[3] / "shared" / "data")


def sampled(folder: Path, target: Path, queries: int) -> Path:
    """The set with a seeded sample of its queries and all of its targets; embedding all would take minutes."""
    target.mkdir()
    for path in folder.iterdir():
        shutil.copyfile(path, target / path.name)
    lines = gzip.decompress((folder / "queries.jsonl.gz").read_bytes()).splitlines(keepends=True)
    chosen = b"".join(random.Random(0).sample(lines, queries))
    (target / "queries.jsonl.gz").write_bytes(gzip.compress(chosen))
    return target


def test_chinese_questions_find_their_paragraph(tmp_path: Path) -> None:
    folder = DATA / "xquadr_zh_zh"
    if not (folder / "set.json").exists():
        pytest.skip(f"no judged set at {folder}; point LIAISON_TEST_DATA at the folder of sets")
    judged = sampled(folder, tmp_path / "set", 100)
    [report] = evaluate_folders([judged], build_rankers=ServedRankers(tmp_path / "vectors.db"), resamples=200)
    served = report.rankings["served"].metrics["ndcg@10"].mean
    assert report.queries == 100
    assert served >= 0.95
    # The model knows no Chinese: it must not drag the words' ranking down.
    assert served >= report.rankings["lexical"].metrics["ndcg@10"].mean - 0.005
