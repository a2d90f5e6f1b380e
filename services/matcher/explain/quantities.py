"""Numbers, amounts of money and days as people write them in both languages; pure."""

import math
from datetime import date
from functools import lru_cache

from services.matcher.domain.vocabulary import Names

_ENGLISH_UNITS = ((1e9, " billion"), (1e6, " million"))
_CHINESE_UNITS = ((1e8, "亿"), (1e4, "万"))
_DIGITS = 3


@lru_cache(maxsize=8_192)
def dollars(amount: float) -> Names:
    """An amount in US dollars to three digits: 2.8 million USD, 280万美元."""
    return Names(f"{_scaled(amount, _ENGLISH_UNITS)} USD", f"{_scaled(amount, _CHINESE_UNITS)}美元")


def dollar_range(lower: float | None, upper: float | None) -> Names:
    """Bounds in US dollars; None and infinity are open ends."""
    low = None if lower is None or lower == -math.inf else dollars(lower)
    high = None if upper is None or upper == math.inf else dollars(upper)
    return between(low, high)


def number_range(lower: float | None, upper: float | None) -> Names:
    """Bounds of a plain number; None and infinity are open ends."""
    low = None if lower is None or lower == -math.inf else _plain(lower)
    high = None if upper is None or upper == math.inf else _plain(upper)
    return between(low, high)


def between(low: Names | None, high: Names | None) -> Names:
    """A value where both bounds read alike, else at least, at most, or from one to the other."""
    if low is None and high is None:
        return Names("any", "不限")
    if high is None or low is None:
        return _one_sided(low, high)
    return low if low == high else Names(f"{low.en} to {high.en}", f"{low.zh}至{high.zh}")


def _one_sided(low: Names | None, high: Names | None) -> Names:
    if low is not None:
        return Names(f"at least {low.en}", f"不低于{low.zh}")
    return Names("any", "不限") if high is None else Names(f"at most {high.en}", f"不高于{high.zh}")


@lru_cache(maxsize=16_384)
def partial_date(first: int, last: int) -> str:
    """A year, a month or a day, from the first and the last day that it may be (proleptic ordinals)."""
    start, end = date.fromordinal(first), date.fromordinal(last)
    if start == end:
        return start.isoformat()
    return f"{start:%Y-%m}" if (start.year, start.month) == (end.year, end.month) else f"{start:%Y}"


def percent(share: float) -> str:
    """A share as a whole percentage."""
    return f"{round(100 * share)}%"


def _plain(number: float) -> Names:
    """Without a separator of thousands: it may be a year."""
    text = f"{number:g}" if number < 1e6 else f"{number:.0f}"
    return Names(text, text)


def _scaled(amount: float, units: tuple[tuple[float, str], ...]) -> str:
    for size, unit in units:
        if amount >= size:
            return _rounded(amount / size) + unit
    return _rounded(amount)


def _rounded(number: float) -> str:
    """To three digits: 2.8, 12.3, 1,230."""
    if number == 0:
        return "0"
    decimals = _DIGITS - 1 - math.floor(math.log10(abs(number)))
    text = f"{round(number, decimals):,.{max(decimals, 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
