"""Amounts of money as files write them: "1.2亿人民币", "$2.5M", "300万美元"."""

import re

from shared.contracts.parts import Money

_UNITS = {"": 1.0, "k": 1e3, "thousand": 1e3, "千": 1e3, "万": 1e4, "m": 1e6, "mn": 1e6, "million": 1e6, "百万": 1e6,
          "千万": 1e7, "亿": 1e8, "b": 1e9, "bn": 1e9, "billion": 1e9, "十亿": 1e9}  # fmt: skip
_CURRENCIES = {
    "人民币": "CNY", "元": "CNY", "元人民币": "CNY", "rmb": "CNY", "cny": "CNY", "¥": "CNY", "￥": "CNY",
    "美元": "USD", "美金": "USD", "usd": "USD", "us$": "USD", "$": "USD",
    "欧元": "EUR", "eur": "EUR", "€": "EUR", "英镑": "GBP", "gbp": "GBP", "£": "GBP",
    "港元": "HKD", "港币": "HKD", "hkd": "HKD", "日元": "JPY", "jpy": "JPY",
}  # fmt: skip
_SIGNS = "|".join(sorted((re.escape(sign) for sign in _CURRENCIES), key=len, reverse=True))
_SCALES = "|".join(sorted((unit for unit in _UNITS if unit), key=len, reverse=True))
_AMOUNT = re.compile(rf"^({_SIGNS})?\s*(\d[\d,]*(?:\.\d+)?)\s*({_SCALES})?\s*({_SIGNS})?$")


def money_from_text(text: str, *, currency: str = "CNY") -> Money | None:
    """The amount the text names, in `currency` where it names none; None for words that only hint ("数千万人民币")."""
    found = _AMOUNT.match(text.strip().casefold()[:60])
    if found is None:
        return None
    sign_before, digits, scale, sign_after = found.groups()
    amount = float(digits.replace(",", "")) * _UNITS[scale or ""]
    sign = sign_before or sign_after
    return Money(amount=amount, currency=_CURRENCIES[sign] if sign else currency) if amount <= 1e15 else None
