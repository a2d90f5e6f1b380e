"""When a delivery is tried again and when it is given up."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.catalog.webhooks.retries import RetryPolicy

POLICY = RetryPolicy(
    first_wait=timedelta(seconds=4),
    longest_wait=timedelta(seconds=60),
    most_attempts=5,
    gives_up_after=timedelta(hours=1),
    longest_rest=timedelta(seconds=30),
)


def test_waits_double_up_to_the_longest_and_chance_halves_them_at_most() -> None:
    # 4, 8, 16, 32, then 64 and 128 are cut to 60; draw 0 leaves a half, draw 1 would leave the whole.
    assert [POLICY.wait_after(attempts, 0.0).total_seconds() for attempts in range(1, 7)] == [2, 4, 8, 16, 30, 30]
    assert POLICY.wait_after(3, 0.5).total_seconds() == 16 * 0.75


@given(attempts=st.integers(1, 10_000), draw=st.floats(0, 1, exclude_max=True))
def test_a_wait_is_never_longer_than_the_longest_nor_shorter_than_half_the_first(attempts: int, draw: float) -> None:
    assert POLICY.first_wait / 2 <= POLICY.wait_after(attempts, draw) <= POLICY.longest_wait


@given(attempts=st.integers(1, 200), draw=st.floats(0, 1, exclude_max=True))
def test_a_further_failure_never_shortens_the_wait(attempts: int, draw: float) -> None:
    assert POLICY.wait_after(attempts, draw) <= POLICY.wait_after(attempts + 1, draw)


def test_given_up_after_so_many_attempts_or_so_long() -> None:
    minute = timedelta(minutes=1)
    assert not POLICY.is_given_up(4, minute)
    assert POLICY.is_given_up(5, minute)
    assert not POLICY.is_given_up(1, timedelta(minutes=59))
    assert POLICY.is_given_up(1, timedelta(hours=1))


def test_an_endpoint_rests_from_its_third_failure_in_a_row() -> None:
    assert [POLICY.rest_after(failures).total_seconds() for failures in range(8)] == [0, 0, 0, 4, 8, 16, 30, 30]
    assert [POLICY.is_resting(failures) for failures in (0, 2, 3)] == [False, False, True]
