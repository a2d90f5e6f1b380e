"""Taking feedback and listing it; in its caller's transaction, all of a batch or nothing."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import true

from services.catalog.feedback import repository, rules
from services.catalog.feedback.errors import FaultyFeedback, FeedbackEventDiffers
from services.catalog.feedback.repository import FeedbackSearch
from services.catalog.profiles.repository import visible_to
from services.catalog.tables import FeedbackRow
from shared.contracts.feedback import FeedbackBatch, FeedbackEvent, FeedbackReceipt, StoredFeedback
from shared.contracts.problems import FieldProblem
from shared.kit.database import ReadSession, WriteSession
from shared.kit.errors import Forbidden
from shared.kit.identity import Principal, Role
from shared.kit.identity.principal import LOCAL

_READERS_OF_ALL = frozenset({Role.AUDITOR, Role.RANKING_OPERATOR})


def take(
    session: WriteSession, batch: FeedbackBatch, principal: Principal = LOCAL, *, now: datetime
) -> FeedbackReceipt:
    """Store the events that are new; one that was sent before counts once.

    Raises Forbidden where the caller owns neither side, FaultyFeedback, and FeedbackEventDiffers where an id is taken
    by an event of another content.
    """
    _check_owns_a_side(session, batch.events, principal)
    problems = rules.event_problems(batch.events, now=now) or _unknown_profiles(session, batch.events, principal)
    if problems:
        raise FaultyFeedback(problems)
    by_id = {event.event_id: event for event in batch.events}
    new = repository.insert_new(session, list(by_id.values()), now=now)
    on_record = repository.documents(session, list(by_id))
    differing = [
        f"events.{number}.event_id"
        for number, event in enumerate(batch.events)
        if on_record[event.event_id] != repository.document(event)
    ]
    if differing:
        raise FeedbackEventDiffers(differing)
    return FeedbackReceipt(stored=len(new), known=len(batch.events) - len(new))


def search(
    session: ReadSession, wanted: FeedbackSearch, principal: Principal = LOCAL, *, after_id: int, limit: int
) -> list[tuple[int, StoredFeedback]]:
    """The next events of a list with their place in it; a party's are those whose subject it owns."""
    rows = repository.search(session, wanted, after_id=after_id, limit=limit, subjects_of=_subjects_of(principal))
    return [(row.id, _stored(row)) for row in rows]


def _subjects_of(principal: Principal) -> str | None:
    """The organisation whose events alone the caller sees; None where it sees all."""
    sees_all = principal.is_local or principal.is_staff or not principal.roles.isdisjoint(_READERS_OF_ALL)
    return None if sees_all else principal.organization_id or ""


def _check_owns_a_side(session: ReadSession, events: Sequence[FeedbackEvent], principal: Principal) -> None:
    """Before anything is told of the profiles, so that nothing is learnt of another's."""
    if principal.is_local or principal.is_staff:
        return
    sides = [(event.subject_id, event.target_id) for event in events]
    own = repository.owned_profiles(session, (side for pair in sides for side in pair), principal.organization_id or "")
    for number, pair in enumerate(sides):
        if own.isdisjoint(pair):
            raise Forbidden(f"events.{number}: neither its subject nor its target belongs to your organisation.")


def _unknown_profiles(
    session: ReadSession, events: Sequence[FeedbackEvent], principal: Principal
) -> list[FieldProblem]:
    named = [
        (f"events.{number}.{field}", getattr(event, field))
        for number, event in enumerate(events)
        for field in ("subject_id", "target_id")
    ]
    may_name = true() if principal.is_local else visible_to(principal)
    known = repository.known_profiles(session, (profile_id for _, profile_id in named), may_name)
    fix = "Use the id that the catalog gave the profile."
    return [
        FieldProblem(field=field, message="names no profile of this catalog", fix=fix)
        for field, profile_id in named
        if profile_id not in known
    ]


def _stored(row: FeedbackRow) -> StoredFeedback:
    return StoredFeedback(event=FeedbackEvent.model_validate_json(row.document), received_at=row.received_at)
