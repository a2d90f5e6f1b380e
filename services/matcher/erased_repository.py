"""SQL of what is to be forgotten: which profiles, which runs were deleted for it, and who says so."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select

from services.matcher.tables import DocumentRow, ErasedProfileRow, ErasedRunRow, MatcherNameRow
from shared.kit.database import ReadSession, WriteSession, insert_into

_NAME_ID = 1
_BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One profile that the feed told to forget."""

    number: int
    profile_id: str
    erasure_id: str


def note_erased(session: WriteSession, erasures: Mapping[str, str]) -> None:
    """Keep which profiles are to be forgotten, by which erasure; what is kept already stays."""
    now = datetime.now(UTC)
    rows = [
        {"profile_id": profile_id, "erasure_id": erasure_id, "read_at": now}
        for profile_id, erasure_id in sorted(erasures.items())
    ]
    if rows:
        session.execute(insert_into(session, ErasedProfileRow).on_conflict_do_nothing(), rows)


def told_after(session: ReadSession, number: int, limit: int = 1_000) -> list[Told]:
    """The next ones in the order in which they were read, but for those that came back with a restored catalog."""
    query = select(ErasedProfileRow).where(ErasedProfileRow.number > number, ~_is_back())
    rows = session.scalars(query.order_by(ErasedProfileRow.number).limit(limit))
    return [Told(number=row.number, profile_id=row.profile_id, erasure_id=row.erasure_id) for row in rows]


def newest_told(session: ReadSession) -> int:
    """The number of the last one; 0 where there is none."""
    return session.scalar(select(func.max(ErasedProfileRow.number))) or 0


def erased_among(session: ReadSession, profile_ids: Iterable[str]) -> set[str]:
    """Those of the profiles that are erased: nothing new may be stored that names them."""
    ids, found = sorted(set(profile_ids)), set[str]()
    for start in range(0, len(ids), _BATCH):
        some = ErasedProfileRow.profile_id.in_(ids[start : start + _BATCH])
        found |= set(session.scalars(select(ErasedProfileRow.profile_id).where(some, ~_is_back())))
    return found


def note_erased_runs(session: WriteSession, erasure_by_run: Mapping[str, str]) -> None:
    """Leave a line for each run that was deleted."""
    now = datetime.now(UTC)
    rows = [
        {"run_id": run_id, "erasure_id": erasure_id, "erased_at": now}
        for run_id, erasure_id in sorted(erasure_by_run.items())
    ]
    if rows:
        session.execute(insert_into(session, ErasedRunRow).on_conflict_do_nothing(), rows)


def erasure_of_run(session: ReadSession, run_id: str) -> str | None:
    """The erasure for which a run was deleted; None where it was not."""
    row = session.get(ErasedRunRow, run_id)
    return row.erasure_id if row else None


def matcher_name(session: ReadSession) -> str:
    """By which the catalog tells this database from those of other matchers."""
    return session.get_one(MatcherNameRow, _NAME_ID).name


def documents_left(session: ReadSession, profile_ids: Sequence[str]) -> set[str]:
    """Those of the profiles whose tombstones are stored."""
    found: set[str] = set()
    for start in range(0, len(profile_ids), _BATCH):
        some = DocumentRow.profile_id.in_(profile_ids[start : start + _BATCH])
        found |= set(session.scalars(select(DocumentRow.profile_id).where(some)))
    return found


def _is_back() -> Any:  # Any: SQLAlchemy's types of a condition differ with its version
    """The profile is active: the catalog was restored from a backup of before its erasure."""
    is_this = DocumentRow.profile_id == ErasedProfileRow.profile_id
    return select(DocumentRow.profile_id).where(is_this, DocumentRow.is_active).exists()
