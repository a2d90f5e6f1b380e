"""Snapshots: what changes do to them, and that readers keep the one they took."""

import random

import pytest

from services.matcher.embedding.vector_store import VectorStore
from services.matcher.matching.indexing import Indexer
from services.matcher.matching.stored import SubjectNotFound, stored_subject
from services.matcher.matching.subject import Subject
from services.matcher.retrieval.publisher import Publisher
from services.matcher.retrieval.segment import Segment
from services.matcher.retrieval.snapshot import Snapshot
from shared.kit.database import Database
from tests.factories import make_project
from tests.matcher.encoders import HashingEncoder
from tests.matcher.profile_collections import (
    documents,
    ids,
    make_publisher,
    random_profile,
    random_versions,
    rank,
    version,
)

ASKER = version("asker", make_project(title="laser sensor", summary="laser sensor valve pump robot"))


@pytest.fixture
def publisher(indexer: Indexer) -> Publisher:
    return make_publisher(indexer, [ASKER, *random_versions(1, 100)])


def subject_in(snapshot: Snapshot) -> Subject:
    return stored_subject("asker", snapshot)


def answer(snapshot: Snapshot) -> list[str]:
    """Everybody who is proposed to the asker."""
    return ids(rank(subject_in(snapshot), snapshot, 200))


def test_first_changes_become_the_base(publisher: Publisher) -> None:
    assert (publisher.current.base.size, publisher.current.delta.size) == (101, 0)
    assert publisher.current.version == "s101.101+0"


def test_revised_profile_replaces_the_old_revision(publisher: Publisher, indexer: Indexer) -> None:
    revised = version("p0003", make_project(title="A laser sensor", summary="laser sensor valve"), 2)
    publisher.apply(documents(indexer, [revised]), (), 102)
    [found] = [
        one
        for one in rank(subject_in(publisher.current), publisher.current, 200).matches
        if one.entry.profile_id == "p0003"
    ]
    assert (found.entry.revision, found.entry.profile().title) == (2, "A laser sensor")
    assert publisher.current.size == 101


def test_profile_revised_twice_is_served_once(publisher: Publisher, indexer: Indexer) -> None:
    for revision in (2, 3):
        revised = version("p0003", make_project(title=f"Revision {revision}"), revision)
        publisher.apply(documents(indexer, [revised]), (), 100 + revision)
    assert answer(publisher.current).count("p0003") == 1
    segment, row = publisher.current.find("p0003") or pytest.fail("gone")
    assert segment.entries[row].revision == 3


def test_withdrawn_profile_leaves_the_next_snapshot(publisher: Publisher) -> None:
    publisher.apply((), ["p0003"], 102)
    assert "p0003" not in answer(publisher.current)
    assert publisher.current.size == 100
    with pytest.raises(SubjectNotFound, match="p0003"):
        stored_subject("p0003", publisher.current)


def test_profile_withdrawn_from_the_delta_leaves_too(publisher: Publisher, indexer: Indexer) -> None:
    publisher.apply(documents(indexer, random_versions(2, 1, first=500)), (), 102)
    assert publisher.current.find("p0500")
    publisher.apply((), ["p0500"], 103)
    assert publisher.current.find("p0500") is None
    assert publisher.current.size == 101


def test_withdrawn_profile_may_come_back(publisher: Publisher, indexer: Indexer) -> None:
    publisher.apply((), ["p0003"], 102)
    back = version("p0003", make_project(title="Back again"), 3)
    publisher.apply(documents(indexer, [back]), (), 103)
    assert publisher.current.size == 101
    assert "p0003" in answer(publisher.current)


def test_withdrawing_what_is_unknown_changes_nothing(publisher: Publisher) -> None:
    before = answer(publisher.current)
    publisher.apply((), ["nobody"], 102)
    assert answer(publisher.current) == before


