"""Who hears of an introduction: whoever would see it, no sooner, and in the transaction in which it happens."""

import json
from datetime import timedelta
from typing import Any

import pytest

from services.catalog.delegations import service as delegations
from services.catalog.introductions import service
from services.catalog.introductions.deps import limits_of
from services.catalog.introductions.sweep import sweep
from services.catalog.settings import CatalogSettings
from shared.contracts.delegations import DelegationRequest
from shared.contracts.feedback import FeedbackReason
from shared.contracts.introductions import IntroductionAction, IntroductionStep
from shared.kit.database import Database
from tests.catalog.introductions.acting import ask, do, have_contact
from tests.catalog.introductions.conftest import Pair
from tests.catalog.introductions.people import (
    FOUNDER,
    INCUBATOR,
    NOW,
    PLATFORM,
    STAFF,
    STRANGER,
    caller,
    limits,
    owned_profile,
)
from tests.catalog.webhooks.hooks import add_webhook, all_deliveries

SUBJECT, TARGET, PLATFORMS, STRANGERS, INCUBATORS = "whk_subject", "whk_target", "whk_all", "whk_stranger", "whk_incub"


@pytest.fixture
def pair(database: Database) -> Pair:
    for name, owner in (
        (SUBJECT, FOUNDER.organization_id),
        (TARGET, PLATFORM.organization_id),
        (PLATFORMS, None),
        (STRANGERS, STRANGER.organization_id),
        (INCUBATORS, INCUBATOR.organization_id),
    ):
        add_webhook(database, name, owner)
    return Pair(
        subject=owned_profile(database, FOUNDER.organization_id, "asks"),
        target=owned_profile(database, PLATFORM.organization_id, "is asked", "pilot_platform"),
    )


def told(database: Database) -> list[tuple[str, str]]:
    """Endpoint and type, in the order of the queue."""
    return [(row.webhook_id, row.type.removeprefix("introduction.")) for row in all_deliveries(database)]


def heard_by(database: Database, webhook_id: str) -> list[str]:
    return [kind for hearer, kind in told(database) if hearer == webhook_id]


def test_both_sides_and_the_platform_hear_what_they_may_see(database: Database, pair: Pair) -> None:
    asked = ask(database, FOUNDER, pair.subject, pair.target)
    do(database, PLATFORM, asked.id, "accept")
    have_contact(database, FOUNDER, asked.id)
    do(database, FOUNDER, asked.id, "meet")
    assert heard_by(database, SUBJECT) == ["draft", "requested", "accepted", "introduced", "met"]
    assert heard_by(database, TARGET) == heard_by(database, PLATFORMS) == ["requested", "accepted", "introduced", "met"]
    assert heard_by(database, STRANGERS) == heard_by(database, INCUBATORS) == []


def test_a_target_hears_nothing_of_a_request_that_was_refused_in_review(database: Database, pair: Pair) -> None:
    asked = ask(database, FOUNDER, pair.subject, pair.target, allowed=limits(is_reviewed=True))
    do(database, STAFF, asked.id, "refuse", reason=FeedbackReason.OTHER)
    assert heard_by(database, TARGET) == []
    assert heard_by(database, SUBJECT) == ["draft", "in_review", "declined"]
    assert heard_by(database, PLATFORMS) == ["in_review", "declined"]


def test_delegates_hear_as_long_as_their_delegation_stands(database: Database, pair: Pair) -> None:
    wanted = DelegationRequest(delegate_organization_id=INCUBATOR.organization_id)
    with database.write() as session:
        delegations.give(session, FOUNDER, wanted, delegation_id="dlg_1", now=NOW)
    asked = ask(database, FOUNDER, pair.subject, pair.target)
    assert heard_by(database, INCUBATORS) == ["draft", "requested"]
    with database.write() as session:
        delegations.revoke(session, FOUNDER, "dlg_1", now=NOW)
    do(database, PLATFORM, asked.id, "accept")
    assert heard_by(database, INCUBATORS) == ["draft", "requested"]


