"""Profiles become tombstones: in their row, in every change that the feed has told, and in what was said of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, or_, select, update

from services.catalog.changes import outbox
from services.catalog.feedback.repository import document
from services.catalog.privacy.subjects import DataSubject, in_batches
from services.catalog.privacy.tombstones import tombstone
from services.catalog.tables import ChangeRow, FeedbackRow, ProfileContactRow, ProfileRow, ProfileTermRow
from shared.contracts.feedback import FeedbackEvent
from shared.contracts.kinds import Kind
from shared.contracts.vocabularies import ProfileStatus
from shared.kit.database import WriteSession
from shared.kit.erasure import ERASED, erased_event_id


def bury(session: WriteSession, subject: DataSubject, now: datetime) -> dict[str, int]:
    """The rows of the profiles, their words and contacts, and all their changes; the last change tells the feed."""
    counts = {"profiles": len(subject.profile_ids), "profile_contacts": 0, "profile_terms": 0, "changes": 0}
    changes: list[outbox.Change] = []
    for some in in_batches(subject.profile_ids):
        for name, table in (("profile_contacts", ProfileContactRow), ("profile_terms", ProfileTermRow)):
            done = session.execute(delete(table).where(table.profile_id.in_(some)))
            counts[name] += cast("CursorResult[Any]", done).rowcount
        heads = select(ProfileRow.id, ProfileRow.kind, ProfileRow.revision).where(ProfileRow.id.in_(some))
        for profile_id, kind, revision in session.execute(heads.order_by(ProfileRow.id)).all():
            rewritten, change = _bury_one(session, profile_id, Kind(kind), revision + 1, now=now)
            counts["changes"] += rewritten
            changes.append(change)
    outbox.record(session, changes, now=now)
    return counts


def erase_feedback(session: WriteSession, subject: DataSubject, _now: datetime) -> dict[str, int]:
    """Notes, who did it, and ids that clients chose; what happened between which two, and when, stays."""
    rewritten = 0
    for some in in_batches(subject.profile_ids):
        concerns = or_(FeedbackRow.subject_id.in_(some), FeedbackRow.target_id.in_(some))
        query = select(FeedbackRow.id, FeedbackRow.document).where(concerns)
        rows = [_scrubbed(number, text) for number, text in session.execute(query)]
        if rows:
            session.execute(update(FeedbackRow), rows)
        rewritten += len(rows)
    return {"feedback": rewritten}


def lock_ids(session: WriteSession, profile_ids: Sequence[str]) -> dict[str, tuple[str | None, ProfileStatus]]:
    """Owner and status of the profiles that there are, locked in the order of their ids."""
    found: dict[str, tuple[str | None, ProfileStatus]] = {}
    for some in in_batches(profile_ids):
        query = select(ProfileRow.id, ProfileRow.owner, ProfileRow.status).where(ProfileRow.id.in_(some))
        for row in session.execute(query.order_by(ProfileRow.id).with_for_update(key_share=True)):
            found[row.id] = (row.owner, ProfileStatus(row.status))
    return found


def _bury_one(
    session: WriteSession, profile_id: str, kind: Kind, revision: int, *, now: datetime
) -> tuple[int, outbox.Change]:
    left = tombstone(profile_id, kind)
    nothing = dict.fromkeys(("country", "province", "city", "owner", "language"))
    row = {
        "source": ERASED,
        "external_id": profile_id,
        "status": ProfileStatus.ERASED.value,
        "visibility": left.profile.visibility.value,
        "search_text": "",
        "document": left.document,
        "content_hash": left.content_hash,
        "revision": revision,
        "created_at": now,
        "updated_at": now,
    }
    session.execute(update(ProfileRow).where(ProfileRow.id == profile_id).values(row | nothing))
    told = {"document": left.document, "status": ProfileStatus.ERASED.value}
    done = session.execute(update(ChangeRow).where(ChangeRow.profile_id == profile_id).values(told))
    change = outbox.Change(
        profile_id=profile_id, revision=revision, status=ProfileStatus.ERASED, document=left.document
    )
    return cast("CursorResult[Any]", done).rowcount, change


def _scrubbed(number: int, text: str) -> dict[str, object]:
    event = FeedbackEvent.model_validate_json(text)
    said = {"note": None, "event_id": erased_event_id(event.event_id), "by": _scrubbed_by(event)}
    event = event.model_copy(update=said)
    return {"id": number, "event_id": event.event_id, "document": document(event)}


def _scrubbed_by(event: FeedbackEvent) -> str:
    """Of the events that introductions write, `by` is a side of one and never a person."""
    return event.by if erased_event_id(event.event_id) == event.event_id else ERASED
