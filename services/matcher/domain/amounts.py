"""Amounts in US dollars at fixed reference rates; pure."""

import math

from shared.contracts.parts import Money, MoneyRange
from shared.contracts.profiles import ProfileCommon

USD_PER_UNIT = {"USD": 1.0, "CNY": 0.14, "EUR": 1.1, "GBP": 1.27, "JPY": 0.0067, "HKD": 0.128, "CAD": 0.73, "CHF": 1.13}
"""Fixed reference rates: amounts are compared by order of magnitude, and an answer must not change with the day."""


def in_usd(money: Money | None) -> float | None:
    """The amount in US dollars; None where it or its currency's rate is unknown."""
    rate = USD_PER_UNIT.get(money.currency) if money else None
    return None if money is None or rate is None else money.amount * rate


def amount_usd(profile: ProfileCommon) -> tuple[float, float] | None:
    """Lower and upper bound of what is sought, invested or budgeted; infinity where a range is open above."""
    for name in ("amount_sought", "ticket", "budget"):
        value: Money | MoneyRange | None = profile.__dict__.get(name)
        rate = USD_PER_UNIT.get(value.currency) if value else None
        if value is None or rate is None:
            continue
        if isinstance(value, Money):
            return (value.amount * rate, value.amount * rate)
        if value.minimum is not None or value.maximum is not None:
            return ((value.minimum or 0.0) * rate, math.inf if value.maximum is None else value.maximum * rate)
    return None
