"""Saved bases: identical when loaded, and passed over where they cannot be trusted."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from services.matcher.matching.indexing import Indexer
from services.matcher.matching.pipeline import Ranking
from services.matcher.matching.stored import stored_subject
from services.matcher.retrieval.persistence import SnapshotFolder
from services.matcher.retrieval.publisher import Publisher
from services.matcher.retrieval.segment import Segment
from shared.contracts.profiles import Kind
from tests.matcher.profile_collections import documents, make_book, make_publisher, random_versions, rank
from tests.matcher.retrieval.same_aspects import assert_same_aspects

MODEL = "hashing/p1"


@pytest.fixture
def base(indexer: Indexer) -> Segment:
    return make_publisher(indexer, random_versions(1, 120)).current.base


@pytest.fixture
def saved(tmp_path: Path) -> SnapshotFolder:
    return SnapshotFolder(tmp_path / "saved", MODEL)


def served(base: Segment, feed_seq: int) -> Publisher:
    publisher = Publisher(dimension=64, model_id=MODEL)
    publisher.start_from(base, feed_seq)
    return publisher


def answers(publisher: Publisher) -> list[Ranking]:
    snapshot = publisher.current
    book = make_book(snapshot)
    askers = [stored_subject(f"p{number:04}", snapshot) for number in range(0, 120, 17)]
    return [rank(asker, snapshot, 30, [Kind.PROJECT, Kind.INVESTOR], book=book) for asker in askers]


def loaded(saved: SnapshotFolder, not_after: int = 1_000) -> tuple[Segment, int]:
    found = saved.load_newest(not_after=not_after)
    assert found is not None
    return found


def test_loaded_base_gives_identical_answers_to_the_last_bit(saved: SnapshotFolder, base: Segment) -> None:
    saved.save(base, 300)
    segment, feed_seq = loaded(saved)
    assert feed_seq == 300
    assert answers(served(segment, feed_seq)) == answers(served(base, 300))


def test_loaded_base_has_the_same_parts_with_the_needs_among_them(saved: SnapshotFolder, base: Segment) -> None:
    saved.save(base, 300)
    segment = loaded(saved)[0]
    assert list(segment.entries) == list(base.entries)
    assert 0 < len(base.aspects.need_rows) < base.size
    assert_same_aspects(segment.aspects, base.aspects)


def test_loaded_base_takes_changes_as_the_saved_one_would(
    saved: SnapshotFolder, base: Segment, indexer: Indexer
) -> None:
    saved.save(base, 300)
    changed = documents(indexer, random_versions(2, 20, first=110))
    before, after = served(base, 300), served(*loaded(saved))
    for publisher in (before, after):
        publisher.apply(changed, ["p0100"], 301)
    assert answers(before) == answers(after)
    before.merge()
    after.merge()
    assert answers(before) == answers(after)


def test_empty_base_may_be_saved(saved: SnapshotFolder, indexer: Indexer) -> None:
    saved.save(make_publisher(indexer, []).current.base, 0)
    assert loaded(saved)[0].size == 0


def test_newest_base_that_is_not_too_new_is_loaded(saved: SnapshotFolder, base: Segment) -> None:
    saved.save(base, 300)
    saved.save(base, 400)
    assert loaded(saved)[1] == 400
    assert loaded(saved, not_after=399)[1] == 300
    assert saved.load_newest(not_after=299) is None


def test_two_newest_are_kept(saved: SnapshotFolder, base: Segment, tmp_path: Path) -> None:
    for feed_seq in (1, 20, 300):
        saved.save(base, feed_seq)
    assert sorted(path.name for path in (tmp_path / "saved").iterdir()) == ["base-000000000020", "base-000000000300"]


def test_saving_a_position_again_replaces_it(saved: SnapshotFolder, base: Segment) -> None:
    saved.save(base, 300)
    saved.save(base, 300)
    assert loaded(saved)[1] == 300


def test_nothing_saved_loads_nothing(saved: SnapshotFolder) -> None:
    assert saved.load_newest(not_after=1_000) is None


def test_other_model_is_passed_over(saved: SnapshotFolder, base: Segment, tmp_path: Path) -> None:
    saved.save(base, 300)
    assert SnapshotFolder(tmp_path / "saved", "other/p1").load_newest(not_after=1_000) is None


def test_cleared_folder_loads_nothing(saved: SnapshotFolder, base: Segment) -> None:
    saved.save(base, 300)
    saved.clear()
    assert saved.load_newest(not_after=1_000) is None


def flip_a_byte(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("harm", [flip_a_byte, halve, empty, Path.unlink])
def test_damaged_file_is_passed_over_for_the_base_before(
    saved: SnapshotFolder, base: Segment, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    names = {path.name for path in _files(saved, base, tmp_path)} - {"about.json"}
    assert len(names) >= 4
    for name in sorted(names):
        for path in _files(saved, base, tmp_path):
            if path.name == name:
                harm(path)
        assert loaded(saved)[1] == 300, name


def _files(saved: SnapshotFolder, base: Segment, tmp_path: Path) -> list[Path]:
    """Save two bases; the files of the newer one."""
    saved.save(base, 300)
    saved.save(base, 400)
    return list((tmp_path / "saved" / "base-000000000400").iterdir())


@pytest.mark.parametrize(
    "about",
    ["", "{", "[]", "null", '"text"', "{}", '{"format": 1}', '{"sha256": 1}', "\xff"],
)
def test_unreadable_description_is_passed_over(
    saved: SnapshotFolder, base: Segment, tmp_path: Path, about: str
) -> None:
    _files(saved, base, tmp_path)
    (tmp_path / "saved" / "base-000000000400" / "about.json").write_text(about, encoding="latin-1")
    assert loaded(saved)[1] == 300


@pytest.mark.parametrize("field", ["format", "model_id", "analysis", "feed_seq", "sha256"])
def test_description_that_lacks_a_field_is_passed_over(
    saved: SnapshotFolder, base: Segment, tmp_path: Path, field: str
) -> None:
    _files(saved, base, tmp_path)
    path = tmp_path / "saved" / "base-000000000400" / "about.json"
    path.write_text(json.dumps({name: value for name, value in json.loads(path.read_text()).items() if name != field}))
    assert loaded(saved)[1] == 300


def test_half_written_folder_is_passed_over(saved: SnapshotFolder, base: Segment, tmp_path: Path) -> None:
    saved.save(base, 300)
    aside = tmp_path / "saved" / ".writing-1"
    aside.mkdir()
    (aside / "entries.jsonl").write_bytes(b"{")
    (tmp_path / "saved" / "base-000000000500").mkdir()
    assert loaded(saved)[1] == 300
