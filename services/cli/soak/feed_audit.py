"""What a catalog's database holds after a soak, compared with itself and with what its writers were told."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from services.catalog.changes.feed import read_feed
from services.catalog.tables import ProfileContactRow, ProfileRow, ProfileTermRow
from services.cli.soak.catalog_writers import Account, Written
from shared.contracts.changes import ProfileChange
from shared.contracts.vocabularies import ProfileStatus
from shared.kit.database import Database, ReadSession

_PAGE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedAudit:
    """Counts of what must not be; all are 0 where nothing was lost."""

    events: int
    lost: int
    """Acknowledged revisions that the feed does not tell as they were sent."""
    unsent: int
    """Revisions in the feed that nobody sent."""
    out_of_order: int
    """Profiles whose revisions are not 1, 2, 3, ... in the order of the feed."""
    gaps: int
    """Whether the positions are not 1, 2, 3, ...: 0 or 1."""
    differing: int
    """Profiles whose stored state is not what the feed tells of them last."""
    torn: int
    """Profiles whose words or contact belong to another revision than their document."""

    @property
    def faults(self) -> Mapping[str, int]:
        """By name, for a report."""
        names = ("lost", "unsent", "out_of_order", "gaps", "differing", "torn")
        return {name: getattr(self, name) for name in names}


def audit_feed(database: Database, accounts: Sequence[Account]) -> FeedAudit:
    """Read everything and compare."""
    changes = whole_feed(database)
    newest = {change.profile_id: change for change in changes}
    with database.read() as session:
        differing, torn = _compare_rows(session, newest)
    return FeedAudit(
        events=len(changes),
        lost=count_lost(changes, accounts),
        unsent=_count_unsent(changes, accounts),
        out_of_order=count_out_of_order((change.profile_id, change.revision) for change in changes),
        gaps=int([change.feed_seq for change in changes] != list(range(1, len(changes) + 1))),
        differing=differing,
        torn=torn,
    )


def whole_feed(database: Database) -> list[ProfileChange]:
    """Every change, in order."""
    changes: list[ProfileChange] = []
    while page := read_feed(database, after=len(changes) and changes[-1].feed_seq, limit=_PAGE).items:
        changes += page
    return changes


def count_out_of_order(told: Iterable[tuple[str, int]]) -> int:
    """Profiles whose revisions, in the order given, are not 1, 2, 3, ..."""
    revisions: dict[str, list[int]] = defaultdict(list)
    for profile_id, revision in told:
        revisions[profile_id].append(revision)
    return sum(numbers != list(range(1, len(numbers) + 1)) for numbers in revisions.values())


def count_lost(changes: Sequence[ProfileChange], accounts: Sequence[Account]) -> int:
    """Acknowledged writes that are missing, or are there as something else."""
    told = {(change.profile_id, change.revision): change for change in changes}
    return sum(
        key not in told or not _is_as_sent(told[key], written)
        for account in accounts
        for key, written in account.acknowledged.items()
    )


def _is_as_sent(change: ProfileChange, written: Written) -> bool:
    if written.is_withdrawal:
        return change.status is ProfileStatus.WITHDRAWN
    return change.status is ProfileStatus.ACTIVE and change.profile.title == written.title


def _count_unsent(changes: Sequence[ProfileChange], accounts: Sequence[Account]) -> int:
    sent = {title for account in accounts for title in account.attempted}
    return sum(change.profile.title not in sent for change in changes)


def _compare_rows(session: ReadSession, newest: Mapping[str, ProfileChange]) -> tuple[int, int]:
    """How many profiles differ from the feed, and how many are made of two revisions."""
    terms: dict[str, set[str]] = defaultdict(set)
    for profile_id, term in session.execute(
        select(ProfileTermRow.profile_id, ProfileTermRow.term).where(ProfileTermRow.attribute == "sector")
    ):
        terms[profile_id].add(term)
    contacts = dict(session.execute(select(ProfileContactRow.profile_id, ProfileContactRow.document)).all())
    differing = torn = 0
    rows = session.scalars(select(ProfileRow)).all()
    for row in rows:
        change = newest.get(row.id)
        if change is None or (row.revision, row.status) != (change.revision, change.status.value):
            differing += 1
            continue
        title = change.profile.title
        differing += f'"title":"{title}"' not in row.document
        torn += terms[row.id] != set(change.profile.sectors) or f'"{title}"' not in contacts.get(row.id, "")
    return differing + len(newest.keys() - {row.id for row in rows}), torn
