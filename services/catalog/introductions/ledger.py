"""Writes what happened to an introduction: its row, consents, feedback, the audit line that is also the feed's."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update

from services.catalog.feedback.repository import insert_new as insert_feedback
from services.catalog.introduction_tables import IntroductionConsentRow, IntroductionEventRow, IntroductionRow
from services.catalog.introductions import states
from services.catalog.introductions.rules import IntroductionLimits, Pairing, feedback_of, next_reminder
from services.catalog.introductions.speaking import Caller
from services.catalog.introductions.states import Standing
from services.catalog.webhooks.fan_out import tell_of_introduction
from shared.contracts.feedback import FeedbackReason
from shared.contracts.introductions import Actor, IntroductionAction, IntroductionState
from shared.kit.database import WriteSession


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Who did what, and why."""

    action: str
    actor: Actor
    caller: Caller | None = None
    """None for time itself."""
    delegation_id: str | None = None
    reason: FeedbackReason | None = None
    note: str | None = None
    released_profile_id: str | None = None
    released_fields: tuple[str, ...] = ()


def standing_of(row: IntroductionRow, consents: Iterable[IntroductionConsentRow]) -> Standing:
    """The state, and whose consent is in force: given to this counterpart, for this purpose, not taken back."""
    sides = {Actor.SUBJECT: (row.subject_id, row.target_id), Actor.TARGET: (row.target_id, row.subject_id)}
    live = {
        Actor(one.side)
        for one in consents
        if one.withdrawn_at is None
        and one.purpose == row.purpose
        and (one.profile_id, one.counterpart_id) == sides[Actor(one.side)]
    }
    return Standing(state=IntroductionState(row.state), consents=frozenset(live))


def write(
    session: WriteSession,
    row: IntroductionRow,
    before: Standing,
    now_stands: Standing,
    deed: Deed,
    limits: IntroductionLimits,
    *,
    now: datetime,
) -> None:
    """Everything that one deed changes, in the caller's transaction; the row is locked. The audit line is last."""
    _write_state(row, before, now_stands, deed, limits, now=now)
    _write_consents(session, row, before, now_stands, deed, now=now)
    session.flush()
    _write_feedback(session, row, deed, now=now)
    write_event(session, row, before.state, deed, now=now)


def write_event(
    session: WriteSession, row: IntroductionRow, from_state: IntroductionState | None, deed: Deed, *, now: datetime
) -> None:
    """One line of the audit trail; ids follow the order of commits, since the introduction's row is locked."""
    principal = deed.caller.principal if deed.caller else None
    line = IntroductionEventRow(
        introduction_id=row.id,
        revision=row.revision,
        at=now,
        actor=deed.actor.value,
        action=deed.action,
        from_state=from_state.value if from_state else None,
        to_state=row.state,
        by=principal.id if principal else None,
        organization_id=principal.organization_id if principal else None,
        delegation_id=deed.delegation_id,
        reason=deed.reason.value if deed.reason else None,
        note=deed.note,
        request_id=deed.caller.request_id if deed.caller else None,
        released_profile_id=deed.released_profile_id,
        released_fields=",".join(deed.released_fields) or None,
    )
    session.add(line)
    session.flush()
    tell_of_introduction(session, row, line, now=now)


def _write_state(
    row: IntroductionRow,
    before: Standing,
    now_stands: Standing,
    deed: Deed,
    limits: IntroductionLimits,
    *,
    now: datetime,
) -> None:
    row.revision += 1
    row.updated_at = now
    if deed.reason is not None:
        row.reason = deed.reason.value
    if now_stands.state is before.state:
        return
    row.state = now_stands.state.value
    row.is_open = now_stands.state in states.OPEN
    row.is_told = row.is_told or now_stands.state is IntroductionState.REQUESTED
    row.state_since = now
    if before.state is IntroductionState.DRAFT and row.is_open:
        row.requested_at = now
    row.expires_at = now + limits.answer_within if now_stands.state in states.AWAITING else None
    row.remind_at = next_reminder(now_stands.state, now, limits, now=now)
    row.reminders = 0


def _write_consents(
    session: WriteSession, row: IntroductionRow, before: Standing, now_stands: Standing, deed: Deed, *, now: datetime
) -> None:
    by = deed.caller.principal.id if deed.caller else deed.actor.value
    for side in sorted(now_stands.consents - before.consents):
        own, other = (row.subject_id, row.target_id) if side is Actor.SUBJECT else (row.target_id, row.subject_id)
        session.add(
            IntroductionConsentRow(
                introduction_id=row.id,
                side=side.value,
                profile_id=own,
                counterpart_id=other,
                purpose=row.purpose,
                given_by=by,
                given_at=now,
            )
        )
    for side in sorted(before.consents - now_stands.consents):
        session.execute(
            update(IntroductionConsentRow)
            .where(IntroductionConsentRow.introduction_id == row.id, IntroductionConsentRow.side == side.value)
            .values(withdrawn_by=by, withdrawn_at=now)
        )


def _write_feedback(session: WriteSession, row: IntroductionRow, deed: Deed, *, now: datetime) -> None:
    if deed.action not in set(IntroductionAction):
        return
    pairing = Pairing(
        introduction_id=row.id, subject_id=row.subject_id, target_id=row.target_id, run_id=row.run_id, rank=row.rank
    )
    event = feedback_of(IntroductionAction(deed.action), deed.actor, pairing, deed.reason, now=now)
    if event is not None:
        insert_feedback(session, [event], now=now)
