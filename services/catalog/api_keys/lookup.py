"""The keys of incoming requests: read from the database, and believed for a second."""

import threading
from datetime import UTC, datetime, timedelta
from time import monotonic

import structlog
from starlette.concurrency import run_in_threadpool

from services.catalog.api_keys import repository
from services.catalog.api_keys.service import record_of
from shared.contracts.api_keys import ApiKeyRecord
from shared.kit.database import Database
from shared.kit.errors import ServiceError

BELIEVED_SECONDS = 1.0
"""A key revoked in another process is refused here after this time at the latest."""
USE_NOTED_EVERY = timedelta(minutes=1)
_MOST_BELIEVED = 10_000


class StoredKeys:
    """Looks keys up; one that is not there is looked for each time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._believed: dict[str, tuple[float, ApiKeyRecord]] = {}
        self._turn = threading.Lock()

    async def find(self, key_id: str) -> ApiKeyRecord | None:
        """Raises DatabaseUnavailable."""
        read_at, record = self._believed.get(key_id, (float("-inf"), None))
        if record is not None and monotonic() - read_at < BELIEVED_SECONDS:
            return record
        return await run_in_threadpool(self._read, key_id)

    def forget(self) -> None:
        """Look every key up anew: one of them has changed."""
        with self._turn:
            self._believed = {}

    def _read(self, key_id: str) -> ApiKeyRecord | None:
        read_at, now = monotonic(), datetime.now(UTC)
        with self._turn:
            believed = self._believed
        with self._database.read() as session:
            row = repository.find(session, key_id)
            if row is None:
                return None
            record, last_used_at = record_of(row), row.last_used_at
        if last_used_at is None or now - last_used_at > USE_NOTED_EVERY:
            self._note_use(key_id, now)
        with self._turn:
            if len(believed) >= _MOST_BELIEVED:
                believed.clear()
            believed[key_id] = (read_at, record)  # into a set that `forget` may have let go of meanwhile
        return record

    def _note_use(self, key_id: str, now: datetime) -> None:
        try:
            with self._database.write() as session:
                repository.note_use(session, key_id, now=now, if_before=now - USE_NOTED_EVERY)
        except ServiceError as error:
            structlog.get_logger("identity").warning("use_of_key_not_noted", key_id=key_id, problem=error.code)
