"""What must hold before an introduction is asked for or accepted: the profiles, the pair, the quotas, the places."""

from datetime import datetime

from services.catalog.introduction_tables import IntroductionRow
from services.catalog.introductions import repository, states
from services.catalog.introductions.errors import (
    CounterpartAtCapacity,
    FaultyIntroduction,
    IntroductionOpen,
    NotYourProfile,
    PartyWithdrawn,
    QuotaReached,
)
from services.catalog.introductions.ledger import Deed, standing_of, write, write_event
from services.catalog.introductions.rules import IntroductionLimits, is_overdue
from services.catalog.introductions.speaking import Caller, voice_of
from services.catalog.introductions.views import stored_profile
from services.catalog.tables import ProfileRow
from shared.contracts.introductions import Actor, IntroductionAction, IntroductionRequest, IntroductionState
from shared.contracts.profiles import PilotPlatform
from shared.contracts.vocabularies import ProfileStatus, Visibility
from shared.kit.database import WriteSession

_KNOWN_ID = "Use the id that the catalog gave an active profile."


def draft(
    session: WriteSession, caller: Caller, wanted: IntroductionRequest, *, introduction_id: str, now: datetime
) -> IntroductionRow:
    """A new row in state draft; raises FaultyIntroduction and NotYourProfile."""
    if wanted.subject_id == wanted.target_id:
        raise FaultyIntroduction("target_id", "is the subject itself", "Name the profile to be introduced to.")
    # Before the row, which needs them: two requests between the same two must not wait for each other in a ring.
    profiles = repository.lock_profiles(session, (wanted.subject_id, wanted.target_id))
    subject = _subject(session, caller, profiles.get(wanted.subject_id), now=now)
    target = _target(caller, profiles.get(wanted.target_id))
    if subject.owner is not None and subject.owner == target.owner:
        fix = "Talk to each other: no introduction is needed."
        raise FaultyIntroduction("target_id", "belongs to the subject's own organisation", fix)
    row = IntroductionRow(
        id=introduction_id,
        revision=1,
        state=IntroductionState.DRAFT.value,
        is_open=False,
        pair_key=pair_key(subject.id, target.id),
        subject_id=subject.id,
        target_id=target.id,
        purpose=wanted.purpose.value,
        message=wanted.message,
        run_id=wanted.run_id,
        rank=wanted.rank,
        is_told=False,
        reminders=0,
        created_at=now,
        state_since=now,
        updated_at=now,
    )
    session.add(row)
    session.flush()
    write_event(session, row, None, Deed(action="request", actor=Actor.SUBJECT, caller=caller), now=now)
    return row


def check_before(
    session: WriteSession,
    row: IntroductionRow,
    action: IntroductionAction,
    limits: IntroductionLimits,
    *,
    now: datetime,
) -> None:
    """Raise PartyWithdrawn, IntroductionOpen, QuotaReached or CounterpartAtCapacity where an action must wait.

    The introduction is locked; both profiles are, too, from here on: what is counted stays true until the commit.
    """
    if action not in (IntroductionAction.SUBMIT, IntroductionAction.ACCEPT):
        return
    profiles = repository.lock_profiles(session, (row.subject_id, row.target_id))
    for side, profile_id in ((Actor.SUBJECT, row.subject_id), (Actor.TARGET, row.target_id)):
        if profiles[profile_id].status != ProfileStatus.ACTIVE.value:
            raise PartyWithdrawn(side)
    _check_places(session, profiles[row.target_id])
    if action is IntroductionAction.SUBMIT:
        _check_pair(session, row, limits, now=now)
        _check_quota(session, Actor.SUBJECT, row.subject_id, limits.asked_per_period, limits, now=now)
        _check_quota(session, Actor.TARGET, row.target_id, limits.received_per_period, limits, now=now)


def pair_key(one: str, other: str) -> str:
    """The same for two profiles whoever of them asks."""
    return "+".join(sorted((one, other)))


def expire(session: WriteSession, row: IntroductionRow, limits: IntroductionLimits, *, now: datetime) -> None:
    """End a request that nobody answered; its row is locked."""
    standing = standing_of(row, repository.consents(session, [row.id])[row.id])
    deed = Deed(action="expire", actor=Actor.CLOCK)
    write(session, row, standing, states.expired(standing), deed, limits, now=now)


def _subject(session: WriteSession, caller: Caller, row: ProfileRow | None, *, now: datetime) -> ProfileRow:
    if row is None or row.status != ProfileStatus.ACTIVE.value:
        raise FaultyIntroduction("subject_id", "names no active profile", _KNOWN_ID)
    voice = voice_of(session, caller, {Actor.SUBJECT: (row.id, row.owner)}, now=now)
    if Actor.SUBJECT not in voice.actors:
        if row.visibility == Visibility.HIDDEN.value:
            raise FaultyIntroduction("subject_id", "names no active profile", _KNOWN_ID)
        raise NotYourProfile
    if row.visibility == Visibility.HIDDEN.value:
        fix = "Make the profile anonymous: then it is shown without its organisation until both sides agree."
        raise FaultyIntroduction("subject_id", "names a hidden profile, of which the target could see nothing", fix)
    return row


def _target(caller: Caller, row: ProfileRow | None) -> ProfileRow:
    is_seen = row is not None and row.status == ProfileStatus.ACTIVE.value and row.visibility != Visibility.HIDDEN.value
    if row is not None and row.visibility == Visibility.MEMBERS.value:
        is_seen = is_seen and caller.principal.is_member
    if row is None or not is_seen:
        raise FaultyIntroduction("target_id", "names no active profile", _KNOWN_ID)
    return row


def _check_places(session: WriteSession, target: ProfileRow) -> None:
    profile = stored_profile(target)
    if not isinstance(profile, PilotPlatform) or profile.capacity is None:
        return
    if repository.places_taken(session, target.id) >= profile.capacity:
        raise CounterpartAtCapacity


def _check_pair(session: WriteSession, row: IntroductionRow, limits: IntroductionLimits, *, now: datetime) -> None:
    under_way = repository.lock_open_pair(session, row.pair_key)
    if under_way is None:
        return
    if is_overdue(IntroductionState(under_way.state), under_way.expires_at, now=now):
        expire(session, under_way, limits, now=now)
        return
    # The other side may have asked, and its request may still be in review: then it is not ours to tell.
    is_known = under_way.subject_id == row.subject_id or under_way.is_told
    raise IntroductionOpen(under_way.id if is_known else None)


def _check_quota(
    session: WriteSession, side: Actor, profile_id: str, allowed: int, limits: IntroductionLimits, *, now: datetime
) -> None:
    number, oldest = repository.requests_since(session, side, profile_id, since=now - limits.period)
    if number < allowed:
        return
    again = (oldest or now) + limits.period
    whose = "subject_id" if side is Actor.SUBJECT else "target_id"
    raise QuotaReached(whose, allowed, int((again - now).total_seconds()) + 1)
