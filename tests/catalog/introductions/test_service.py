"""Introductions step by step: who may do what, both sides' consent, quotas, places, what is told and what is not."""

from datetime import timedelta

import pytest

from services.catalog.changes.feed import read_feedback_feed, read_introduction_feed
from services.catalog.delegations import service as delegations
from services.catalog.introductions.errors import (
    ActionNotAllowed,
    ConsentMissing,
    ContactMissing,
    CounterpartAtCapacity,
    FaultyIntroduction,
    IntroductionNotFound,
    IntroductionOpen,
    NotYourProfile,
    PartyWithdrawn,
    QuotaReached,
)
from services.catalog.profiles import service as profiles
from shared.contracts.delegations import DelegationRequest
from shared.contracts.feedback import FeedbackReason, FeedbackType
from shared.contracts.introductions import ConsentState, IntroductionState
from shared.kit.database import Database
from shared.kit.identity import Principal
from shared.kit.identity.principal import LOCAL
from tests.catalog.introductions.acting import ask, do, have_contact, see, trail
from tests.catalog.introductions.conftest import Pair
from tests.catalog.introductions.people import (
    AUDITOR,
    CONTACT,
    FOUNDER,
    INCUBATOR,
    NOW,
    PLATFORM,
    STAFF,
    STRANGER,
    limits,
    owned_profile,
)


def accepted(database: Database, pair: Pair) -> str:
    asked = ask(database, FOUNDER, pair.subject, pair.target, run_id="run_1", rank=2)
    return do(database, PLATFORM, asked.id, "accept").id


def delegate(database: Database, giver: Principal, **wanted: str) -> str:
    with database.write() as session:
        request = DelegationRequest.model_validate(wanted)
        return delegations.give(session, giver, request, delegation_id="dlg_1", now=NOW).id


def test_contacts_are_released_to_both_once_both_have_said_yes(database: Database, pair: Pair) -> None:
    asked = ask(database, FOUNDER, pair.subject, pair.target)
    assert (asked.state, asked.subject.consent, asked.target.consent) == ("requested", "given", "open")
    for side in (FOUNDER, PLATFORM):
        with pytest.raises(ConsentMissing):
            have_contact(database, side, asked.id)
    assert do(database, PLATFORM, asked.id, "accept").state is IntroductionState.ACCEPTED
    released = have_contact(database, FOUNDER, asked.id)
    assert (released.profile_id, released.contact.model_dump(exclude_none=True)) == (pair.target, CONTACT)
    assert have_contact(database, PLATFORM, asked.id).profile_id == pair.subject
    assert see(database, FOUNDER, asked.id).state is IntroductionState.INTRODUCED


@pytest.mark.parametrize("leaver", [FOUNDER, PLATFORM])
def test_nothing_is_released_after_a_withdrawal_and_what_was_is_on_record(
    database: Database, pair: Pair, leaver: Principal
) -> None:
    introduction = accepted(database, pair)
    have_contact(database, FOUNDER, introduction)
    left = do(database, leaver, introduction, "withdraw", note="changed our mind")
    assert left.state is IntroductionState.WITHDRAWN
    assert ConsentState.WITHDRAWN in (left.subject.consent, left.target.consent)
    for side in (FOUNDER, PLATFORM):
        with pytest.raises(ConsentMissing):
            have_contact(database, side, introduction)
    [release] = [line for line in trail(database, introduction) if line.action == "release"]
    assert (release.by, release.released_profile_id) == (FOUNDER.id, pair.target)
    assert release.released_fields == ("name", "email")
    assert "alex@example.org" not in str(trail(database, introduction))


def test_withdrawing_after_the_meeting_keeps_what_came_of_it(database: Database, pair: Pair) -> None:
    introduction = accepted(database, pair)
    have_contact(database, FOUNDER, introduction)
    do(database, PLATFORM, introduction, "meet")
    left = do(database, FOUNDER, introduction, "withdraw")
    assert (left.state, left.subject.consent) == ("met", "withdrawn")
    with pytest.raises(ConsentMissing):
        have_contact(database, PLATFORM, introduction)
    assert do(database, PLATFORM, introduction, "pilot").state is IntroductionState.PILOT


def test_contact_of_a_withdrawn_profile_is_not_released(database: Database, pair: Pair) -> None:
    introduction = accepted(database, pair)
    with database.write() as session:
        profiles.withdraw(session, pair.target, if_match="*", now=NOW)
    with pytest.raises(ConsentMissing):
        have_contact(database, FOUNDER, introduction)


