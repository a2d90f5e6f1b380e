"""The track record of a record: totals, counts, dates, round sizes and titles of past items."""

import re

from services.catalog.imports.portfolios import portfolio_of
from services.catalog.imports.record_fields import RecordFields
from services.catalog.imports.stages import stage_counts_by_stage
from shared.contracts.profiles import Kind

_TOTAL = re.compile(r"^n_\w*(deals|awards|users|portfolio)$")
_COUNTS = re.compile(r"^(\w+)_counts$")


def track_record_of(fields: RecordFields, kind: Kind) -> dict[str, object] | None:
    """None where the record tells nothing about the past; `date` is the last activity only beside other facts of it."""
    whole = fields.mapping("track_record")
    if whole is not None:
        return dict(whole)
    other_counts = {
        found.group(1): counts
        for name in sorted(fields.names())
        if (found := _COUNTS.match(name)) and found.group(1) not in ("sector", "region", "stage")
        if (counts := _counts(fields, name))
    }
    stated: dict[str, object | None] = {
        "total": _total(fields),
        "first_date": fields.partial_date("first_date", "first_year"),
        "sector_counts": _counts(fields, "sector_counts"),
        "region_counts": _counts(fields, "region_counts"),
        "stage_counts": stage_counts_by_stage(_counts(fields, "stage_counts")),
        "other_counts": other_counts,
        "items": [{"title": title[:500]} for title in _past_titles(fields, kind)],
    }
    for statistic in ("median", "p10", "p90"):
        amount = fields.number(f"round_size_{statistic}_usd")
        stated[f"amount_{statistic}"] = None if amount is None else {"amount": amount, "currency": "USD"}
    known = {name: value for name, value in stated.items() if value is not None and value not in ({}, [])}
    if known or kind is Kind.INVESTOR:
        last_date = fields.partial_date("last_date", "date")
        if last_date:
            known["last_date"] = last_date
    return known or None


def _past_titles(fields: RecordFields, kind: Kind) -> list[str]:
    return fields.texts("award_titles", "past_titles") or (portfolio_of(fields) if kind is Kind.INVESTOR else [])


def _total(fields: RecordFields) -> int | None:
    named = sorted(name for name in fields.names() if _TOTAL.match(name))
    return fields.integer("n_portfolio", "n_awards", *named)


def _counts(fields: RecordFields, name: str) -> dict[str, int]:
    given = fields.mapping(name) or {}
    counts: dict[str, int] = {}
    for word, count in given.items():
        if not word.strip():
            fields.warn(name, "a count without a name was left out", "name what is counted")
        elif isinstance(count, bool) or not isinstance(count, int | float) or count != count // 1:
            fields.problem(f"{name}.{word[:40]}", "a count must be a whole number", "give a number such as 3")
        else:
            key = fields.tag(name, word.strip())
            counts[key] = counts.get(key, 0) + int(count)
    return counts
