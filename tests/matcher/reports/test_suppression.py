"""What a table hides cannot be told from what it shows."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from services.matcher.reports.suppression import hidden_cells

MINIMUM = 5


def with_totals(rows: Sequence[Sequence[int]]) -> list[list[int]]:
    grid = [[*row, sum(row)] for row in rows]
    return [*grid, [sum(column) for column in zip(*grid, strict=True)]]


@st.composite
def tables(draw: st.DrawFn) -> list[list[int]]:
    width = draw(st.integers(1, 5))
    small = st.integers(0, 12)
    return with_totals(draw(st.lists(st.lists(small, min_size=width, max_size=width), min_size=1, max_size=6)))


def test_a_single_small_count_takes_the_next_smallest_with_it() -> None:
    """3 could be told as 30 - 20 - 7, so 7 goes, too: 3 + 7 = 10 is all that is told."""
    column = with_totals([[3], [20], [7]])
    assert [row[0] for row in hidden_cells(column, MINIMUM, has_totals=True)] == [True, False, True, False]


def test_two_small_counts_that_are_still_small_together_take_a_third() -> None:
    """1 + 2 = 3 would be told as few: 8 goes, too."""
    column = with_totals([[1], [2], [8], [40]])
    assert [row[0] for row in hidden_cells(column, MINIMUM, has_totals=True)] == [True, True, True, False, False]


def test_without_totals_only_small_counts_are_left_out() -> None:
    assert hidden_cells([[0, 4, 5]], MINIMUM, has_totals=False) == [[False, True, False]]


def test_nothing_small_hides_nothing() -> None:
    assert not any(map(any, hidden_cells(with_totals([[5, 0], [9, 12]]), MINIMUM, has_totals=True)))


@given(tables())
def test_no_line_tells_what_it_hides(counts: list[list[int]]) -> None:
    hidden = hidden_cells(counts, MINIMUM, has_totals=True)
    lines = [list(zip(row, mask, strict=True)) for row, mask in zip(counts, hidden, strict=True)]
    lines += [list(line) for line in zip(*lines, strict=True)]
    for line in lines:
        gone = [count for count, is_hidden in line if is_hidden]
        assert all(is_hidden for count, is_hidden in line if 0 < count < MINIMUM)
        if not gone or all(is_hidden for _, is_hidden in line):
            continue
        assert len(gone) > 1
        if not line[-1][1]:
            assert sum(gone) >= MINIMUM