def test_missing_contact_is_told_and_introduces_nobody(database: Database, pair: Pair) -> None:
    silent = owned_profile(database, PLATFORM.organization_id, "silent", contact=None)
    asked = ask(database, FOUNDER, pair.subject, silent)
    do(database, PLATFORM, asked.id, "accept")
    with pytest.raises(ContactMissing):
        have_contact(database, FOUNDER, asked.id)
    assert see(database, FOUNDER, asked.id).state is IntroductionState.ACCEPTED


def test_strangers_learn_nothing_and_do_nothing(database: Database, pair: Pair) -> None:
    with pytest.raises(NotYourProfile):
        ask(database, STRANGER, pair.subject, pair.target)
    introduction = accepted(database, pair)
    for attempt in (see, have_contact):
        with pytest.raises(IntroductionNotFound):
            attempt(database, STRANGER, introduction)
    with pytest.raises(IntroductionNotFound):
        do(database, STRANGER, introduction, "withdraw")


def test_operator_and_auditor_read_but_have_no_contact_and_no_say(database: Database, pair: Pair) -> None:
    introduction = accepted(database, pair)
    assert see(database, AUDITOR, introduction).actions == ()
    assert see(database, STAFF, introduction).actions == ("introduce", "close")
    for outsider in (STAFF, AUDITOR):
        with pytest.raises(IntroductionNotFound):
            have_contact(database, outsider, introduction)
    with pytest.raises(ActionNotAllowed):
        do(database, STAFF, introduction, "withdraw")


def test_subject_cannot_accept_its_own_request(database: Database, pair: Pair) -> None:
    asked = ask(database, FOUNDER, pair.subject, pair.target)
    with pytest.raises(ActionNotAllowed, match="withdraw"):
        do(database, FOUNDER, asked.id, "accept")


def test_draft_is_nobody_elses_business_until_it_is_submitted(database: Database, pair: Pair) -> None:
    draft = ask(database, FOUNDER, pair.subject, pair.target, draft=True)
    assert (draft.state, draft.expires_at) == ("draft", None)
    for other in (PLATFORM, STAFF, AUDITOR):
        with pytest.raises(IntroductionNotFound):
            see(database, other, draft.id)
    assert do(database, FOUNDER, draft.id, "submit").state is IntroductionState.REQUESTED
    assert see(database, PLATFORM, draft.id).actions == ("accept", "decline")


def test_reviewed_request_reaches_its_target_once_the_operator_lets_it_through(database: Database, pair: Pair) -> None:
    reviewed = limits(is_reviewed=True)
    asked = ask(database, FOUNDER, pair.subject, pair.target, allowed=reviewed)
    assert asked.state is IntroductionState.IN_REVIEW
    with pytest.raises(IntroductionNotFound):
        see(database, PLATFORM, asked.id)
    assert do(database, STAFF, asked.id, "approve", allowed=reviewed).state is IntroductionState.REQUESTED
    assert see(database, PLATFORM, asked.id).id == asked.id


def test_refused_request_is_never_heard_of_by_its_target(database: Database, pair: Pair) -> None:
    asked = ask(database, FOUNDER, pair.subject, pair.target, allowed=limits(is_reviewed=True))
    refused = do(database, STAFF, asked.id, "refuse", reason=FeedbackReason.NOT_RELEVANT)
    assert (refused.state, refused.reason) == ("declined", "not_relevant")
    with pytest.raises(IntroductionNotFound):
        see(database, PLATFORM, asked.id)
    told = read_feedback_feed(database, after=0, limit=10).items
    assert [change.event.type for change in told] == [FeedbackType.SHORTLISTED]


def test_decline_needs_a_reason_and_teaches_it(database: Database, pair: Pair) -> None:
    asked = ask(database, FOUNDER, pair.subject, pair.target, run_id="run_1", rank=3)
    with pytest.raises(FaultyIntroduction, match="reason: is missing"):
        do(database, PLATFORM, asked.id, "decline")
    assert do(database, PLATFORM, asked.id, "decline", reason=FeedbackReason.WRONG_STAGE).reason == "wrong_stage"
    [_, declined] = [change.event for change in read_feedback_feed(database, after=0, limit=10).items]
    assert (declined.type, declined.reason, declined.run_id, declined.rank) == ("declined", "wrong_stage", "run_1", 3)


def test_outcome_months_later_counts_for_the_run_that_began_it(database: Database, pair: Pair) -> None:
    introduction = accepted(database, pair)
    have_contact(database, FOUNDER, introduction)
    do(database, PLATFORM, introduction, "meet")
    do(database, FOUNDER, introduction, "order", now=NOW + timedelta(days=150))
    events = [change.event for change in read_feedback_feed(database, after=0, limit=10).items]
    assert [(event.type, event.outcome) for event in events] == [
        ("shortlisted", None),
        ("accepted", None),
        ("outcome", "met"),
        ("outcome", "order"),
    ]
    assert {(event.run_id, event.rank, event.subject_id, event.target_id) for event in events} == {
        ("run_1", 2, pair.subject, pair.target)
    }
    assert not {FOUNDER.id, PLATFORM.id} & {event.by for event in events}


