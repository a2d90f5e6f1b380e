"""Leases, order, retries and dead letters, on both databases."""

from datetime import timedelta

from services.catalog.webhooks import queue
from services.catalog.webhooks.sending import Outcome
from services.catalog.webhooks.signing import SigningKey
from services.catalog.webhooks.sweep import sweep
from shared.contracts.webhooks import DeliveryState
from shared.kit.database import Database
from tests.catalog.introductions.people import NOW
from tests.catalog.webhooks.hooks import (
    KEY,
    LEASE,
    POLICY,
    add_deliveries,
    add_webhook,
    all_deliveries,
    claim,
    delivery,
    record,
    set_webhook,
    webhook,
)

TAKEN, FAILED, GONE = (
    Outcome(status=200),
    Outcome(status=500, error="status_500"),
    Outcome(status=410, error="status_410"),
)
SECOND = timedelta(seconds=1)


def test_the_next_event_of_an_introduction_waits_until_the_one_before_is_delivered(database: Database) -> None:
    add_webhook(database, "whk_a")
    one, two, other = add_deliveries(database, "whk_a", "int_1", "int_1", "int_2")
    first = claim(database, "whk_a")
    assert [found.delivery_id for found in first] == [one, other]
    assert claim(database, "whk_a") == []  # leased
    assert record(database, first[:1], TAKEN)["delivered"] == 1
    assert [found.delivery_id for found in claim(database, "whk_a")] == [two]


def test_a_failed_event_holds_back_its_introduction_and_no_other(database: Database) -> None:
    add_webhook(database, "whk_a")
    one, two, other = add_deliveries(database, "whk_a", "int_1", "int_1", "int_2")
    claims = claim(database, "whk_a")
    record(database, [found for found in claims if found.delivery_id == one], FAILED)
    assert delivery(database, one).due_at == NOW + 5 * SECOND  # half of 10 s: chance drew 0
    later = NOW + 5 * SECOND
    assert [found.delivery_id for found in claim(database, "whk_a", now=later - SECOND)] == []
    again = claim(database, "whk_a", now=later)
    assert [found.delivery_id for found in again] == [one]
    assert again[0].body == next(found.body for found in claims if found.delivery_id == one)
    record(database, again, TAKEN, now=later)
    assert [found.delivery_id for found in claim(database, "whk_a", now=later)] == [two]
    assert delivery(database, other).state == DeliveryState.PENDING.value


def test_a_lost_lease_is_taken_over_and_its_late_owner_writes_nothing(database: Database) -> None:
    add_webhook(database, "whk_a")
    [one] = add_deliveries(database, "whk_a", "int_1")
    late = claim(database, "whk_a")
    assert claim(database, "whk_a", now=NOW + LEASE - SECOND) == []
    again = claim(database, "whk_a", now=NOW + LEASE)
    assert [found.event_id for found in again] == [found.event_id for found in late]
    assert record(database, late, TAKEN, now=NOW + LEASE)["lost"] == 1
    assert delivery(database, one).state == DeliveryState.PENDING.value
    assert record(database, again, TAKEN, now=NOW + LEASE)["delivered"] == 1


def test_two_dispatchers_never_hold_the_same_delivery(database: Database) -> None:
    add_webhook(database, "whk_a")
    ids = add_deliveries(database, "whk_a", *(f"int_{number}" for number in range(8)))
    if database.is_postgresql:
        with database.write() as one, database.write() as other:
            mine = queue.claim(one, {"whk_a": 5}, KEY, POLICY, lease_for=LEASE, now=NOW)
            theirs = queue.claim(other, {"whk_a": 5}, KEY, POLICY, lease_for=LEASE, now=NOW)
    else:
        mine, theirs = claim(database, "whk_a", places=5), claim(database, "whk_a", places=5)
    assert [len(mine), len(theirs)] == [5, 3]
    assert sorted(found.delivery_id for found in (*mine, *theirs)) == ids


def test_given_up_after_so_many_attempts_and_then_the_next_one_goes(database: Database) -> None:
    add_webhook(database, "whk_a")
    one, two = add_deliveries(database, "whk_a", "int_1", "int_1")
    now = NOW
    for attempt in range(POLICY.most_attempts):
        set_webhook(database, "whk_a", waits_until=None)
        now = max(now, delivery(database, one).due_at)
        claims = claim(database, "whk_a", now=now)
        assert [found.delivery_id for found in claims] == [one], attempt
        counted = record(database, claims, FAILED, now=now)
    assert counted["dead"] == 1
    dead = delivery(database, one)
    assert (dead.state, dead.attempts, dead.last_status, dead.last_error) == ("dead", 4, 500, "status_500")
    set_webhook(database, "whk_a", waits_until=None)
    assert [found.delivery_id for found in claim(database, "whk_a", now=now)] == [two]


