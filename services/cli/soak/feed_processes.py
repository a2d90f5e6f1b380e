"""What the feed soak's child processes run: writers on the database itself, and a reader that stamps."""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from multiprocessing.connection import Connection

from services.catalog.app import open_catalog
from services.catalog.changes.feed import read_feed
from services.catalog.profiles import service
from services.catalog.profiles.service import Upserted
from services.cli.soak.catalog_writers import SOURCE
from shared.contracts.imports import RowOutcome
from shared.contracts.profiles import Project
from shared.kit.database import Database, DatabaseUnavailable

_ROLLED_BACK, _SLOW = 0.1, 0.02
_LONGEST_TRANSACTION_SECONDS = 0.3


class _TakenBack(Exception):
    """The transaction is to leave nothing behind."""


def write_transactions(url: str, process: int, threads: int, events: int, batch: int, pipe: Connection) -> None:
    """Commit this many events in batches from several threads, and send what was committed: (profile id, revision).

    One transaction in ten is rolled back after its outbox rows were written; one in fifty is slow to commit.
    """
    database = open_catalog(url)
    with ThreadPoolExecutor(threads) as pool:
        shares = [
            pool.submit(_write, database, f"{process}.{thread}", events // threads, batch) for thread in range(threads)
        ]
        committed = [one for share in shares for one in share.result()]
    database.close()
    pipe.send(committed)


def stamp_and_read(url: str, pipe: Connection) -> None:
    """Read the feed from its beginning, over and over as a new reader: stamps whatever waits. Ends by being killed."""
    database = open_catalog(url)
    pipe.send(True)
    after = 0
    while not pipe.poll():
        with suppress(DatabaseUnavailable):
            after = read_feed(database, after=after, limit=1_000).next_after
    database.close()


def _write(database: Database, name: str, events: int, batch: int) -> list[tuple[str, int]]:
    draw = random.Random(name)  # noqa: S311 - a schedule, no secret
    committed: list[tuple[str, int]] = []
    number = 0
    while len(committed) < events:
        number += 1
        with suppress(_TakenBack, DatabaseUnavailable):
            committed += _transaction(database, draw, f"{name}.{number}", batch)
    return committed


def _transaction(database: Database, draw: random.Random, title: str, batch: int) -> list[tuple[str, int]]:
    """Profiles are shared by all writers, so that revisions of one profile come from many transactions."""
    numbers = sorted(draw.sample(range(200 * batch), batch))
    profiles = [
        Project(source=SOURCE, external_id=str(number), title=f"{title}.{number}", summary=title) for number in numbers
    ]
    with database.write() as session:
        written = service.upsert_many(session, profiles, now=datetime.now(UTC))
        if draw.random() < _SLOW:
            time.sleep(draw.uniform(0, _LONGEST_TRANSACTION_SECONDS))
        if draw.random() < _ROLLED_BACK:
            raise _TakenBack
    return [_event(one) for one in written if one.outcome is not RowOutcome.UNCHANGED]


def _event(written: Upserted) -> tuple[str, int]:
    return written.profile_id, written.revision
