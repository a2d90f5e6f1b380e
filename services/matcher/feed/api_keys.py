"""The API keys that this service recognises, in a store of its own: they are known while the catalog is away."""

from collections.abc import Iterable

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from services.matcher.tables import ApiKeyRow
from shared.contracts.api_keys import ApiKeyChange, ApiKeyRecord
from shared.kit.database import ReadSession, WriteSession


class KeyRing:
    """Keys in memory, looked up by every request; a change is in force with one assignment."""

    def __init__(self) -> None:
        self._records: dict[str, ApiKeyRecord] = {}
        self.feed_seq = 0
        """How far the feed was read. Each replica reads for itself: one that did not would miss what another stored."""

    async def find(self, key_id: str) -> ApiKeyRecord | None:
        """As the feed last told of it."""
        return self._records.get(key_id)

    def put(self, changes: Iterable[ApiKeyChange]) -> None:
        """Take changes in the feed's order; only its follower calls."""
        for change in changes:
            self._records[change.key.key_id] = change.key
            self.feed_seq = max(self.feed_seq, change.feed_seq)

    def replace(self, changes: Iterable[ApiKeyChange]) -> None:
        """Know these alone: all that the feed tells, in its order."""
        told = tuple(changes)
        self._records = {change.key.key_id: change.key for change in told}
        self.feed_seq = max((change.feed_seq for change in told), default=0)


def stored_keys(session: ReadSession) -> list[ApiKeyChange]:
    """Every key in the feed's order."""
    rows = session.scalars(select(ApiKeyRow).order_by(ApiKeyRow.feed_seq))
    return [ApiKeyChange(feed_seq=row.feed_seq, key=ApiKeyRecord.model_validate_json(row.document)) for row in rows]


def store_keys(session: WriteSession, changes: Iterable[ApiKeyChange]) -> None:
    """Keep the newest state of each; a replica that lags never takes it back."""
    dialect_insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    for change in sorted(changes, key=lambda change: change.key.key_id):
        document = change.key.model_dump_json(exclude_none=True)
        insert = dialect_insert(ApiKeyRow).values(key_id=change.key.key_id, feed_seq=change.feed_seq, document=document)
        newer = {"feed_seq": insert.excluded.feed_seq, "document": insert.excluded.document}
        is_newer = insert.excluded.feed_seq > ApiKeyRow.feed_seq
        session.execute(insert.on_conflict_do_update(index_elements=["key_id"], set_=newer, where=is_newer))


def forget_keys(session: WriteSession) -> None:
    """Drop every key: they were another catalog's."""
    session.execute(delete(ApiKeyRow))
