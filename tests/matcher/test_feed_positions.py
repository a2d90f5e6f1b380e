"""Positions of several replicas on one database: raised without gaps, taken back once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from services.matcher.feed_positions import PositionLost, raise_position, read_position, start_over
from services.matcher.tables import FeedPositionRow
from shared.kit.database import Database

MODEL = "hashing/p1"


def advance(database: Database, after: int, to: int, epoch: str | None = "first") -> None:
    with database.write() as session:
        raise_position(session, FeedPositionRow, after=after, to=to, epoch=epoch, model_id=MODEL)


def position(database: Database) -> tuple[int, str | None]:
    with database.read() as session:
        return read_position(session, FeedPositionRow)


def test_slower_replica_takes_nothing_back(database_on_both: Database) -> None:
    assert position(database_on_both) == (0, None)
    advance(database_on_both, 0, 2**40)
    advance(database_on_both, 3, 7)
    assert position(database_on_both) == (2**40, "first")


def test_gap_is_refused(database_on_both: Database) -> None:
    advance(database_on_both, 0, 5)
    with pytest.raises(PositionLost):
        advance(database_on_both, 6, 9)
    assert position(database_on_both) == (5, "first")


def test_page_of_another_history_is_refused(database_on_both: Database) -> None:
    advance(database_on_both, 0, 5)
    with pytest.raises(PositionLost):
        advance(database_on_both, 5, 9, "second")
    assert position(database_on_both) == (5, "first")


def test_epoch_that_was_unknown_is_learned(database_on_both: Database) -> None:
    advance(database_on_both, 0, 5, None)
    advance(database_on_both, 5, 6)
    assert position(database_on_both) == (6, "first")


def test_of_replicas_that_start_over_together_one_drops_the_documents(database_on_both: Database) -> None:
    advance(database_on_both, 0, 50)

    def begin(_replica: int) -> bool:
        with database_on_both.write() as session:
            return start_over(session, FeedPositionRow, latest_seq=80, epoch="second", is_shorter=False, model_id=MODEL)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(begin, range(4))) == [False, False, False, True]
    assert position(database_on_both) == (0, "second")


def test_first_pages_of_replicas_that_start_together_are_all_taken(database_on_both: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda to: advance(database_on_both, 0, to), range(1, 9)))
    assert position(database_on_both) == (8, "first")
