"""The SQL of exports: stored documents page by page, and how many are held back."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select

from services.catalog.tables import ProfileRow
from shared.contracts.profiles import Kind
from shared.contracts.vocabularies import ProfileStatus, Visibility
from shared.kit.database import Database, ReadSession

PAGE_ROWS = 500
_PRIVATE = (Visibility.HIDDEN.value, Visibility.ANONYMOUS.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportScope:
    """What is exported; hidden and anonymous profiles only where `is_private`."""

    kind: Kind | None = None
    source: str | None = None
    is_private: bool = False


def document_pages(database: Database, scope: ExportScope) -> Iterator[list[str]]:
    """Documents as JSON without contacts, by id; each page is read in a session of its own."""
    after_id = ""
    while True:
        with database.read() as session:
            page = _page(session, scope, after_id)
        if not page:
            return
        yield [document for _, document in page]
        after_id = page[-1][0]


def count_left_out(session: ReadSession, scope: ExportScope) -> int:
    """Active profiles in scope that are not exported because a masked copy would wipe what it hides."""
    if scope.is_private:
        return 0
    held_back = select(func.count()).where(*_wanted(scope), ProfileRow.visibility.in_(_PRIVATE))
    return session.execute(held_back).scalar_one()


def _page(session: ReadSession, scope: ExportScope, after_id: str) -> list[tuple[str, str]]:
    conditions = [*_wanted(scope), ProfileRow.id > after_id]
    if not scope.is_private:
        conditions.append(ProfileRow.visibility.not_in(_PRIVATE))
    statement = select(ProfileRow.id, ProfileRow.document).where(*conditions).order_by(ProfileRow.id).limit(PAGE_ROWS)
    return [(row.id, row.document) for row in session.execute(statement)]


def _wanted(scope: ExportScope) -> list[ColumnElement[bool]]:
    conditions = [ProfileRow.status == ProfileStatus.ACTIVE.value]
    if scope.kind is not None:
        conditions.append(ProfileRow.kind == scope.kind.value)
    if scope.source is not None:
        conditions.append(ProfileRow.source == scope.source)
    return conditions
