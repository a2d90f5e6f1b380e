from datetime import date, datetime

import pytest

from services.catalog.imports.amounts import money_from_text
from services.catalog.imports.dates import iso_day, partial_date


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2014", "2014"),
        (2014, "2014"),
        ("2014-4", "2014-04"),
        ("2014年4月", "2014-04"),
        ("2014/4/3", "2014-04-03"),
        ("2014-04-03T10:00:00Z", "2014-04-03"),
        (date(2014, 4, 3), "2014-04-03"),
        (datetime(2014, 4, 3, 9, 30), "2014-04-03"),  # noqa: DTZ001 - workbooks hold naive times
        ("2014-13", None),
        ("2015-02-29", None),
        ("S18", None),
        ("Summer 2018", None),
    ],
)
def test_dates_are_read_as_precisely_as_they_are_written(written: str | int | date, read: str | None) -> None:
    assert partial_date(written) == read


def test_a_day_must_be_whole() -> None:
    assert iso_day("2014-04") is None
    assert iso_day("2014年4月30日") == "2014-04-30"


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("1.2亿人民币", 120_000_000, "CNY"),  # 1.2 x 10^8
        ("1000万人民币", 10_000_000, "CNY"),
        ("800万美元", 8_000_000, "USD"),
        ("$2.5M", 2_500_000, "USD"),
        ("1,500,000", 1_500_000, "CNY"),
    ],
)
def test_exact_amounts_are_read(text: str, amount: float, currency: str) -> None:
    money = money_from_text(text)
    assert money is not None
    assert (round(money.amount), money.currency) == (amount, currency)


@pytest.mark.parametrize("text", ["数千万人民币", "未透露", "近亿人民币", "9" * 50, ""])
def test_hints_are_no_amounts(text: str) -> None:
    assert money_from_text(text) is None