def test_feed_tells_every_revision_in_order_and_no_contact(database: Database, pair: Pair) -> None:
    introduction = accepted(database, pair)
    have_contact(database, FOUNDER, introduction)
    page = read_introduction_feed(database, after=0, limit=10)
    assert [(item.revision, item.state) for item in page.items] == [
        (1, "draft"),
        (2, "requested"),
        (3, "accepted"),
        (4, "introduced"),
    ]
    assert "Example" not in page.model_dump_json()
    assert read_introduction_feed(database, after=page.next_after, limit=10).items == ()


def test_doing_the_same_again_changes_nothing(database: Database, pair: Pair) -> None:
    introduction = accepted(database, pair)
    before = see(database, PLATFORM, introduction)
    assert do(database, PLATFORM, introduction, "accept") == before
    with pytest.raises(ActionNotAllowed):
        do(database, FOUNDER, introduction, "accept")
    assert len(trail(database, introduction)) == 3


def test_pair_is_introduced_once_at_a_time_whoever_asks(database: Database, pair: Pair) -> None:
    asked = ask(database, FOUNDER, pair.subject, pair.target)
    for by, subject, target in ((FOUNDER, pair.subject, pair.target), (PLATFORM, pair.target, pair.subject)):
        with pytest.raises(IntroductionOpen, match=asked.id):
            ask(database, by, subject, target)
    do(database, FOUNDER, asked.id, "withdraw")
    assert ask(database, PLATFORM, pair.target, pair.subject).state is IntroductionState.REQUESTED


def test_request_that_is_still_reviewed_is_not_told_to_the_other_side(database: Database, pair: Pair) -> None:
    reviewed = limits(is_reviewed=True)
    asked = ask(database, FOUNDER, pair.subject, pair.target, allowed=reviewed)
    with pytest.raises(IntroductionOpen) as refused:
        ask(database, PLATFORM, pair.target, pair.subject, allowed=reviewed)
    assert asked.id not in refused.value.detail + str(refused.value.headers)


def test_quota_of_whoever_asks_opens_again_when_the_period_has_passed(database: Database, pair: Pair) -> None:
    few = limits(asked_per_period=1)
    other = owned_profile(database, STRANGER.organization_id, "other")
    ask(database, FOUNDER, pair.subject, pair.target, allowed=few)
    with pytest.raises(QuotaReached) as refused:
        ask(database, FOUNDER, pair.subject, other, allowed=few, now=NOW + timedelta(days=10))
    assert refused.value.headers["Retry-After"] == str(20 * 24 * 3600 + 1)
    assert ask(database, FOUNDER, pair.subject, other, allowed=few, now=NOW + timedelta(days=30))


def test_quota_of_whoever_is_asked_protects_it_from_many(database: Database, pair: Pair) -> None:
    few = limits(received_per_period=1)
    ask(database, FOUNDER, pair.subject, pair.target, allowed=few)
    other = owned_profile(database, STRANGER.organization_id, "other")
    with pytest.raises(QuotaReached, match="target_id"):
        ask(database, STRANGER, other, pair.target, allowed=few)


def test_platform_with_as_many_users_as_it_serves_is_neither_asked_nor_accepts(database: Database, pair: Pair) -> None:
    small = owned_profile(database, PLATFORM.organization_id, "small", "pilot_platform", capacity=1)
    other = owned_profile(database, STRANGER.organization_id, "other")
    third = owned_profile(database, INCUBATOR.organization_id, "third")
    first, second = ask(database, FOUNDER, pair.subject, small), ask(database, STRANGER, other, small)
    do(database, PLATFORM, first.id, "accept")
    with pytest.raises(CounterpartAtCapacity):
        do(database, PLATFORM, second.id, "accept")
    with pytest.raises(CounterpartAtCapacity):
        ask(database, INCUBATOR, third, small)
    do(database, FOUNDER, first.id, "withdraw")
    assert do(database, PLATFORM, second.id, "accept").state is IntroductionState.ACCEPTED