def test_an_endpoint_that_fails_rests_and_is_then_tried_with_one(database: Database) -> None:
    add_webhook(database, "whk_a")
    add_deliveries(database, "whk_a", *(f"int_{number}" for number in range(6)))
    record(database, claim(database, "whk_a", places=3), FAILED)
    assert webhook(database, "whk_a").failures == 3
    assert webhook(database, "whk_a").waits_until == NOW + 10 * SECOND
    with database.read() as session:
        assert queue.ready_webhooks(session, now=NOW + 9 * SECOND) == []
        assert queue.ready_webhooks(session, now=NOW + 10 * SECOND) == ["whk_a"]
    probe = claim(database, "whk_a", now=NOW + 10 * SECOND)
    assert len(probe) == 1
    record(database, probe, TAKEN, now=NOW + 10 * SECOND)
    assert (webhook(database, "whk_a").failures, webhook(database, "whk_a").waits_until) == (0, None)
    assert len(claim(database, "whk_a", now=NOW + 10 * SECOND)) == 5


def test_a_receiver_that_is_gone_is_paused_and_keeps_what_waits(database: Database) -> None:
    add_webhook(database, "whk_a")
    ids = add_deliveries(database, "whk_a", "int_1", "int_1")
    record(database, claim(database, "whk_a"), GONE)
    assert webhook(database, "whk_a").paused == "gone"
    assert claim(database, "whk_a", now=NOW + timedelta(days=1)) == []
    assert [delivery(database, one).state for one in ids] == ["pending", "pending"]


def test_a_changed_key_pauses_instead_of_signing_with_an_unknown_secret(database: Database) -> None:
    add_webhook(database, "whk_a", key=SigningKey(value=b"the key that was used before, also long"))
    add_deliveries(database, "whk_a", "int_1")
    assert claim(database, "whk_a") == []
    assert webhook(database, "whk_a").paused == "secret_lost"


def test_the_secret_before_signs_until_the_overlap_ends(database: Database) -> None:
    add_webhook(database, "whk_a")
    set_webhook(database, "whk_a", previous_salt="before", overlap_until=NOW + SECOND)
    add_deliveries(database, "whk_a", "int_1", "int_2")
    [during] = claim(database, "whk_a", places=1)
    [afterwards] = claim(database, "whk_a", places=1, now=NOW + SECOND)
    assert (during.salts, afterwards.salts) == (("salt of whk_a", "before"), ("salt of whk_a",))


def test_the_sweep_gives_up_what_is_too_old_and_forgets_what_has_ended(database: Database) -> None:
    for name in ("whk_failing", "whk_well", "whk_paused"):
        add_webhook(database, name)
    set_webhook(database, "whk_failing", failures=9)
    set_webhook(database, "whk_paused", paused="asked")
    [failing] = add_deliveries(database, "whk_failing", "int_1")
    [well] = add_deliveries(database, "whk_well", "int_1")
    [paused] = add_deliveries(database, "whk_paused", "int_1")
    [orphan] = add_deliveries(database, "whk_deleted", "int_1")
    times = {"gives_up_after": timedelta(hours=2), "kept_for": timedelta(days=7)}

    def states() -> dict[int, str]:
        return {row.id: row.state for row in all_deliveries(database)}

    assert sweep(database, **times, now=NOW + timedelta(hours=1)) == (0, 0)
    assert sweep(database, **times, now=NOW + timedelta(hours=2)) == (1, 0)
    assert states() == {failing: "dead", well: "pending", paused: "pending", orphan: "pending"}
    assert delivery(database, failing).last_error == "too_old"
    assert sweep(database, **times, now=NOW + timedelta(days=7)) == (1, 1)  # the paused one; the orphan is forgotten
    assert states() == {failing: "dead", well: "pending", paused: "dead"}
    record(database, claim(database, "whk_well", now=NOW + timedelta(days=7)), TAKEN, now=NOW + timedelta(days=7))
    assert sweep(database, **times, now=NOW + timedelta(days=14)) == (0, 3)
    assert states() == {}


def test_how_long_the_oldest_event_has_waited(database: Database) -> None:
    with database.read() as session:
        assert queue.oldest_wait(session, now=NOW) == 0
    add_webhook(database, "whk_a")
    add_webhook(database, "whk_paused")
    set_webhook(database, "whk_paused", paused="asked")
    add_deliveries(database, "whk_paused", "int_1", now=NOW - timedelta(hours=9))
    add_deliveries(database, "whk_a", "int_1", "int_2", now=NOW - timedelta(minutes=2))
    with database.read() as session:
        assert queue.oldest_wait(session, now=NOW) == 120
