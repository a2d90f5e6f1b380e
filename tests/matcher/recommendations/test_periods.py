"""Days and weeks by UTC, whatever zone a moment is told in."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from services.matcher.recommendations.periods import period_key, period_start
from shared.contracts.recommendations import Period

moments = st.floats(1.6e9, 2.2e9).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


def test_day_and_week_are_named_as_iso_8601_does() -> None:
    tuesday = datetime(2026, 11, 24, 16, 5, tzinfo=UTC)
    assert (period_key(Period.DAILY, tuesday), period_key(Period.WEEKLY, tuesday)) == ("2026-11-24", "2026-W48")
    assert period_start(Period.DAILY, tuesday) == datetime(2026, 11, 24, tzinfo=UTC)
    assert period_start(Period.WEEKLY, tuesday) == datetime(2026, 11, 23, tzinfo=UTC)
    # Friday the first of January 2027 is still of the last week of 2026.
    assert period_key(Period.WEEKLY, datetime(2027, 1, 1, tzinfo=UTC)) == "2026-W53"


def test_evening_in_beijing_is_the_same_day_and_early_morning_the_day_before() -> None:
    beijing = timezone(timedelta(hours=8))
    assert period_key(Period.DAILY, datetime(2026, 11, 24, 23, tzinfo=beijing)) == "2026-11-24"
    assert period_key(Period.DAILY, datetime(2026, 11, 24, 7, tzinfo=beijing)) == "2026-11-23"


@given(period=st.sampled_from(Period), moment=moments)
def test_a_period_has_one_name_from_its_start_on(period: Period, moment: datetime) -> None:
    start = period_start(period, moment)
    assert start <= moment < start + timedelta(days=7 if period is Period.WEEKLY else 1)
    assert period_key(period, start) == period_key(period, moment)
    assert period_key(period, start - timedelta(microseconds=1)) != period_key(period, moment)
