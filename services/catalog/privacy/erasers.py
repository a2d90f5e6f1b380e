"""Everything of the catalog that may hold somebody's data, and how it is forgotten: one entry for each table's owner.

A new table that may hold a text, a name or an address of a person or an organisation adds an entry here. The test of
the canary reads every column of every table and fails where one is missing.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from services.catalog.privacy import callers, introductions, profiles, webhooks
from services.catalog.privacy.subjects import DataSubject
from shared.kit.database import WriteSession

Eraser = Callable[[WriteSession, DataSubject, datetime], dict[str, int]]
"""Forgets in the caller's transaction, with the introductions and profiles locked; records by table."""

ERASERS: tuple[Eraser, ...] = (
    introductions.scrub,
    profiles.erase_feedback,
    callers.end_delegations,
    callers.revoke_keys,
    callers.forget_answers,
    webhooks.forget_webhooks,
    profiles.bury,  # last: its rows of the outbox follow the order of commits
)


def erase_everything(session: WriteSession, subject: DataSubject, *, now: datetime) -> dict[str, int]:
    """Run every eraser; records removed or rewritten by table, without those where there were none."""
    removed: Counter[str] = Counter()
    for erase in ERASERS:
        removed.update(erase(session, subject, now))
    return {table: count for table, count in sorted(removed.items()) if count}
