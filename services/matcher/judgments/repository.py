"""SQL of golden sets and their judgments."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from services.matcher.tables import DocumentRow, GoldenSetRow, JudgmentRow
from shared.contracts.golden_sets import JudgmentSource
from shared.kit.database import ReadSession, WriteSession

_BATCH = 500
_KEY = ("set_id", "subject_id", "target_id", "source", "judge")
Key = tuple[str, str, str, str]
"""Subject, target, source, judge."""


def find_set(session: ReadSession, set_id: str) -> GoldenSetRow | None:
    """One set."""
    return session.get(GoldenSetRow, set_id)


def find_by_name(session: ReadSession, name: str) -> GoldenSetRow | None:
    """The set of that name."""
    return session.scalars(select(GoldenSetRow).where(GoldenSetRow.name == name)).one_or_none()


def lock_set(session: WriteSession, set_id: str) -> GoldenSetRow | None:
    """One set, locked until the commit: writers of its judgments take turns."""
    return session.scalars(select(GoldenSetRow).where(GoldenSetRow.set_id == set_id).with_for_update()).one_or_none()


def list_sets(session: ReadSession, *, after_id: str, limit: int, with_archived: bool) -> Sequence[GoldenSetRow]:
    """The next sets by id."""
    query = select(GoldenSetRow).where(GoldenSetRow.set_id > after_id).order_by(GoldenSetRow.set_id).limit(limit)
    return session.scalars(query if with_archived else query.where(GoldenSetRow.is_archived.is_(False))).all()


def count_judgments(session: ReadSession, set_ids: Sequence[str]) -> dict[str, dict[JudgmentSource, int]]:
    """Judgments by set and source."""
    counts: dict[str, dict[JudgmentSource, int]] = {set_id: {} for set_id in set_ids}
    query = (
        select(JudgmentRow.set_id, JudgmentRow.source, func.count())
        .where(JudgmentRow.set_id.in_(set_ids))
        .group_by(JudgmentRow.set_id, JudgmentRow.source)
        .order_by(JudgmentRow.source)
    )
    for set_id, source, count in session.execute(query):
        counts[set_id][JudgmentSource(source)] = count
    return counts


def find_judgment(session: ReadSession, set_id: str, key: Key) -> JudgmentRow | None:
    """One judgment."""
    return session.scalars(select(JudgmentRow).where(*_is(set_id, key))).one_or_none()


def list_judgments(
    session: ReadSession,
    set_id: str,
    *,
    sources: Collection[JudgmentSource],
    subject_id: str | None,
    after_id: int,
    limit: int,
) -> Sequence[JudgmentRow]:
    """The next judgments in the order in which they were first made."""
    wanted = [JudgmentRow.set_id == set_id, JudgmentRow.source.in_(sorted(sources)), JudgmentRow.id > after_id]
    if subject_id is not None:
        wanted.append(JudgmentRow.subject_id == subject_id)
    return session.scalars(select(JudgmentRow).where(*wanted).order_by(JudgmentRow.id).limit(limit)).all()


def all_judgments(session: ReadSession, set_id: str, sources: Collection[JudgmentSource]) -> list[JudgmentRow]:
    """Every judgment of some sources, by pair, source and judge whatever the database's collation."""
    query = select(JudgmentRow).where(JudgmentRow.set_id == set_id, JudgmentRow.source.in_(sorted(sources)))
    return sorted(session.scalars(query), key=lambda row: (row.subject_id, row.target_id, row.source, row.judge))


def write_judgments(session: WriteSession, rows: Sequence[Mapping[str, Any]]) -> None:  # Any: column values
    """Insert judgments, or replace those of the same pair, source and judge; each key at most once."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    for start in range(0, len(rows), _BATCH):
        insert = dialect.insert(JudgmentRow).values(list(rows[start : start + _BATCH]))
        replaced = {name: insert.excluded[name] for name in ("grade", "note", "judged_at")}
        session.execute(insert.on_conflict_do_update(index_elements=list(_KEY), set_=replaced))


def delete_judgment(session: WriteSession, set_id: str, key: Key) -> int:
    """How many there were: 0 or 1."""
    deleted = session.scalars(delete(JudgmentRow).where(*_is(set_id, key)).returning(JudgmentRow.id)).all()
    return len(deleted)


def delete_sources(session: WriteSession, set_id: str, sources: Collection[JudgmentSource]) -> int:
    """Take out all that some sources said; how many they were."""
    wanted = JudgmentRow.set_id == set_id, JudgmentRow.source.in_(sorted(sources))
    return len(session.scalars(delete(JudgmentRow).where(*wanted).returning(JudgmentRow.id)).all())


def documents(session: ReadSession, profile_ids: Iterable[str]) -> dict[str, DocumentRow]:
    """Those of the profiles that the matcher has read, withdrawn ones too."""
    wanted, found = sorted(set(profile_ids)), dict[str, DocumentRow]()
    for start in range(0, len(wanted), _BATCH):
        query = select(DocumentRow).where(DocumentRow.profile_id.in_(wanted[start : start + _BATCH]))
        found |= {row.profile_id: row for row in session.scalars(query)}
    return found


def active_documents(session: ReadSession) -> Iterable[DocumentRow]:
    """Every active profile by id, read as it is asked for."""
    query = select(DocumentRow).where(DocumentRow.is_active).order_by(DocumentRow.profile_id)
    return session.scalars(query.execution_options(yield_per=1_000))


def _is(set_id: str, key: Key) -> tuple[Any, ...]:  # Any: SQLAlchemy's conditions
    subject_id, target_id, source, judge = key
    return (
        JudgmentRow.set_id == set_id,
        JudgmentRow.subject_id == subject_id,
        JudgmentRow.target_id == target_id,
        JudgmentRow.source == source,
        JudgmentRow.judge == judge,
    )