@pytest.mark.parametrize(
    ("subject", "target", "field"),
    [
        ("asks", "asks", "target_id"),
        ("asks", "prf_unknown", "target_id"),
        ("prf_unknown", "asked", "subject_id"),
        ("asks", "hidden", "target_id"),
        ("hides", "asked", "subject_id"),
        ("asks", "sibling", "target_id"),
    ],
)
def test_faulty_request_names_its_field_and_leaves_nothing(
    database: Database, pair: Pair, subject: str, target: str, field: str
) -> None:
    owner, other = FOUNDER.organization_id, PLATFORM.organization_id
    known = {
        "asks": pair.subject,
        "asked": pair.target,
        "hidden": owned_profile(database, other, "hidden", visibility="hidden"),
        "hides": owned_profile(database, owner, "hides", visibility="hidden"),
        "sibling": owned_profile(database, owner, "sibling"),
    }
    with pytest.raises(FaultyIntroduction) as refused:
        ask(database, FOUNDER, known.get(subject, subject), known.get(target, target))
    assert [error.field for error in refused.value.errors] == [field]
    assert read_introduction_feed(database, after=0, limit=10).latest_seq == 0


def test_request_cannot_be_accepted_once_its_subject_is_withdrawn(database: Database, pair: Pair) -> None:
    asked = ask(database, FOUNDER, pair.subject, pair.target)
    with database.write() as session:
        profiles.withdraw(session, pair.subject, if_match="*", now=NOW)
    with pytest.raises(PartyWithdrawn):
        do(database, PLATFORM, asked.id, "accept")


@pytest.mark.parametrize(
    "named", [{"delegate_organization_id": "org-incubator"}, {"delegate_principal_id": "key:incubator"}]
)
def test_delegate_speaks_for_the_organisation_until_it_is_revoked(
    database: Database, pair: Pair, named: dict[str, str]
) -> None:
    delegation = delegate(database, FOUNDER, **named)
    asked = ask(database, INCUBATOR, pair.subject, pair.target)
    do(database, PLATFORM, asked.id, "accept")
    assert have_contact(database, INCUBATOR, asked.id).profile_id == pair.target
    assert {line.delegation_id for line in trail(database, asked.id) if line.by == INCUBATOR.id} >= {delegation}
    with database.write() as session:
        delegations.revoke(session, FOUNDER, delegation, now=NOW)
    with pytest.raises(IntroductionNotFound):
        have_contact(database, INCUBATOR, asked.id)


def test_delegation_of_one_profile_or_past_its_time_covers_no_other(database: Database, pair: Pair) -> None:
    other = owned_profile(database, FOUNDER.organization_id, "other")
    until = (NOW + timedelta(days=1)).isoformat()
    delegate(database, FOUNDER, profile_id=other, delegate_principal_id=INCUBATOR.id, valid_until=until)
    with pytest.raises(NotYourProfile):
        ask(database, INCUBATOR, pair.subject, pair.target)
    assert ask(database, INCUBATOR, other, pair.target)
    with pytest.raises(NotYourProfile):
        ask(database, INCUBATOR, other, pair.target, now=NOW + timedelta(days=1))


def test_nobody_delegates_for_others(database: Database, pair: Pair) -> None:
    for giver in (STRANGER, STAFF):
        with pytest.raises(delegations.NotYourOrganisation):
            delegate(database, giver, organization_id="org-founder", delegate_principal_id=giver.id)


def test_staff_speaks_for_profiles_that_nobody_owns(database: Database, pair: Pair) -> None:
    unowned = owned_profile(database, None, "unowned")
    asked = ask(database, FOUNDER, pair.subject, unowned)
    do(database, STAFF, asked.id, "accept")
    assert have_contact(database, STAFF, asked.id).profile_id == pair.subject


def test_local_user_speaks_for_both_and_says_for_which(database: Database, pair: Pair) -> None:
    asked = ask(database, LOCAL, pair.subject, pair.target)
    do(database, LOCAL, asked.id, "accept")
    with pytest.raises(FaultyIntroduction, match="side: is missing"):
        have_contact(database, LOCAL, asked.id)
    assert have_contact(database, LOCAL, asked.id, side="target").profile_id == pair.subject
    with pytest.raises(FaultyIntroduction, match="side: is missing"):
        do(database, LOCAL, asked.id, "withdraw")
    assert do(database, LOCAL, asked.id, "withdraw", side="subject").subject.consent == "withdrawn"


def test_trail_says_who_did_what_when_and_why(database: Database, pair: Pair) -> None:
    asked = ask(database, FOUNDER, pair.subject, pair.target)
    later = NOW + timedelta(hours=3)
    do(database, PLATFORM, asked.id, "decline", reason=FeedbackReason.BUSY, note="full until spring", now=later)
    line = trail(database, asked.id)[-1]
    assert (line.by, line.organization_id, line.at, line.actor) == (PLATFORM.id, "org-pilot", later, "target")
    assert (line.action, line.from_state, line.to_state) == ("decline", "requested", "declined")
    assert (line.reason, line.note, line.request_id) == ("busy", "full until spring", "req-key:pilot")
