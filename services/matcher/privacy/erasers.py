"""Everything of the matcher's database that may hold an erased profile, and how it is forgotten: one entry each.

A new table that may hold a profile's text, name or address adds an entry here. The test of the canary reads every
column of every table and fails where one is missing. Every eraser may run again: it finds nothing then.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, or_, select, update

from services.matcher import erased_repository
from services.matcher.privacy.allocations import scrub_allocations
from services.matcher.privacy.match_runs import delete_runs
from services.matcher.privacy.recommended import delete_recommendations
from services.matcher.privacy.unused_vectors import drop_unused_vectors
from services.matcher.tables import ExposureRow, FeedbackRow, JudgmentRow
from shared.contracts.feedback import INTRODUCTION_EVENTS
from shared.contracts.golden_sets import JudgmentSource
from shared.kit.database import Database
from shared.kit.erasure import ERASED, erased_event_id

_BATCH = 500
_BY_PARTIES = (JudgmentSource.OUTCOME.value, JudgmentSource.RESPONSE.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """The profiles to be forgotten."""

    erasures: Mapping[str, str]
    """Erasure by profile."""

    @property
    def profile_ids(self) -> tuple[str, ...]:
        """Ascending."""
        return tuple(sorted(self.erasures))


Removed = Counter[tuple[str, str]]
"""Records removed or rewritten, by profile and table."""
Eraser = Callable[[Database, Erased], Removed]
"""Forgets in transactions of its own. Raises DatabaseUnavailable."""


def erase_exposures(database: Database, erased: Erased) -> Removed:
    """How often each stood in an answer."""
    removed = Removed()
    for some in _batches(erased.profile_ids):
        with database.write() as session:
            gone = delete(ExposureRow).where(ExposureRow.profile_id.in_(some)).returning(ExposureRow.profile_id)
            removed.update((profile_id, "exposures") for profile_id in session.scalars(gone).all())
    return removed


def scrub_judgments(database: Database, erased: Erased) -> Removed:
    """Notes, and what was derived from answers, which names who answered; it is derived anew without names.

    That an operator judged how well two ids fit stays.
    """
    removed = Removed()
    for some in _batches(erased.profile_ids):
        concerns = or_(JudgmentRow.subject_id.in_(some), JudgmentRow.target_id.in_(some))
        pair = (JudgmentRow.subject_id, JudgmentRow.target_id)
        derived = delete(JudgmentRow).where(concerns, JudgmentRow.source.in_(_BY_PARTIES)).returning(*pair)
        noted = update(JudgmentRow).where(concerns, JudgmentRow.note.is_not(None)).values(note=None).returning(*pair)
        with database.write() as session:
            rows = [*session.execute(derived).all(), *session.execute(noted).all()]
        removed.update((one, "judgments") for row in rows for one in row if one in erased.erasures)
    return removed


def scrub_feedback(database: Database, erased: Erased) -> Removed:
    """Who did it, and ids that clients chose, as the catalog has rewritten them."""
    removed = Removed()
    for some in _batches(erased.profile_ids):
        concerns = or_(FeedbackRow.subject_id.in_(some), FeedbackRow.target_id.in_(some))
        said = (concerns, FeedbackRow.event_id.not_like(f"{INTRODUCTION_EVENTS}%"), FeedbackRow.happened_by != ERASED)
        with database.write() as session:
            query = select(FeedbackRow.event_id, FeedbackRow.subject_id).where(*said)
            for event_id, subject_id in session.execute(query).all():
                renamed = {"event_id": erased_event_id(event_id), "happened_by": ERASED}
                session.execute(update(FeedbackRow).where(FeedbackRow.event_id == event_id).values(renamed))
                removed[subject_id if subject_id in erased.erasures else some[0], "feedback"] += 1
    return removed


def count_documents(database: Database, erased: Erased) -> Removed:
    """The follower has written tombstones over them, with the position from which it read on."""
    with database.read() as session:
        left = erased_repository.documents_left(session, erased.profile_ids)
    return Removed((profile_id, "documents") for profile_id in left)


ERASERS: tuple[Eraser, ...] = (
    count_documents,
    lambda database, erased: delete_runs(database, erased.erasures),
    erase_exposures,
    scrub_judgments,
    scrub_feedback,
    lambda database, erased: scrub_allocations(database, erased.profile_ids),
    lambda database, erased: delete_recommendations(database, erased.profile_ids),
    lambda database, _: drop_unused_vectors(database),
)


def erase_everything(database: Database, erased: Erased) -> Removed:
    """Run every eraser. Raises DatabaseUnavailable."""
    removed = Removed()
    for erase in ERASERS:
        removed.update(erase(database, erased))
    return removed


def _batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[start : start + _BATCH] for start in range(0, len(ids), _BATCH))
