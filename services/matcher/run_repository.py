"""SQL of recorded match runs and exposures; safe with several writers, which lock rows in the order of their ids."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, delete, select, update

from services.matcher.comparison_tables import ComparedPairRow, DraftedListRow, DraftedResultRow
from services.matcher.tables import ExposureRow, MatchRunRow
from shared.kit.database import ReadSession, WriteSession, insert_into


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """A stored run that was answered `answered` more times."""

    run_id: str
    answered: int
    last_answered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A stored run whose list was drafted from two policies."""

    run_id: str
    comparison_id: str
    subject_id: str
    teams: Mapping[str, str]
    """By target id."""


def insert_new_runs(session: WriteSession, rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """Insert the runs that are not stored yet; the ids of those that were inserted."""
    insert = insert_into(session, MatchRunRow).on_conflict_do_nothing().returning(MatchRunRow.run_id)
    return set(session.scalars(insert, sorted(rows, key=lambda row: str(row["run_id"])))) if rows else set()


def stored_ids(session: ReadSession, run_ids: Sequence[str]) -> set[str]:
    """Those of a batch's runs that are stored already."""
    return set(session.scalars(select(MatchRunRow.run_id).where(MatchRunRow.run_id.in_(run_ids))))


def insert_drafts(session: WriteSession, drafts: Sequence[Draft]) -> None:
    """Keep whose choice each result was; a run that was pruned and is answered again has its draft already."""
    lists = [
        {"run_id": draft.run_id, "comparison_id": draft.comparison_id, "subject_id": draft.subject_id}
        for draft in drafts
    ]
    results = [
        {"run_id": draft.run_id, "target_id": target_id, "team": team}
        for draft in drafts
        for target_id, team in draft.teams.items()
    ]
    if drafts:
        session.execute(insert_into(session, DraftedListRow).on_conflict_do_nothing(), lists)
        session.execute(insert_into(session, DraftedResultRow).on_conflict_do_nothing(), results)


def add_repeats(session: WriteSession, repeats: Sequence[Repeat]) -> None:
    """Count stored runs that were answered again; one that is not stored is passed over."""
    table = MatchRunRow.__table__
    answered_at = bindparam("answered_at", type_=table.c.last_answered_at.type)
    is_later = table.c.last_answered_at < answered_at
    raised = (
        update(MatchRunRow)
        .where(table.c.run_id == bindparam("id"))
        .values(
            answered=table.c.answered + bindparam("times"),
            last_answered_at=case((is_later, answered_at), else_=table.c.last_answered_at),
        )
    )
    values = [
        {"id": repeat.run_id, "times": repeat.answered, "answered_at": repeat.last_answered_at}
        for repeat in sorted(repeats, key=lambda repeat: repeat.run_id)
    ]
    if values:
        session.connection().execute(raised, values)


def find_run(session: ReadSession, run_id: str) -> MatchRunRow | None:
    """One run."""
    return session.get(MatchRunRow, run_id)


def answers(session: ReadSession, run_ids: Sequence[str]) -> dict[str, bytes]:
    """The packed answers of those of a batch's runs that are stored."""
    query = select(MatchRunRow.run_id, MatchRunRow.answer).where(MatchRunRow.run_id.in_(run_ids))
    return dict(session.execute(query).all())


def prune_runs(session: WriteSession, *, before: datetime, limit: int) -> int:
    """Delete at most `limit` runs that were last answered before a moment; how many there were."""
    oldest = (
        select(MatchRunRow.run_id)
        .where(MatchRunRow.last_answered_at < before)
        .order_by(MatchRunRow.last_answered_at)
        .limit(limit)
        .with_for_update(skip_locked=True)  # another replica prunes the same runs; SQLite has one writer anyway
    )
    pruned = session.scalars(oldest).all()
    session.execute(delete(MatchRunRow).where(MatchRunRow.run_id.in_(pruned)))
    _forget_drafts(session, pruned)
    return len(pruned)


def raise_exposures(session: WriteSession, shown: Mapping[str, int]) -> dict[str, int]:
    """Add to profiles' counts; what they are now, with what other writers have added."""
    rows = [{"profile_id": profile_id, "shown": shown[profile_id]} for profile_id in sorted(shown)]
    insert = insert_into(session, ExposureRow)
    raised = insert.on_conflict_do_update(
        index_elements=["profile_id"], set_={"shown": ExposureRow.shown + insert.excluded.shown}
    ).returning(ExposureRow.profile_id, ExposureRow.shown)
    return dict(session.connection().execute(raised, rows).all()) if rows else {}


def read_exposures(session: ReadSession) -> dict[str, int]:
    """Every profile's count."""
    query = select(ExposureRow.profile_id, ExposureRow.shown)
    return dict(session.execute(query).all())


def _forget_drafts(session: WriteSession, run_ids: Sequence[str]) -> None:
    """Of pruned runs, but for those that a running comparison counts."""
    counting = select(ComparedPairRow.comparison_id)
    drafted = select(DraftedListRow.run_id).where(DraftedListRow.run_id.in_(run_ids))
    forgotten = session.scalars(drafted.where(DraftedListRow.comparison_id.not_in(counting))).all()
    session.execute(delete(DraftedResultRow).where(DraftedResultRow.run_id.in_(forgotten)))
    session.execute(delete(DraftedListRow).where(DraftedListRow.run_id.in_(forgotten)))
