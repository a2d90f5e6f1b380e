"""Waiting for a feed position: ends with it, or with the time, and takes few threads."""

from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from time import monotonic

from services.matcher.matching.position_waits import PositionWaits
from services.matcher.retrieval.publisher import Publisher

LONGEST_SECONDS = 30.0


def make_publisher() -> Publisher:
    return Publisher(dimension=4, model_id="hashing/p1")


def test_waiting_ends_with_the_position() -> None:
    publisher, waits = make_publisher(), PositionWaits(LONGEST_SECONDS)
    began = monotonic()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(waits.wait, publisher, 7)
        publisher.apply([], [], 6)
        assert not waiting.done()
        publisher.apply([], [], 7)
        waiting.result(LONGEST_SECONDS)
    assert monotonic() - began < LONGEST_SECONDS / 2


def test_position_that_is_served_is_not_waited_for() -> None:
    publisher, waits = make_publisher(), PositionWaits(LONGEST_SECONDS)
    publisher.apply([], [], 7)
    began = monotonic()
    for position in (None, 0, 7):
        waits.wait(publisher, position)
    assert monotonic() - began < LONGEST_SECONDS / 2


def test_waiting_ends_with_the_time() -> None:
    began = monotonic()
    PositionWaits(0.05).wait(make_publisher(), 7)
    assert 0.05 <= monotonic() - began < LONGEST_SECONDS


def test_more_than_a_few_do_not_wait_at_all() -> None:
    publisher, waits = make_publisher(), PositionWaits(LONGEST_SECONDS)
    with ThreadPoolExecutor(17) as pool:
        waiting = [pool.submit(waits.wait, publisher, 7) for _ in range(17)]
        done, others = wait(waiting, LONGEST_SECONDS / 2, return_when=FIRST_COMPLETED)
        assert (len(done), len(others)) == (1, 16)
        publisher.apply([], [], 7)
        for one in waiting:
            one.result(LONGEST_SECONDS)
