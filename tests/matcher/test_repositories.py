"""The matcher's store keeps the newest revision of each document, on both databases."""

import pytest

from services.matcher import repositories
from shared.kit.database import Database


def row(profile_id: str, revision: int, feed_seq: int) -> dict[str, object]:
    return {
        "profile_id": profile_id,
        "revision": revision,
        "feed_seq": feed_seq,
        "is_active": True,
        "profile_json": f'{{"title": "第 {revision} 版"}}',
        "passage_hashes": "",
    }


def test_newer_revision_replaces_and_older_one_does_not(database_on_both: Database) -> None:
    for revision, feed_seq in ((2, 5), (1, 6), (3, 7), (2, 8)):
        with database_on_both.write() as session:
            repositories.write_documents(session, [row("a", revision, feed_seq)])
    with database_on_both.read() as session:
        [stored] = repositories.documents_after(session, 0, 10)
        assert (stored.revision, stored.feed_seq, stored.profile_json) == (3, 7, '{"title": "第 3 版"}')
        assert repositories.revisions(session, ["a", "nobody"]) == {"a": 3}


def test_documents_are_read_in_feed_order_in_pages(database_on_both: Database) -> None:
    with database_on_both.write() as session:
        repositories.write_documents(session, [row(f"p{number:04}", 1, 2_000 - number) for number in range(1_200)])
    with database_on_both.read() as session:
        first = repositories.documents_after(session, 0, 700)
        second = repositories.documents_after(session, first[-1].feed_seq, 700)
    assert [one.feed_seq for one in (*first, *second)] == list(range(801, 2_001))


def test_forgetting_documents_keeps_vectors(database_on_both: Database) -> None:
    with database_on_both.write() as session:
        repositories.write_documents(session, [row("a", 1, 1)])
        repositories.write_vectors(session, "hashing/p1", {"hash": b"\x00" * 16})
    with database_on_both.write() as session:
        repositories.forget_documents(session)
    with database_on_both.read() as session:
        assert repositories.documents_after(session, 0, 10) == []
        assert repositories.count_vectors(session, "hashing/p1") == 1


def test_half_of_a_failed_page_is_not_kept(database_on_both: Database) -> None:
    with pytest.raises(ConnectionError), database_on_both.write() as session:
        repositories.write_documents(session, [row("a", 1, 1)])
        raise ConnectionError
    with database_on_both.read() as session:
        assert repositories.documents_after(session, 0, 10) == []
