"""Everything that the matcher has derived from an organisation's profiles, as one document."""

import json
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic_core import from_json
from sqlalchemy import ColumnElement, Table, or_, select

from services.matcher.privacy.match_runs import named_in, pages
from services.matcher.recommendation_tables import RecommendationRow
from services.matcher.retrieval.snapshot import Snapshot
from services.matcher.tables import FeedbackRow, IntroductionRow, MatchRunRow, VectorRow, metadata
from shared.contracts.identity import Role
from shared.contracts.personal_data import KeptRecord, KeptRun, MatcherPersonalData
from shared.kit.database import Database
from shared.kit.errors import Forbidden, NotFound
from shared.kit.identity import Principal

_NAMES = ("profile_id", "subject_id", "target_id", "reader_id")
"""Columns by which a table's rows are somebody's."""
_THEIRS = {FeedbackRow.__tablename__: "subject_id", RecommendationRow.__tablename__: "reader_id"}
"""What was proposed to somebody is theirs alone."""
_APART = {MatchRunRow.__tablename__, VectorRow.__tablename__, "erased_profiles"}
_BATCH = 500


class NotYours(Forbidden):
    """Only an organisation itself, or an administrator on its behalf, has its data exported."""

    code = "personal_data_not_yours"

    def __init__(self) -> None:
        super().__init__("This belongs to another organisation; only its own people and administrators may do this.")


class NobodyHere(NotFound):
    """The matcher holds nothing of what is named."""

    code = "personal_data_not_found"

    def __init__(self) -> None:
        super().__init__("No profile here is of that organisation, or has that id; name another.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Some profiles, and the organisation that was named."""

    organization_id: str | None
    profile_ids: tuple[str, ...]


def whose(principal: Principal, organization: str | None, profile_id: str | None, snapshot: Snapshot) -> Whose:
    """The profiles that are meant; the caller's own organisation's where nobody is named.

    Raises NobodyHere and NotYours.
    """
    if profile_id is not None:
        found = snapshot.find(profile_id)
        entry = None if found is None else found[0].entries[found[1]]
        if entry is None or not _decides_for(principal, entry.owner()):
            raise NobodyHere
        return Whose(organization_id=None, profile_ids=(profile_id,))
    named = organization or principal.organization_id
    if named is None:
        raise NobodyHere
    if not _decides_for(principal, named):
        raise NotYours
    own = sorted(entry.profile_id for entry in snapshot.entries() if entry.owner() == named)
    return Whose(organization_id=named, profile_ids=tuple(own))


def export(database: Database, of: Whose, *, now: datetime) -> MatcherPersonalData:
    """Rows that name the profiles, and the recorded answers that do. Raises DatabaseUnavailable."""
    return MatcherPersonalData(
        organization_id=of.organization_id,
        profile_ids=of.profile_ids,
        exported_at=now,
        records=tuple(_records(database, of.profile_ids)),
        runs=tuple(_runs(database, set(of.profile_ids))) if of.profile_ids else (),
    )


def _records(database: Database, profile_ids: tuple[str, ...]) -> Iterator[KeptRecord]:
    for table in metadata.sorted_tables:
        naming = [table.c[name] for name in _NAMES if name in table.c]
        if not naming or table.name in _APART:
            continue
        for start in range(0, len(profile_ids), _BATCH):
            query = select(table).where(_concerns(table, profile_ids[start : start + _BATCH]))
            with database.read() as session:
                rows = session.execute(query.order_by(*table.primary_key.columns)).mappings().all()
            for row in rows:
                columns = {name: _as_json(value) for name, value in row.items() if value is not None}
                yield KeptRecord(table=table.name, columns=columns)


def _concerns(table: Table, some: Collection[str]) -> ColumnElement[bool]:
    """What a target has not heard of is its subject's own."""
    if table.name in _THEIRS:
        return table.c[_THEIRS[table.name]].in_(some)
    if table.name == IntroductionRow.__tablename__:
        return or_(table.c.subject_id.in_(some), table.c.target_id.in_(some) & table.c.is_told)
    return or_(*(table.c[name].in_(some) for name in _NAMES if name in table.c))


def _runs(database: Database, own: set[str]) -> Iterator[KeptRun]:
    """One's own answers whole; of others' only that one stood in them."""
    for page in pages(database):
        for run in page:
            named = named_in(run, own)
            if not named:
                continue
            is_subject = run.subject_id in own
            yield KeptRun(
                run_id=run.run_id,
                is_subject=is_subject,
                profile_ids=tuple(sorted(named)),
                first_answered_at=run.created_at,
                last_answered_at=run.last_answered_at,
                answered=run.answered,
                request=from_json(zlib.decompress(run.request)) if is_subject else None,
                answer=from_json(zlib.decompress(run.answer)) if is_subject else None,
            )


def _decides_for(principal: Principal, owner: str | None) -> bool:
    return principal.is_local or Role.ADMIN in principal.roles or principal.owns(owner)


def _as_json(value: Any) -> Any:  # Any: what a column holds
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        value = zlib.decompress(value).decode()
    if isinstance(value, str) and value.startswith("{"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
