"""SQL of the matcher's own store: documents, vectors, the feed position."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from services.matcher.tables import Base, DocumentRow, FeedPositionRow, VectorRow
from shared.kit.database import ReadSession, WriteSession

_POSITION_ID = 1
_EMPTIED_ID = 2
"""This row's number counts how often the store was emptied for another catalog's feed."""
_BATCH = 500


def read_position(session: ReadSession) -> FeedPositionRow | None:
    """How far the follower has read; None before the first page."""
    return session.get(FeedPositionRow, _POSITION_ID)


def write_position(session: WriteSession, feed_seq: int, model_id: str) -> None:
    """Record how far the follower has read."""
    session.merge(FeedPositionRow(id=_POSITION_ID, feed_seq=feed_seq, model_id=model_id))


def write_documents(session: WriteSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert documents, or replace older revisions of them."""
    for some in _in_batches(rows):
        insert = _insert(session, DocumentRow).values(list(some))
        replaced = {name: insert.excluded[name] for name in some[0] if name != "profile_id"}
        is_newer = insert.excluded.revision >= DocumentRow.revision
        session.execute(insert.on_conflict_do_update(index_elements=["profile_id"], set_=replaced, where=is_newer))


def documents_after(session: ReadSession, feed_seq: int, limit: int) -> Sequence[DocumentRow]:
    """Documents changed after a feed position, in feed order."""
    after = select(DocumentRow).where(DocumentRow.feed_seq > feed_seq).order_by(DocumentRow.feed_seq).limit(limit)
    return session.scalars(after).all()


def revisions(session: ReadSession, profile_ids: Iterable[str]) -> dict[str, int]:
    """The revision held of each of the profiles that are known."""
    held: dict[str, int] = {}
    for some in _in_batches(tuple(profile_ids)):
        query = select(DocumentRow.profile_id, DocumentRow.revision).where(DocumentRow.profile_id.in_(some))
        held |= dict(session.execute(query).all())
    return held


def read_vectors(session: ReadSession, model_id: str, hashes: Iterable[str]) -> dict[str, bytes]:
    """Stored vectors by text hash; unknown hashes are left out."""
    found: dict[str, bytes] = {}
    for some in _in_batches(tuple(hashes)):
        query = select(VectorRow.text_hash, VectorRow.vector).where(
            VectorRow.model_id == model_id, VectorRow.text_hash.in_(some)
        )
        found |= dict(session.execute(query).all())
    return found


def write_vectors(session: WriteSession, model_id: str, vectors: Mapping[str, bytes]) -> None:
    """Store vectors that are not stored yet."""
    rows = [{"model_id": model_id, "text_hash": text_hash, "vector": data} for text_hash, data in vectors.items()]
    for some in _in_batches(rows):
        session.execute(_insert(session, VectorRow).values(list(some)).on_conflict_do_nothing())


def count_vectors(session: ReadSession, model_id: str) -> int:
    """Number of texts embedded under a model."""
    count = session.scalar(select(func.count()).select_from(VectorRow).where(VectorRow.model_id == model_id))
    return count or 0


def forget_documents(session: WriteSession) -> None:
    """Drop documents and position, as if the feed had never been read; vectors stay. Counted: replicas look."""
    session.execute(delete(DocumentRow))
    session.execute(delete(FeedPositionRow).where(FeedPositionRow.id == _POSITION_ID))
    session.merge(FeedPositionRow(id=_EMPTIED_ID, feed_seq=times_emptied(session) + 1, model_id=""))


def times_emptied(session: ReadSession) -> int:
    """How often the documents were dropped: a position of another number is one in another catalog's feed."""
    row = session.get(FeedPositionRow, _EMPTIED_ID)
    return row.feed_seq if row else 0


def _in_batches(items: Sequence[Any]) -> Iterator[Sequence[Any]]:  # Any: rows or keys of any table
    return (items[start : start + _BATCH] for start in range(0, len(items), _BATCH))


def _insert(session: WriteSession, table: type[Base]) -> Any:  # Any: the two dialects' inserts share no type
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(table) if is_postgresql else sqlite.insert(table)
