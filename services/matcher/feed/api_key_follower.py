"""Keeps the matcher's ring of API keys in step with the catalog's feed."""

import structlog

from services.matcher.feed.api_keys import KeyRing, forget_keys, store_keys, stored_keys
from services.matcher.feed.client import FeedClient
from services.matcher.feed.reader import FeedReader
from shared.contracts.api_keys import ApiKeyChange
from shared.kit.database import Database

_log = structlog.get_logger("api-key-follower")
_LONGEST_PAUSE_SECONDS = 1.0
"""A revoked key must not be good for long after the catalog is back."""


class ApiKeyFollower(FeedReader):
    """A thread of its own: a key that was revoked waits behind nothing."""

    def __init__(self, database: Database, client: FeedClient, ring: KeyRing) -> None:
        """Nothing runs before `start`."""
        super().__init__("api_keys", thread="api-key-follower", longest_pause_seconds=_LONGEST_PAUSE_SECONDS)
        self._database = database
        self._client = client
        self._ring = ring
        self._epoch: str | None = None
        """None until the feed was read from its start: what was stored may be of a history that was taken back."""

    def start(self) -> None:
        """Know the stored keys, then follow in the background."""
        with self._database.read() as session:
            self._ring.put(stored_keys(session))
        super().start()

    def follow_once(self, *, wait: bool) -> bool:
        """Take one page: in force first, then stored. True if it held keys. Raises FeedUnreachableError."""
        page = self._client.api_keys(self._ring.feed_seq, wait=wait and self._epoch is not None)
        if page.latest_seq < self._ring.feed_seq or page.epoch != self._epoch:
            self._read_anew(page.epoch)
            return True
        self._ring.put(page.items)
        if page.items:
            with self._database.write() as session:
                store_keys(session, page.items)
        return bool(page.items)

    def _read_anew(self, epoch: str | None) -> None:
        """Another history than the one in hand, or the first look since a start: read from 0 and replace.

        Keys held stay in force while it is read, so that nobody is locked out meanwhile.
        """
        told: list[ApiKeyChange] = []
        page = self._client.api_keys(0, wait=False)
        while page.items and page.epoch == epoch:
            told += page.items
            page = self._client.api_keys(page.next_after, wait=False)
        if page.epoch != epoch:
            return  # it changed once more: the next look begins anew
        self._ring.replace(told)
        with self._database.write() as session:
            forget_keys(session)
            store_keys(session, told)
        _log.info("api_keys_read_anew", keys=len(told))
        self._epoch = epoch
