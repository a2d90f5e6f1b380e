"""Bounds on a number that shut out what was declined and none that was welcome; pure."""

import math
from collections.abc import Iterable, Iterator, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from services.matcher.domain.attributes import Attributes
from shared.contracts.rules import AtLeast, AtMost, Condition, NumberAttribute

_SCALE = {NumberAttribute.TRL: (1.0, 9.0)}
"""Attributes that have a first and a last value: a bound beyond them would shut out everything."""
_DIGITS = 2
"""An amount is rounded away from what was declined to so many significant digits."""


def bounds_on(
    attribute: NumberAttribute, declined: Sequence[Attributes], welcome: Sequence[Attributes]
) -> Iterator[Condition]:
    """One `at_least` and one `at_most` for each value declined: the loosest that shuts it out.

    An `at_least` fails what stays below it with its upper end, an `at_most` what begins above it with its lower one.
    """
    for value in _ends(attribute, declined, place=1):
        above = _next(attribute, value, [end for end in _ends(attribute, welcome, place=1) if end > value], step=1)
        if above is not None:
            yield AtLeast(attribute=attribute, value=above)
    for value in _ends(attribute, declined, place=0):
        below = _next(attribute, value, [end for end in _ends(attribute, welcome, place=0) if end < value], step=-1)
        if below is not None:
            yield AtMost(attribute=attribute, value=below)


def _ends(attribute: NumberAttribute, profiles: Iterable[Attributes], *, place: int) -> list[float]:
    """Lower ends in place 0, upper ones in place 1; an end that is open shuts nothing out."""
    ends = {one.numbers[attribute][place] for one in profiles if attribute in one.numbers}
    return sorted(end for end in ends if math.isfinite(end))


def _next(attribute: NumberAttribute, value: float, kept: Sequence[float], *, step: int) -> float | None:
    """The next plain number past a declined one, but not past the nearest welcome one; None beyond the scale."""
    if attribute is NumberAttribute.AMOUNT_USD:
        found = _rounded_past(value, step)
    else:
        found = float(math.floor(value) + 1 if step > 0 else math.ceil(value) - 1)
    nearest = min(kept, key=lambda end: abs(end - value), default=None)
    if nearest is not None and (found - nearest) * step > 0:
        found = nearest
    lowest, highest = _SCALE.get(attribute, (0.0, math.inf))
    return found if lowest <= found <= highest else None


def _rounded_past(value: float, step: int) -> float:
    """The next number of few significant digits that is truly past the value: 480,000 -> 490,000 or 470,000."""
    exact = Decimal(repr(value))
    unit = Decimal(1).scaleb(max(exact.adjusted(), 0) - _DIGITS + 1)
    units = (exact / unit).to_integral_value(ROUND_FLOOR if step > 0 else ROUND_CEILING) + step
    return float(units * unit)
