"""Amounts, numbers and days in words."""

import math
from datetime import date

from services.matcher.explain.quantities import dollar_range, dollars, number_range, partial_date


def test_amounts_have_three_digits_and_the_units_of_the_language() -> None:
    assert dollars(2_800_000) == ("2.8 million USD", "280万美元")
    assert dollars(300_000) == ("300,000 USD", "30万美元")
    assert dollars(12_345_678) == ("12.3 million USD", "1,230万美元")
    assert dollars(1_500_000_000) == ("1.5 billion USD", "15亿美元")
    assert dollars(0) == ("0 USD", "0美元")


def test_open_bounds_are_at_least_and_at_most() -> None:
    assert dollar_range(420_000, math.inf) == ("at least 420,000 USD", "不低于42万美元")
    assert dollar_range(None, 420_000) == ("at most 420,000 USD", "不高于42万美元")
    assert number_range(6, 8) == ("6 to 8", "6至8")
    assert number_range(7, 7) == ("7", "7")
    assert number_range(None, None) == ("any", "不限")


def test_a_day_is_as_exact_as_it_is_known() -> None:
    first, last = date(2026, 9, 1).toordinal(), date(2026, 9, 30).toordinal()
    assert partial_date(first, first) == "2026-09-01"
    assert partial_date(first, last) == "2026-09"
    assert partial_date(date(2026, 1, 1).toordinal(), date(2026, 12, 31).toordinal()) == "2026"
