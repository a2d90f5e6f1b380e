"""Days and weeks that rounds are made for; pure."""

from datetime import UTC, datetime, timedelta

from shared.contracts.recommendations import Period


def period_key(period: Period, moment: datetime) -> str:
    """The day (`2026-11-24`) or the ISO week (`2026-W48`) that holds a moment, by UTC."""
    day = moment.astimezone(UTC).date()
    if period is Period.DAILY:
        return day.isoformat()
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def period_start(period: Period, moment: datetime) -> datetime:
    """When the day or week that holds a moment began."""
    midnight = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight if period is Period.DAILY else midnight - timedelta(days=midnight.weekday())