def test_the_platform_hears_drafts_only_of_subjects_that_nobody_owns(database: Database, pair: Pair) -> None:
    unowned = owned_profile(database, None, "nobody's")
    ask(database, FOUNDER, pair.subject, pair.target, draft=True)
    assert heard_by(database, PLATFORMS) == []
    ask(database, STAFF, unowned, pair.target, draft=True)
    assert heard_by(database, PLATFORMS) == ["draft"]


def test_time_tells_too(database: Database, pair: Pair) -> None:
    ask(database, FOUNDER, pair.subject, pair.target)
    allowed = limits_of(CatalogSettings())
    sweep(database, allowed, now=NOW + timedelta(days=6))
    sweep(database, allowed, now=NOW + timedelta(days=15))
    assert heard_by(database, TARGET) == ["requested", "reminded", "expired"]


def test_an_endpoint_hears_only_the_types_that_it_asked_for(database: Database, pair: Pair) -> None:
    add_webhook(database, "whk_some", FOUNDER.organization_id, event_types="introduction.accepted recommendations.*")
    asked = ask(database, FOUNDER, pair.subject, pair.target)
    do(database, PLATFORM, asked.id, "accept")
    assert heard_by(database, "whk_some") == ["accepted"]


def test_what_is_rolled_back_is_told_to_nobody(database: Database, pair: Pair) -> None:
    asked = ask(database, FOUNDER, pair.subject, pair.target)
    before = told(database)
    with pytest.raises(ConnectionError), database.write() as session:
        accept, step = IntroductionAction.ACCEPT, IntroductionStep()
        service.act(session, caller(PLATFORM), asked.id, accept, step, limits(), now=NOW)
        raise ConnectionError
    assert told(database) == before


def test_the_body_is_thin_and_grows_by_revision(database: Database, pair: Pair) -> None:
    asked = ask(database, FOUNDER, pair.subject, pair.target, message="CanaryMessage", run_id="run_1", rank=1)
    do(database, PLATFORM, asked.id, "decline", reason=FeedbackReason.BUSY, note="CanaryNote")
    bodies = [json.loads(row.body) for row in all_deliveries(database) if row.webhook_id == TARGET]
    assert bodies[-1] == {
        "type": "introduction.declined",
        "timestamp": NOW.isoformat(),
        "data": {
            "introduction_id": asked.id,
            "revision": 3,
            "state": "declined",
            "previous_state": "requested",
            "purpose": "pilot_test",
            "subject_id": pair.subject,
            "target_id": pair.target,
            "reason": "busy",
            "expires_at": None,
            "reminders": 0,
        },
    }
    assert [body["data"]["revision"] for body in bodies] == [2, 3]
    assert "Canary" not in "".join(row.body for row in all_deliveries(database))


def test_no_canary_of_an_anonymous_poster_is_in_any_body(database: Database) -> None:
    add_webhook(database, TARGET, PLATFORM.organization_id)
    add_webhook(database, PLATFORMS)
    target = owned_profile(database, PLATFORM.organization_id, "is asked", "pilot_platform")
    for number in range(10):
        hidden: dict[str, Any] = {
            "visibility": "anonymous",
            "organisation": f"CanaryOrg{number} Co., Ltd.",
            "organisation_unit": f"CanaryUnit{number}",
            "url": f"https://canary{number}.example.org",
            "title": f"CanaryOrg{number} seeks coatings",
            "contact": {"name": f"CanaryName{number}", "email": f"canary{number}@example.org"},
        }
        subject = owned_profile(database, FOUNDER.organization_id, f"hides {number}", **hidden)
        asked = ask(database, FOUNDER, subject, target, message=f"Canary message {number}")
        do(database, PLATFORM, asked.id, "accept", note=f"Canary note {number}")
        have_contact(database, PLATFORM, asked.id)
        do(database, FOUNDER, asked.id, "withdraw")
    rows = all_deliveries(database)
    assert len(rows) == 10 * 4 * 2
    assert "canary" not in "".join(f"{row.body}{row.type}{row.event_id}{row.order_key}" for row in rows).lower()