def test_hidden_profile_may_ask_but_is_never_proposed(publisher: Publisher, indexer: Indexer) -> None:
    hidden = version("hidden", make_project(title="laser sensor", summary="valve pump robot", visibility="hidden"))
    publisher.apply(documents(indexer, [hidden]), (), 102)
    for _ in range(2):
        assert "hidden" not in answer(publisher.current)
        assert rank(stored_subject("hidden", publisher.current), publisher.current).matches
        publisher.merge()


def test_profile_that_becomes_hidden_is_no_longer_proposed(publisher: Publisher, indexer: Indexer) -> None:
    assert "p0003" in answer(publisher.current)
    publisher.apply(documents(indexer, [version("p0003", make_project(visibility="hidden"), 2)]), (), 102)
    assert "p0003" not in answer(publisher.current)


def test_readers_keep_the_snapshot_they_took(publisher: Publisher, indexer: Indexer) -> None:
    taken = publisher.current
    before = rank(subject_in(taken), taken, 200)
    publisher.apply(documents(indexer, random_versions(2, 60, first=30)), ["p0000", "p0001"], 102)
    publisher.merge()
    assert publisher.current is not taken
    assert rank(subject_in(taken), taken, 200) == before
    assert taken.version == "s101.101+0"


@pytest.mark.parametrize("seed", range(3))
def test_merged_answers_do_not_depend_on_how_changes_were_batched(indexer: Indexer, seed: int) -> None:
    draw = random.Random(seed)
    first = [ASKER, *random_versions(seed, 90)]
    changed = [version(f"p{draw.randrange(110):04}", random_profile(draw, number), 2 + number) for number in range(60)]
    together, apart = (Publisher(dimension=64, model_id="hashing/p1") for _ in range(2))
    newest = {one.profile_id: one for one in (*first, *changed)}
    together.apply(documents(indexer, list(newest.values())), (), 500)
    together.apply((), ["p0010"], 501)
    for one in (*first, *changed):
        apart.apply(documents(indexer, [one]), (), 1)
    apart.apply((), ["p0010"], 501)
    together.merge()
    apart.merge()
    assert apart.current.size == together.current.size
    answers = [rank(subject_in(snapshot.current), snapshot.current, 200) for snapshot in (together, apart)]
    assert answers[0] == answers[1]


def test_merge_changes_no_document_and_leaves_no_dead_rows(publisher: Publisher, indexer: Indexer) -> None:
    publisher.apply(documents(indexer, random_versions(2, 5, first=98)), ["p0000"], 102)
    before = {(entry.profile_id, entry.revision) for entry in publisher.current.entries()}
    publisher.merge()
    snapshot = publisher.current
    assert {(entry.profile_id, entry.revision) for entry in snapshot.entries()} == before
    assert (snapshot.delta.size, snapshot.base.size, bool(snapshot.base_live.all())) == (0, len(before), True)
    assert [entry.profile_id for entry in snapshot.base.entries] == sorted(key for key, _ in before)


def test_delta_that_grows_is_merged_and_told_of(indexer: Indexer) -> None:
    merged: list[tuple[int, int]] = []

    def note(base: Segment, feed_seq: int) -> None:
        merged.append((base.size, feed_seq))

    publisher = Publisher(dimension=64, model_id="hashing/p1", on_merged=note)
    publisher.apply(documents(indexer, random_versions(1, 100)), (), 100)
    for number in range(40):
        publisher.apply(documents(indexer, random_versions(2, 1, first=200 + number)), (), 101 + number)
    assert merged == [(100, 100), (133, 133)]  # 33 pending are more than 32
    assert publisher.current.delta.size == 7


def test_segments_of_another_dimension_are_refused(database: Database, publisher: Publisher) -> None:
    other = HashingEncoder(model_id="other", dimension=32)
    foreign = documents(Indexer(other, VectorStore(database, other)), [version("foreign", make_project())])
    with pytest.raises(ValueError):
        publisher.apply(foreign, (), 102)
    assert publisher.current.size == 101
