"""What time does: expiry and reminders, once each however many workers sweep, decided by the moment alone."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalog.introductions.errors import ActionNotAllowed
from services.catalog.introductions.rules import next_reminder
from services.catalog.introductions.sweep import Swept, sweep
from shared.contracts.introductions import IntroductionState
from shared.kit.database import Database
from tests.catalog.introductions.acting import ask, do, see, trail
from tests.catalog.introductions.conftest import Pair
from tests.catalog.introductions.people import FOUNDER, NOW, PLATFORM, limits, owned_profile


def after_days(days: float) -> datetime:
    return NOW + timedelta(days=days)


def test_unanswered_request_expires_and_the_pair_is_free_again(database: Database, pair: Pair) -> None:
    asked = ask(database, FOUNDER, pair.subject, pair.target)
    assert sweep(database, limits(), now=after_days(4.9)) == Swept(expired=0, reminded=0, forgotten=0)
    assert sweep(database, limits(), now=after_days(14)).expired == 1
    assert see(database, FOUNDER, asked.id).state is IntroductionState.EXPIRED
    assert [line.action for line in trail(database, asked.id)] == ["request", "submit", "expire"]
    assert ask(database, FOUNDER, pair.subject, pair.target, now=after_days(15))


def test_overdue_request_counts_as_expired_before_anybody_has_swept(database: Database, pair: Pair) -> None:
    asked = ask(database, FOUNDER, pair.subject, pair.target)
    with pytest.raises(ActionNotAllowed, match="expired"):
        do(database, PLATFORM, asked.id, "accept", now=after_days(14))
    seen = see(database, PLATFORM, asked.id, now=after_days(14))
    assert (seen.state, seen.actions) == ("expired", ())
    assert ask(database, FOUNDER, pair.subject, pair.target, now=after_days(14)).state is IntroductionState.REQUESTED


def test_answered_request_does_not_expire(database: Database, pair: Pair) -> None:
    asked = ask(database, FOUNDER, pair.subject, pair.target)
    do(database, PLATFORM, asked.id, "accept")
    sweep(database, limits(), now=after_days(400))
    assert see(database, FOUNDER, asked.id).state is IntroductionState.ACCEPTED


def test_reminders_come_at_their_days_and_not_for_every_day_that_was_missed(database: Database, pair: Pair) -> None:
    asked = ask(database, FOUNDER, pair.subject, pair.target)
    assert [sweep(database, limits(), now=after_days(day)).reminded for day in (4, 5, 6, 10)] == [0, 1, 0, 1]
    assert see(database, FOUNDER, asked.id).reminders == 2
    do(database, PLATFORM, asked.id, "accept", now=after_days(11))
    assert see(database, FOUNDER, asked.id).reminders == 0
    assert sweep(database, limits(), now=after_days(60)).reminded == 1


def test_workers_that_sweep_at_once_do_everything_once(database: Database, pair: Pair) -> None:
    many = [owned_profile(database, "org-pilot", f"asked {number}") for number in range(12)]
    asked = [ask(database, FOUNDER, pair.subject, target).id for target in many]
    with ThreadPoolExecutor(4) as pool:
        swept = list(pool.map(lambda _: sweep(database, limits(), now=after_days(20)), range(4)))
    assert sum(one.expired for one in swept) == 12
    assert sum(one.reminded for one in swept) == 0
    assert all([line.action for line in trail(database, one)].count("expire") == 1 for one in asked)


@given(
    since=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001 - made aware below
    waited=st.timedeltas(timedelta(0), timedelta(days=400)),
)
def test_next_reminder_is_the_first_of_the_days_to_come(since: datetime, waited: timedelta) -> None:
    begun = since.replace(tzinfo=NOW.tzinfo)
    due = next_reminder(IntroductionState.REQUESTED, begun, limits(), now=begun + waited)
    assert due is not None
    assert timedelta(0) < due - (begun + waited) <= timedelta(days=5)
    assert (due - begun) % timedelta(days=5) == timedelta(0)
