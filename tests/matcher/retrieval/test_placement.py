"""Bases go to the vector database behind the answers; while it fails, this process searches, with the same results."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from services.matcher.embedding.encoder import FloatMatrix
from services.matcher.matching.calibrating import segment_subject
from services.matcher.matching.indexing import Indexer
from services.matcher.retrieval.dense import FloatVector
from services.matcher.retrieval.offloaded import OffloadedIndex
from services.matcher.retrieval.pgvector_database import PgvectorDatabase
from services.matcher.retrieval.placement import InDatabase
from services.matcher.retrieval.publisher import Publisher
from services.matcher.retrieval.segment import Segment
from services.matcher.retrieval.snapshot import Snapshot
from services.matcher.retrieval.vector_database import Found, Keys, VectorDatabase, VectorDatabaseFailed
from shared.contracts.profiles import Kind
from tests.matcher.profile_collections import documents, make_book, random_versions, rank

MODEL = "hashing/p1"
ASKED = [(Kind.PROJECT,), (Kind.PROJECT, Kind.INVESTOR), (Kind.INVESTOR,)]
"""Of 400 profiles, about 80 and 160 are allowed: more than a ranking takes without a search."""


class Interruptible:
    """A vector database that can be taken away."""

    def __init__(self, database: VectorDatabase) -> None:
        self.is_away = False
        self._database = database

    @property
    def most_found(self) -> int:
        return self._database.most_found

    def collections(self, prefix: str) -> list[str]:
        return self._there().collections(prefix)

    def create(self, name: str, dimension: int) -> None:
        self._there().create(name, dimension)

    def drop(self, name: str) -> None:
        self._there().drop(name)

    def open(self, name: str) -> None:
        self._there().open(name)

    def size(self, name: str) -> int:
        return self._there().size(name)

    def missing(self, name: str, keys: Keys) -> Keys:
        return self._there().missing(name, keys)

    def add(self, name: str, keys: Keys, vectors: FloatMatrix) -> None:
        self._there().add(name, keys, vectors)

    def nearest(self, name: str, query: FloatVector, limit: int, among: Sequence[int] | None = None) -> Found:
        return self._there().nearest(name, query, limit, among)

    def close(self) -> None:
        """Whoever opened it closes it."""

    def _there(self) -> VectorDatabase:
        if self.is_away:
            raise VectorDatabaseFailed("taken away")
        return self._database


@pytest.fixture
def interruptible(pgvector: PgvectorDatabase) -> Interruptible:
    return Interruptible(pgvector)


@pytest.fixture
def placement(interruptible: Interruptible, tmp_path: Path) -> Iterator[InDatabase]:
    """Names vectors where one kind is asked for, and strikes out where two are."""
    placement = InDatabase(interruptible, tmp_path, retry_seconds=0.05, listed=100)
    placement.start()
    yield placement
    placement.stop()


def wait_until_placed(placement: InDatabase) -> None:
    deadline = time.monotonic() + 60
    while not placement.state().is_placed:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def publishers(indexer: Indexer, placement: InDatabase, count: int = 400) -> tuple[Publisher, Publisher]:
    """The same profiles in memory and in the database; some of them then revised, some withdrawn."""
    found = documents(indexer, random_versions(0, count))
    later = documents(indexer, random_versions(1, 8))
    both = (
        Publisher(dimension=64, model_id=MODEL),
        Publisher(dimension=64, model_id=MODEL, placed=placement.of_model(MODEL)),
    )
    for publisher in both:
        publisher.apply(found, (), count)
        publisher.apply(later, [f"p{number:04}" for number in range(40, 44)], count + 12)
    return both


def base_indexes(base: Segment) -> list[OffloadedIndex]:
    found = [base.aspects.offer_vectors, base.aspects.need_vectors]
    return [one for one in found if isinstance(one, OffloadedIndex)]


def told(snapshot: Snapshot) -> list[list[tuple[str, float, float]]]:
    """Ids and scores, to the last bit, of three questions about two kinds."""
    book = make_book(snapshot)
    subjects = [snapshot.find(f"p{number:04}") for number in (0, 7, 99)]
    rankings = [
        rank(segment_subject(*found), snapshot, kinds=kinds, book=book)
        for found, kinds in zip(subjects, ASKED, strict=True)
        if found is not None
    ]
    return [[(one.entry.profile_id, one.score, one.fused) for one in ranking.matches] for ranking in rankings]


def test_rankings_are_those_of_memory_to_the_last_bit(indexer: Indexer, placement: InDatabase) -> None:
    in_memory, in_database = publishers(indexer, placement)
    wait_until_placed(placement)
    assert told(in_database.current) == told(in_memory.current)
    assert sum(one.searches for one in base_indexes(in_database.current.base)) > 0
    assert placement.state().local_searches == 0


def test_failing_database_changes_no_ranking_and_is_used_again(
    indexer: Indexer, placement: InDatabase, interruptible: Interruptible
) -> None:
    in_memory, in_database = publishers(indexer, placement)
    wait_until_placed(placement)
    interruptible.is_away = True
    expected = told(in_memory.current)
    assert told(in_database.current) == expected
    state = placement.state()
    assert (state.is_placed, state.searches, state.local_searches > 0) == (False, 0, True)
    interruptible.is_away = False
    wait_until_placed(placement)
    assert told(in_database.current) == expected
    assert placement.state().searches > 0


def test_database_that_is_away_at_the_start_is_filled_later(
    indexer: Indexer, placement: InDatabase, interruptible: Interruptible
) -> None:
    interruptible.is_away = True
    in_memory, in_database = publishers(indexer, placement, count=60)
    assert told(in_database.current) == told(in_memory.current)
    interruptible.is_away = False
    wait_until_placed(placement)


def test_request_keeps_its_snapshot_while_the_next_base_is_placed(indexer: Indexer, placement: InDatabase) -> None:
    in_memory, in_database = publishers(indexer, placement)
    wait_until_placed(placement)
    held, expected = in_database.current, told(in_memory.current)
    in_database.merge()
    wait_until_placed(placement)
    assert in_database.current.base is not held.base
    assert told(held) == expected
    assert sum(one.local_searches for one in base_indexes(held.base)) == 0
