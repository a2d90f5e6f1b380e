"""The outbox: changes written in the transaction that makes them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert

from services.catalog.tables import ChangeRow
from shared.contracts.vocabularies import ProfileStatus
from shared.kit.columns import table_of
from shared.kit.database import WriteSession

_CHANGES = table_of(ChangeRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What the feed will tell of one profile."""

    profile_id: str
    revision: int
    status: ProfileStatus
    document: str


def record(session: WriteSession, changes: Iterable[Change], *, now: datetime) -> None:
    """Write changes last, with their profiles' rows locked: then ids follow the order of commits for each profile."""
    rows = [
        {
            "profile_id": change.profile_id,
            "revision": change.revision,
            "status": change.status.value,
            "document": change.document,
            "changed_at": now,
        }
        for change in changes
    ]
    if rows:
        session.execute(insert(_CHANGES), rows)
