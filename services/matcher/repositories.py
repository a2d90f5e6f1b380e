"""SQL of the matcher's own store: documents and vectors."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from time import monotonic, sleep
from typing import Any

from sqlalchemy import delete, func, select

from services.matcher.tables import DocumentRow, FeedPositionRow, VectorRow
from shared.kit.columns import table_of
from shared.kit.database import DatabaseUnavailable, ReadSession, WriteSession, insert_into

_EMPTIED_ID = 2
"""This row's number counts how often the store was emptied for another catalog's feed."""
_BATCH = 500
_CLAIM = 6_451_003
_CLAIM_AGAIN_SECONDS = 0.02
_LONGEST_EMBEDDING_SECONDS = 600


def write_documents(session: WriteSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert documents, or replace older revisions of them."""
    if rows:
        insert = insert_into(session, table_of(DocumentRow))
        replaced = {name: insert.excluded[name] for name in rows[0] if name != "profile_id"}
        is_newer = insert.excluded.revision >= DocumentRow.revision
        newer = insert.on_conflict_do_update(index_elements=["profile_id"], set_=replaced, where=is_newer)
        session.execute(newer, list(rows))


def documents_after(session: ReadSession, feed_seq: int, limit: int) -> Sequence[DocumentRow]:
    """Documents changed after a feed position, in feed order."""
    after = select(DocumentRow).where(DocumentRow.feed_seq > feed_seq).order_by(DocumentRow.feed_seq).limit(limit)
    return session.scalars(after).all()


def documents_of(session: ReadSession, profile_ids: Iterable[str]) -> list[DocumentRow]:
    """The documents of the profiles that are known."""
    found: list[DocumentRow] = []
    for some in _in_batches(tuple(profile_ids)):
        found += session.scalars(select(DocumentRow).where(DocumentRow.profile_id.in_(some)))
    return found


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
    if rows:
        session.execute(insert_into(session, table_of(VectorRow)).on_conflict_do_nothing(), rows)


def claim_embedding(session: WriteSession, model_id: str) -> None:
    """On PostgreSQL, wait until no other replica embeds under a model, and keep the others waiting until the commit.

    Raises DatabaseUnavailable where another one takes longer than the longest page should.
    """
    if session.get_bind().dialect.name != "postgresql":
        return
    # The transaction is idle while the model works; the connection's end, however it comes, gives the claim back.
    session.execute(select(func.set_config("idle_in_transaction_session_timeout", "0", True)))
    claim = select(func.pg_try_advisory_xact_lock(_CLAIM, func.hashtext(model_id)))
    deadline = monotonic() + _LONGEST_EMBEDDING_SECONDS
    while not session.execute(claim).scalar_one():  # asked again and again: a statement may not wait for so long
        if monotonic() > deadline:
            raise DatabaseUnavailable("Another replica has been embedding for too long; this one waits on.")
        sleep(_CLAIM_AGAIN_SECONDS)


def count_vectors(session: ReadSession, model_id: str) -> int:
    """Number of texts embedded under a model."""
    count = session.scalar(select(func.count()).select_from(VectorRow).where(VectorRow.model_id == model_id))
    return count or 0


def forget_documents(session: WriteSession) -> None:
    """Drop every document; vectors stay. Counted: replicas look."""
    session.execute(delete(DocumentRow))
    session.merge(FeedPositionRow(id=_EMPTIED_ID, feed_seq=times_emptied(session) + 1, model_id=""))


def times_emptied(session: ReadSession) -> int:
    """How often the documents were dropped: a position of another number is one in another catalog's feed."""
    row = session.get(FeedPositionRow, _EMPTIED_ID)
    return row.feed_seq if row else 0


def _in_batches(items: Sequence[Any]) -> Iterator[Sequence[Any]]:  # Any: rows or keys of any table
    return (items[start : start + _BATCH] for start in range(0, len(items), _BATCH))
