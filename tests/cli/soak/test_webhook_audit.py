"""The audit of what receivers heard finds what is lost, late, repeated or forged, and nothing else."""

import json
from datetime import UTC, datetime, timedelta

from services.catalog.webhooks.signing import SigningKey, signed_headers
from services.cli.soak.webhook_audit import audit
from services.cli.soak.webhook_receivers import Answer, Heard

SECRET = SigningKey(value=b"a key of tests, long enough to be one").secret("whk_1", "salt")
NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


def heard(introduction: str, revision: int, answered: Answer = Answer.OK, *, secret: str = SECRET) -> Heard:
    data = {"introduction_id": introduction, "revision": revision}
    body = json.dumps({"type": "introduction.met", "timestamp": NOW.isoformat(), "data": data})
    headers = dict(signed_headers(f"evt_{introduction}_{revision}", body, (secret,), now=NOW))
    at = NOW + timedelta(seconds=revision)
    return Heard(path="/", headers=headers, body=body.encode(), answered=answered, at=at)


def test_a_whole_history_has_no_fault_and_its_delays_are_counted_from_the_event() -> None:
    found = audit([heard("a", 1), heard("b", 1), heard("a", 2)], [("a", 1), ("a", 2), ("b", 1)], SECRET)
    assert (found.lost, found.unknown, found.out_of_order, found.repeated, found.unsigned) == (0, 0, 0, 0, 0)
    assert sorted(found.delays) == [1, 1, 2]


def test_what_was_not_taken_is_lost_and_what_never_happened_is_told() -> None:
    found = audit([heard("a", 1, Answer.FAIL), heard("c", 1)], [("a", 1)], SECRET)
    assert (found.attempts, found.taken, found.lost, found.unknown) == (2, 1, 1, 1)


def test_a_repetition_is_no_disorder_and_a_late_first_is() -> None:
    steps = [("a", 1), ("a", 2), ("a", 3)]
    assert audit([heard("a", 1), heard("a", 2), heard("a", 1), heard("a", 3)], steps, SECRET).out_of_order == 0
    found = audit([heard("a", 1), heard("a", 3), heard("a", 2)], steps, SECRET)
    assert (found.out_of_order, found.repeated) == (1, 0)


def test_a_foreign_signature_and_an_old_timestamp_are_unsigned() -> None:
    other = SigningKey(value=b"another key of tests, long enough as well").secret("whk_1", "salt")
    replayed = heard("a", 301)
    assert audit([heard("a", 1, secret=other), replayed], [], SECRET).unsigned == 2
