"""Dates as files write them, read as ISO days, months or years."""

import re
from datetime import date, datetime

_PARTIAL = re.compile(r"^(\d{4})(?:[-/.年]\s*(\d{1,2})(?:[-/.月]\s*(\d{1,2})日?|月)?|年)?(?:[T ].*)?$")


def partial_date(value: str | int | date) -> str | None:
    """Year, month or day, such as 2014-04, from a date, a year or a text ("2014年4月"); None if it is none of these."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    found = _PARTIAL.match(str(value).strip()[:40])
    if found is None:
        return None
    year, month, day = found.groups()
    try:
        date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    return "-".join([year, *(part.zfill(2) for part in (month, day) if part)])


def iso_day(value: str | int | date) -> str | None:
    """A whole ISO day, or None where the value names less or no day."""
    read = partial_date(value)
    return read if read is not None and len(read) == 10 else None
