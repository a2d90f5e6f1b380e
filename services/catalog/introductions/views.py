"""Introductions as both sides and the operator see them: the same for everyone, and without a contact."""

from collections.abc import Mapping
from datetime import datetime

from services.catalog.introduction_tables import IntroductionConsentRow, IntroductionEventRow, IntroductionRow
from services.catalog.introductions import rules
from services.catalog.introductions.speaking import Voice
from services.catalog.introductions.states import Standing, allowed_actions
from services.catalog.profiles.rules import as_seen_by_the_public
from services.catalog.tables import ProfileRow
from shared.contracts.feedback import FeedbackReason
from shared.contracts.introductions import (
    Actor,
    ConsentState,
    IntroducedParty,
    Introduction,
    IntroductionEvent,
    IntroductionState,
    Purpose,
)
from shared.contracts.kinds import Kind
from shared.contracts.profiles import Profile, profile_adapter
from shared.contracts.vocabularies import Visibility

_UNNAMED = (Visibility.ANONYMOUS.value, Visibility.HIDDEN.value)


def introduction_view(
    row: IntroductionRow,
    standing: Standing,
    consents: list[IntroductionConsentRow],
    profiles: Mapping[str, ProfileRow],
    voice: Voice,
    *,
    now: datetime,
) -> Introduction:
    """As it stands for a caller; a request that is overdue reads as expired before it is swept."""
    is_overdue = rules.is_overdue(standing.state, row.expires_at, now=now)
    shown = Standing(state=IntroductionState.EXPIRED, consents=standing.consents) if is_overdue else standing
    said = {Actor(one.side): _said(Actor(one.side), standing) for one in consents}
    are_named = standing.is_releasable
    return Introduction(
        id=row.id,
        revision=row.revision,
        state=shown.state,
        purpose=Purpose(row.purpose),
        subject=_party(profiles[row.subject_id], said.get(Actor.SUBJECT, ConsentState.OPEN), is_named=are_named),
        target=_party(profiles[row.target_id], said.get(Actor.TARGET, ConsentState.OPEN), is_named=are_named),
        message=row.message,
        run_id=row.run_id,
        rank=row.rank,
        reason=FeedbackReason(row.reason) if row.reason else None,
        created_at=row.created_at,
        updated_at=row.updated_at,
        expires_at=row.expires_at,
        reminders=row.reminders,
        actions=allowed_actions(shown, voice.actors),
    )


def event_view(row: IntroductionEventRow) -> IntroductionEvent:
    """A line of the audit trail."""
    return IntroductionEvent(
        id=row.id,
        introduction_id=row.introduction_id,
        revision=row.revision,
        at=row.at,
        actor=Actor(row.actor),
        action=row.action,
        from_state=IntroductionState(row.from_state) if row.from_state else None,
        to_state=IntroductionState(row.to_state),
        by=row.by,
        organization_id=row.organization_id,
        delegation_id=row.delegation_id,
        reason=FeedbackReason(row.reason) if row.reason else None,
        note=row.note,
        request_id=row.request_id,
        released_profile_id=row.released_profile_id,
        released_fields=tuple(row.released_fields.split(",")) if row.released_fields else (),
    )


def stored_profile(row: ProfileRow) -> Profile:
    """The profile whole, without its contact."""
    return profile_adapter.validate_json(row.document)


def _said(side: Actor, standing: Standing) -> ConsentState:
    return ConsentState.GIVEN if side in standing.consents else ConsentState.WITHDRAWN


def _party(row: ProfileRow, consent: ConsentState, *, is_named: bool) -> IntroducedParty:
    """Nobody is told an unnamed side's name before both agree; its own people know it."""
    is_unnamed = row.visibility in _UNNAMED
    profile = stored_profile(row)
    if is_unnamed and not is_named:
        unnamed = profile.model_copy(update={"visibility": Visibility.ANONYMOUS})  # also where it was hidden since
        profile = as_seen_by_the_public(unnamed) or unnamed
    return IntroducedParty(
        profile_id=row.id,
        kind=Kind(row.kind),
        title=profile.title,
        organisation=profile.organisation,
        is_anonymous=is_unnamed,
        consent=consent,
    )
