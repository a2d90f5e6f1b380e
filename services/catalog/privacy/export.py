"""Everything that the catalog keeps of an organisation or of one profile, as one document."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from pydantic_core import from_json
from sqlalchemy import ColumnElement, Select, or_, select

from services.catalog.api_keys.service import told
from services.catalog.delegations.service import delegation_view
from services.catalog.introduction_tables import DelegationRow, IntroductionEventRow, IntroductionRow
from services.catalog.introductions import repository
from services.catalog.introductions.ledger import standing_of
from services.catalog.introductions.speaking import Voice
from services.catalog.introductions.views import event_view, introduction_view
from services.catalog.privacy.subjects import DataSubject, in_batches
from services.catalog.profiles.repository import StoredRow
from services.catalog.profiles.service import stored_profile
from services.catalog.tables import ApiKeyRow, ChangeRow, FeedbackRow, IdempotencyRow, ProfileContactRow, ProfileRow
from services.catalog.webhook_tables import WebhookRow
from services.catalog.webhooks.service import webhook_view
from shared.contracts.api_keys import ApiKey
from shared.contracts.feedback import INTRODUCTION_EVENTS, FeedbackEvent, FeedbackType, StoredFeedback
from shared.contracts.introductions import Actor, IntroductionEvent
from shared.contracts.parts import Contact
from shared.contracts.personal_data import (
    CatalogPersonalData,
    KeptAnswer,
    KeptConsent,
    KeptIntroduction,
    KeptProfile,
    KeptRevision,
)
from shared.contracts.profiles import profile_adapter
from shared.contracts.vocabularies import ProfileStatus
from shared.contracts.webhooks import Webhook
from shared.kit.database import ReadSession
from shared.kit.identity.principal import LOCAL


def export(session: ReadSession, subject: DataSubject, *, now: datetime) -> CatalogPersonalData:
    """What is kept; of what another party wrote or did only what it has let this one know."""
    return CatalogPersonalData(
        organization_id=subject.organization_id,
        profile_ids=subject.profile_ids,
        exported_at=now,
        profiles=tuple(_profiles(session, subject)),
        revisions=tuple(_revisions(session, subject)),
        feedback=tuple(_feedback(session, subject)),
        introductions=tuple(_introductions(session, subject, now=now)),
        delegations=tuple(delegation_view(row) for row in session.scalars(_delegations(subject))),
        api_keys=tuple(_keys(session, subject)),
        webhooks=tuple(_webhooks(session, subject)),
        kept_answers=tuple(_answers(session, subject)),
    )


def _profiles(session: ReadSession, subject: DataSubject) -> Iterator[KeptProfile]:
    for some in in_batches(subject.profile_ids):
        query = select(ProfileRow, ProfileContactRow.document).outerjoin(
            ProfileContactRow, ProfileContactRow.profile_id == ProfileRow.id
        )
        for row, contact in session.execute(query.where(ProfileRow.id.in_(some)).order_by(ProfileRow.id)):
            yield KeptProfile(
                stored=stored_profile(StoredRow(row=row, has_contact=contact is not None)),
                contact=None if contact is None else Contact.model_validate_json(contact),
            )


def _revisions(session: ReadSession, subject: DataSubject) -> Iterator[KeptRevision]:
    for some in in_batches(subject.profile_ids):
        query = select(ChangeRow).where(ChangeRow.profile_id.in_(some)).order_by(ChangeRow.profile_id, ChangeRow.id)
        for row in session.scalars(query):
            yield KeptRevision(
                profile_id=row.profile_id,
                revision=row.revision,
                status=ProfileStatus(row.status),
                changed_at=row.changed_at,
                profile=profile_adapter.validate_json(row.document),
            )


def _feedback(session: ReadSession, subject: DataSubject) -> Iterator[StoredFeedback]:
    """On what was proposed to these profiles, and what came of introductions; what others looked at is theirs."""
    known = [kind.value for kind in (FeedbackType.ACCEPTED, FeedbackType.DECLINED, FeedbackType.OUTCOME)]
    by_both = FeedbackRow.event_id.startswith(INTRODUCTION_EVENTS) & FeedbackRow.type.in_(known)
    for some in in_batches(subject.profile_ids):
        concerns = or_(FeedbackRow.subject_id.in_(some), FeedbackRow.target_id.in_(some) & by_both)
        for row in session.scalars(select(FeedbackRow).where(concerns).order_by(FeedbackRow.id)):
            event = FeedbackEvent.model_validate_json(row.document)
            yield StoredFeedback(event=event, received_at=row.received_at)


def _introductions(session: ReadSession, subject: DataSubject, *, now: datetime) -> Iterator[KeptIntroduction]:
    own = set(subject.profile_ids)
    for some in in_batches(subject.profile_ids):
        told = IntroductionRow.target_id.in_(some) & IntroductionRow.is_told
        query = select(IntroductionRow).where(or_(IntroductionRow.subject_id.in_(some), told))
        rows = session.scalars(query.order_by(IntroductionRow.id)).all()
        consents = repository.consents(session, [row.id for row in rows])
        profiles = repository.profiles(session, {one for row in rows for one in (row.subject_id, row.target_id)})
        for row in rows:
            sides = _sides(row, own)
            view = introduction_view(
                row,
                standing_of(row, consents[row.id]),
                consents[row.id],
                profiles,
                Voice(actors=frozenset(sides)),
                now=now,
            )
            given = [
                KeptConsent(
                    profile_id=one.profile_id,
                    counterpart_id=one.counterpart_id,
                    given_by=one.given_by,
                    given_at=one.given_at,
                    withdrawn_by=one.withdrawn_by,
                    withdrawn_at=one.withdrawn_at,
                )
                for one in consents[row.id]
                if one.profile_id in own
            ]
            yield KeptIntroduction(introduction=view, consents=tuple(given), events=_events(session, row, sides))


def _sides(row: IntroductionRow, own: set[str]) -> list[Actor]:
    return [side for side, one in ((Actor.SUBJECT, row.subject_id), (Actor.TARGET, row.target_id)) if one in own]


def _events(session: ReadSession, row: IntroductionRow, sides: Sequence[Actor]) -> tuple[IntroductionEvent, ...]:
    """The trail; who acted for the other side or the platform, and their notes, are theirs."""
    query = select(IntroductionEventRow).where(IntroductionEventRow.introduction_id == row.id)
    events = [event_view(event) for event in session.scalars(query.order_by(IntroductionEventRow.id))]
    theirs = {"by": None, "organization_id": None, "delegation_id": None, "note": None, "request_id": None}
    return tuple(event if event.actor in sides else event.model_copy(update=theirs) for event in events)


def _delegations(subject: DataSubject) -> Select[Any]:  # Any: SQLAlchemy's types of a row differ with its version
    concerns: list[ColumnElement[bool]] = [DelegationRow.profile_id.in_(subject.profile_ids[:500])]
    if subject.organization_id is not None:
        concerns += [
            DelegationRow.organization_id == subject.organization_id,
            DelegationRow.delegate_organization_id == subject.organization_id,
        ]
    return select(DelegationRow).where(or_(*concerns)).order_by(DelegationRow.id)


def _keys(session: ReadSession, subject: DataSubject) -> list[ApiKey]:
    if subject.organization_id is None:
        return []
    query = select(ApiKeyRow).where(ApiKeyRow.organization_id == subject.organization_id).order_by(ApiKeyRow.id)
    return [told(row) for row in session.scalars(query)]


def _webhooks(session: ReadSession, subject: DataSubject) -> list[Webhook]:
    if subject.organization_id is None:
        return []
    query = select(WebhookRow).where(WebhookRow.organization_id == subject.organization_id).order_by(WebhookRow.id)
    return [webhook_view(row, LOCAL) for row in session.scalars(query)]


def _answers(session: ReadSession, subject: DataSubject) -> Iterator[KeptAnswer]:
    """Answers kept for retries, to the organisation's own callers."""
    query = select(IdempotencyRow).where(IdempotencyRow.caller.in_(sorted(subject.people)))
    for row in session.scalars(query.order_by(IdempotencyRow.caller, IdempotencyRow.key)):
        answer = None if row.answer is None else from_json(row.answer)
        yield KeptAnswer(caller=row.caller, key=row.key, expires_at=row.expires_at, answer=answer)
