"""Asking for introductions and acting on them, in the caller's transaction; every yes is re-read under a lock."""

from collections.abc import Mapping
from datetime import datetime

from services.catalog.introduction_tables import IntroductionRow
from services.catalog.introductions import repository, requesting, rules, views
from services.catalog.introductions.errors import ActionNotAllowed, FaultyIntroduction, IntroductionNotFound
from services.catalog.introductions.ledger import Deed, standing_of, write
from services.catalog.introductions.repository import IntroductionSearch
from services.catalog.introductions.rules import IntroductionLimits
from services.catalog.introductions.speaking import Caller, Voice, spoken_for, voice_of
from services.catalog.introductions.states import WITH_REASON, Standing, after, allowed_actions, find_transition
from services.catalog.tables import ProfileRow
from shared.contracts.introductions import (
    Actor,
    Introduction,
    IntroductionAction,
    IntroductionEvent,
    IntroductionRequest,
    IntroductionState,
    IntroductionStep,
)
from shared.kit.database import ReadSession, WriteSession

_DONE_BY_SIDE = {IntroductionAction.WITHDRAW}
"""Where it matters for which side somebody acts who speaks for both."""


def request(
    session: WriteSession,
    caller: Caller,
    wanted: IntroductionRequest,
    limits: IntroductionLimits,
    *,
    introduction_id: str,
    now: datetime,
) -> Introduction:
    """A new introduction, asked for unless it is to stay a draft; raises what `requesting` raises."""
    row = requesting.draft(session, caller, wanted, introduction_id=introduction_id, now=now)
    if wanted.draft:
        return _view(session, row, caller, now=now)
    return act(session, caller, introduction_id, IntroductionAction.SUBMIT, IntroductionStep(), limits, now=now)


def act(
    session: WriteSession,
    caller: Caller,
    introduction_id: str,
    action: IntroductionAction,
    step: IntroductionStep,
    limits: IntroductionLimits,
    *,
    now: datetime,
) -> Introduction:
    """Do what the state machine allows the caller; doing again what was just done changes nothing.

    Raises IntroductionNotFound, ActionNotAllowed, FaultyIntroduction, and those of `requesting.check_before`.
    """
    row = repository.lock(session, introduction_id)
    if row is None:
        raise IntroductionNotFound
    profiles = repository.profiles(session, (row.subject_id, row.target_id))
    voice = _voice(session, row, profiles, caller, now=now)
    _check_sees(row, caller, voice)
    standing = standing_of(row, repository.consents(session, [row.id])[row.id])
    if rules.is_overdue(standing.state, row.expires_at, now=now):
        raise ActionNotAllowed(action, IntroductionState.EXPIRED, ())
    actor = _actor(standing, action, step, voice)
    if actor is None:
        if _was_just_done(session, row, action, voice):
            return _view(session, row, caller, now=now)
        raise ActionNotAllowed(action, standing.state, allowed_actions(standing, voice.actors))
    _check_reason(action, step)
    line = find_transition(standing, action, actor)
    assert line is not None  # the actor was chosen by it
    requesting.check_before(session, row, action, limits, now=now)
    reached = after(standing, line, actor, is_reviewed=limits.is_reviewed)
    deed = Deed(
        action=action,
        actor=actor,
        caller=caller,
        delegation_id=voice.delegations.get(actor),
        reason=step.reason,
        note=step.note,
    )
    write(session, row, standing, reached, deed, limits, now=now)
    return _view(session, row, caller, now=now)


def read(session: ReadSession, caller: Caller, introduction_id: str, *, now: datetime) -> Introduction:
    """One introduction; raises IntroductionNotFound also where the caller may not know of it."""
    row = repository.find(session, introduction_id)
    if row is None:
        raise IntroductionNotFound
    return _view(session, row, caller, now=now)


def search(
    session: ReadSession, caller: Caller, wanted: IntroductionSearch, *, after_id: str, limit: int, now: datetime
) -> list[Introduction]:
    """The next introductions, by id, that the caller may see."""
    rows = repository.search(
        session,
        wanted,
        spoken_for(caller.principal, now=now),
        reads_all=caller.reads_all,
        after_id=after_id,
        limit=limit,
    )
    consents = repository.consents(session, (row.id for row in rows))
    profiles = repository.profiles(session, {side for row in rows for side in (row.subject_id, row.target_id)})
    return [
        views.introduction_view(
            row,
            standing_of(row, consents[row.id]),
            consents[row.id],
            profiles,
            _voice(session, row, profiles, caller, now=now),
            now=now,
        )
        for row in rows
    ]


def trail(session: ReadSession, introduction_id: str | None, *, after_id: int, limit: int) -> list[IntroductionEvent]:
    """The next lines of the audit trail; raises IntroductionNotFound."""
    if introduction_id is not None and repository.find(session, introduction_id) is None:
        raise IntroductionNotFound
    rows = repository.events(session, introduction_id, after_id=after_id, limit=limit)
    return [views.event_view(row) for row in rows]


def _view(session: ReadSession, row: IntroductionRow, caller: Caller, *, now: datetime) -> Introduction:
    profiles = repository.profiles(session, (row.subject_id, row.target_id))
    voice = _voice(session, row, profiles, caller, now=now)
    _check_sees(row, caller, voice)
    consents = repository.consents(session, [row.id])[row.id]
    return views.introduction_view(row, standing_of(row, consents), consents, profiles, voice, now=now)


def _voice(
    session: ReadSession, row: IntroductionRow, profiles: Mapping[str, ProfileRow], caller: Caller, *, now: datetime
) -> Voice:
    owners = {
        side: (profile_id, profiles[profile_id].owner)
        for side, profile_id in ((Actor.SUBJECT, row.subject_id), (Actor.TARGET, row.target_id))
    }
    return voice_of(session, caller, owners, now=now)


def _check_sees(row: IntroductionRow, caller: Caller, voice: Voice) -> None:
    if Actor.SUBJECT in voice.actors:
        return
    if caller.reads_all and row.state != IntroductionState.DRAFT.value:
        return
    if not (Actor.TARGET in voice.actors and row.is_told):
        raise IntroductionNotFound


def _actor(standing: Standing, action: IntroductionAction, step: IntroductionStep, voice: Voice) -> Actor | None:
    """As whom the caller acts: a side before the operator; None where it may not do this as anybody."""
    if step.side is not None and step.side not in voice.actors:
        fix = "Leave it out, or name the side that you speak for."
        raise FaultyIntroduction("side", "is not a side that you speak for", fix)
    asked = voice.actors if step.side is None else {step.side}
    able = [actor for actor in Actor if actor in asked and find_transition(standing, action, actor) is not None]
    if len(able) > 1 and action in _DONE_BY_SIDE:
        raise FaultyIntroduction("side", "is missing: you speak for both", "Send subject or target.")
    return able[0] if able else None


def _check_reason(action: IntroductionAction, step: IntroductionStep) -> None:
    if action in WITH_REASON and step.reason is None:
        fix = "Send one of those of GET /v1/introductions:reasons; `other` will do."
        raise FaultyIntroduction("reason", "is missing", fix)
    if action not in WITH_REASON and step.reason is not None:
        raise FaultyIntroduction("reason", f"does not belong to {action}", "Leave it out, or decline.")


def _was_just_done(session: ReadSession, row: IntroductionRow, action: IntroductionAction, voice: Voice) -> bool:
    """Whether the newest thing that happened is the same deed by somebody the caller may act as: a retry."""
    newest = repository.newest_event(session, row.id)
    return newest is not None and newest.action == action and Actor(newest.actor) in voice.actors
