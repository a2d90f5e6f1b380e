"""Floors under the served ranking on judged data, where the data is."""

import gzip
import json
import os
import random
import shutil
from functools import partial
from pathlib import Path

import pytest

from services.cli.evaluate import evaluate_folders
from services.cli.evaluation_rankers import ServedRankers
from services.matcher.bootstrap import open_database
from services.matcher.embedding.vector_store import VectorStore
from services.matcher.evaluation.served import POLICIES, pipeline_rankers
from tests.matcher.encoders import HashingEncoder

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


def set_folder(name: str) -> Path:
    """The folder of a judged set; skips the test where the data is not there."""
    folder = DATA / name
    if not (folder / "set.json").exists():
        pytest.skip(f"no judged set at {folder}; point LIAISON_TEST_DATA at the folder of sets")
    return folder


def with_fewer_queries(folder: Path, target: Path, queries: int) -> Path:
    """The set with all of its targets and a seeded sample of its queries."""
    target.mkdir()
    for path in folder.iterdir():
        shutil.copyfile(path, target / path.name)
    some = random.Random(0).sample(records(folder / "queries.jsonl.gz"), queries)
    (target / "queries.jsonl.gz").write_bytes(gzip.compress(b"".join(some)))
    return target


def test_chinese_questions_find_their_paragraph(tmp_path: Path) -> None:
    judged = sampled(set_folder("xquadr_zh_zh"), tmp_path / "set", 60)
    [report] = evaluate_folders([judged], build_rankers=ServedRankers(tmp_path / "vectors.db"), resamples=200)
    served = report.rankings["served"].metrics["ndcg@10"].mean
    assert (report.targets, report.left_out) == (60, 0)
    assert report.queries > 100
    assert served >= 0.95  # the whole set has this floor too; fewer targets are an easier choice
    # The model knows no Chinese: it must not drag the words' ranking down.
    assert served >= report.rankings["lexical"].metrics["ndcg@10"].mean - 0.005


def test_chinese_questions_find_english_paragraphs_by_the_glossary_alone(tmp_path: Path) -> None:
    judged = with_fewer_queries(set_folder("xquadr_zh_en"), tmp_path / "set", 250)
    encoder = HashingEncoder(languages=frozenset())
    database = open_database(f"sqlite:///{tmp_path / 'vectors.db'}")
    ranked = partial(
        pipeline_rankers,
        encoder=encoder,
        store=VectorStore(database, encoder),
        policies={"served": POLICIES["served"]},
    )
    [report] = evaluate_folders([judged], build_rankers=ranked, resamples=200)
    database.close()
    assert report.rankings["served"].metrics["ndcg@10"].mean >= 0.35  # .18 by Latin words and numbers alone


@pytest.mark.parametrize(
    ("name", "ndcg_at_10", "recall_at_100"),
    [("cb13_startup_to_investor", 0.105, 0.49), ("zh_startup_to_investor", 0.08, 0.52)],
)
def test_words_and_records_find_investors_without_a_model(
    tmp_path: Path, name: str, ndcg_at_10: float, recall_at_100: float
) -> None:
    """Every target is searched, but none embedded: what a model adds to these sets is little."""
    judged = with_fewer_queries(set_folder(name), tmp_path / "set", 200)
    encoder = HashingEncoder(languages=frozenset())
    database = open_database(f"sqlite:///{tmp_path / 'vectors.db'}")
    ranked = partial(
        pipeline_rankers,
        encoder=encoder,
        store=VectorStore(database, encoder),
        policies={"served": POLICIES["served"]},
    )
    [report] = evaluate_folders([judged], build_rankers=ranked, resamples=200)
    database.close()
    metrics = report.rankings["served"].metrics
    assert metrics["ndcg@10"].mean >= ndcg_at_10
    assert metrics["recall@100"].mean >= recall_at_100
    assert metrics["ndcg@10"].mean > report.rankings["popularity"].metrics["ndcg@10"].mean
