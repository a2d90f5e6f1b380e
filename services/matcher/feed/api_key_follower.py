"""Keeps the matcher's ring of API keys in step with the catalog's feed."""

import threading

import structlog

from services.matcher.feed.api_keys import KeyRing, forget_keys, store_keys, stored_keys
from services.matcher.feed.client import FeedClient
from shared.contracts.api_keys import ApiKeyChange
from shared.kit.database import Database

_log = structlog.get_logger("api-key-follower")
_LONGEST_PAUSE_SECONDS = 1.0
"""A revoked key must not be good for long after the catalog is back."""


class ApiKeyFollower:
    """A thread of its own: a key that was revoked waits behind nothing."""

    def __init__(self, database: Database, client: FeedClient, ring: KeyRing) -> None:
        """Nothing runs before `start`."""
        self._database = database
        self._client = client
        self._ring = ring
        self._epoch: str | None = None
        """None until the feed was read from its start: what was stored may be of a history that was taken back."""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="api-key-follower", daemon=True)

    def start(self) -> None:
        """Know the stored keys, then follow in the background."""
        with self._database.read() as session:
            self._ring.put(stored_keys(session))
        self._thread.start()

    def stop_soon(self) -> None:
        """End after the page in hand; does not wait for it."""
        self._stopping.set()

    def stop(self) -> None:
        """End after the page in hand."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=30)

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

    def _run(self) -> None:
        pause_seconds = 0.1
        while not self._stopping.is_set():
            try:
                self.follow_once(wait=True)
                pause_seconds = 0.1
            except Exception as error:  # noqa: BLE001 - the outer loop: whatever it was, log, wait, go on
                _log.warning("api_keys_paused", error=type(error).__name__, pause_seconds=pause_seconds)
                self._stopping.wait(pause_seconds)
                pause_seconds = min(2 * pause_seconds, _LONGEST_PAUSE_SECONDS)

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
