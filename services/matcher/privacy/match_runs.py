"""Recorded answers that name an erased profile: deleted as a whole, with a line that says so.

An answer is kept byte by byte, so that it can be repeated and compared; with a result cut out, it would be another one.
"""

import re
import zlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy import delete, select

from services.matcher import erased_repository
from services.matcher.tables import MatchRunRow
from shared.kit.database import Database

_PAGE = 500
_ID = re.compile(rb"prf_[0-9a-f]{32}")
Found = dict[str, set[str]]
"""Erased profiles by the run that names them."""


def delete_runs(database: Database, erasures: Mapping[str, str]) -> Counter[tuple[str, str]]:
    """Look through every run, a page at a time; `erasures` by profile. Raises DatabaseUnavailable."""
    removed: Counter[tuple[str, str]] = Counter()
    for page in pages(database):
        found: Found = {run.run_id: named for run in page if (named := named_in(run, erasures.keys()))}
        if found:
            _delete(database, found, erasures)
            removed.update((one, "match_runs") for named in found.values() for one in named)
    return removed


def pages(database: Database) -> Iterator[Sequence[MatchRunRow]]:
    """Every run in the order of their ids. Raises DatabaseUnavailable."""
    after = ""
    while True:
        query = select(MatchRunRow).where(MatchRunRow.run_id > after).order_by(MatchRunRow.run_id).limit(_PAGE)
        with database.read() as session:
            page = session.scalars(query).all()
        if not page:
            return
        yield page
        after = page[-1].run_id


def named_in(run: MatchRunRow, wanted: Collection[str]) -> set[str]:
    """The wanted profiles that a run was asked for or names anywhere: as a match, a near miss, one left out."""
    texts = (zlib.decompress(run.request), zlib.decompress(run.answer))
    named = {one.decode() for text in texts for one in _ID.findall(text)} | {run.subject_id or ""}
    return {one for one in named if one in wanted}


def _delete(database: Database, found: Found, erasures: Mapping[str, str]) -> None:
    with database.write() as session:
        session.execute(delete(MatchRunRow).where(MatchRunRow.run_id.in_(sorted(found))))
        erasure_by_run = {run_id: erasures[min(named)] for run_id, named in found.items()}
        erased_repository.note_erased_runs(session, erasure_by_run)
