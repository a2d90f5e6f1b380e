"""A text is embedded once for a model, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np

from services.matcher.bootstrap import open_database
from services.matcher.embedding.encoder import FloatMatrix
from services.matcher.embedding.vector_store import VectorStore
from shared.kit.database import Database
from tests.matcher.encoders import HashingEncoder

TEXTS = {"hash-a": "a pump", "hash-b": "低温等离子体", "hash-c": "a longer text about valves"}


def test_second_call_embeds_nothing_and_answers_bit_for_bit(database_on_both: Database) -> None:
    encoder = HashingEncoder()
    first = VectorStore(database_on_both, encoder).vectors(TEXTS)
    second = VectorStore(database_on_both, encoder).vectors(TEXTS)
    assert sorted(encoder.encoded) == sorted(TEXTS.values())
    assert first.keys() == second.keys() == TEXTS.keys()
    assert all(np.array_equal(first[key], second[key]) for key in TEXTS)


def test_only_unseen_texts_are_embedded(database_on_both: Database) -> None:
    encoder = HashingEncoder()
    store = VectorStore(database_on_both, encoder)
    store.vectors({"hash-a": "a pump"})
    store.vectors(TEXTS)
    assert encoder.encoded.count("a pump") == 1
    assert len(encoder.encoded) == 3


def test_more_texts_than_one_statement_takes_are_all_kept(database_on_both: Database) -> None:
    encoder = HashingEncoder(dimension=4)
    store = VectorStore(database_on_both, encoder)
    texts = {f"hash-{number}": f"text {number}" for number in range(2_100)}
    finished: list[int] = []
    assert store.vectors(texts, finished.append).keys() == texts.keys()
    assert store.stored(texts).keys() == texts.keys()
    assert sum(finished) == 2_100


def test_models_do_not_share_vectors(database_on_both: Database) -> None:
    small, large = HashingEncoder(model_id="small", dimension=8), HashingEncoder(model_id="large", dimension=16)
    VectorStore(database_on_both, small).vectors(TEXTS)
    found = VectorStore(database_on_both, large).vectors(TEXTS)
    assert {len(vector) for vector in found.values()} == {16}
    assert len(large.encoded) == 3


def test_unknown_hashes_are_left_out(database_on_both: Database) -> None:
    assert VectorStore(database_on_both, HashingEncoder()).stored(["nothing"]) == {}


def test_replicas_that_meet_the_same_texts_together_embed_each_once(postgresql_matcher_url: str) -> None:
    """Each replica has a pool of its own; what one embeds, the others wait for."""
    replicas = [open_database(postgresql_matcher_url) for _ in range(4)]
    encoders = [HashingEncoder() for _ in replicas]
    texts = {f"hash-{number}": f"text {number}" for number in range(300)}
    together = Barrier(len(replicas))

    def read_feed(replica: int) -> dict[str, FloatMatrix]:
        together.wait(30)
        store = VectorStore(replicas[replica], encoders[replica])
        found = store.vectors({key: texts[key] for key in sorted(texts)[:200]})
        return found | store.vectors(texts)

    with ThreadPoolExecutor(len(replicas)) as pool:
        found = list(pool.map(read_feed, range(len(replicas))))
    assert sorted(text for encoder in encoders for text in encoder.encoded) == sorted(texts.values())
    assert all(one.keys() == texts.keys() for one in found)
    assert all(np.array_equal(one[key], found[0][key]) for one in found for key in texts)
    for replica in replicas:
        replica.close()
