"""Wakes the readers that wait for the feed: one look at the database for all of them, whoever wrote."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from starlette.concurrency import run_in_threadpool

from services.catalog.changes.feed import LOGS, feed_heads
from shared.contracts.changes import FeedEntity
from shared.kit.database import Database, DatabaseUnavailable

LOOK_SECONDS = 0.1
"""How often it looks for what other processes committed; what this process commits is looked for at once."""
_SHORTEST_PAUSE_SECONDS = 0.02


class FeedWatch:
    """One task of the event loop; it looks only while somebody waits."""

    def __init__(self, database: Database) -> None:
        """Nothing runs before `start`."""
        self._database = database
        self._waiting: Mapping[FeedEntity, set[asyncio.Event]] = {entity: set() for entity in FeedEntity}
        self._is_wanted = asyncio.Event()
        self._is_rung = asyncio.Event()
        self._is_stopping = False
        self._loop = asyncio.get_running_loop()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look, and to hear what this process commits."""
        self._database.after_commit(self._ring)
        self._task = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Look no more; a look that has begun ends first, so that no connection is left open."""
        self._is_stopping = True
        self._is_wanted.set()
        self._is_rung.set()
        if self._task is not None:
            await self._task

    @contextmanager
    def listening(self, entity: FeedEntity) -> Iterator[asyncio.Event]:
        """An event that is set whenever an entity may have news while the block runs."""
        news = asyncio.Event()
        self._waiting[entity].add(news)
        self._is_wanted.set()
        try:
            yield news
        finally:
            self._waiting[entity].discard(news)

    def _ring(self) -> None:
        """Look at once; from any thread."""
        self._loop.call_soon_threadsafe(self._is_rung.set)

    async def _watch(self) -> None:
        seen: Mapping[FeedEntity, int] = {}
        while not self._is_stopping:
            if not any(self._waiting.values()):
                self._is_wanted.clear()
                await self._is_wanted.wait()
                continue
            self._is_rung.clear()
            seen = await self._look(seen)
            await asyncio.sleep(_SHORTEST_PAUSE_SECONDS)
            await _set_within(self._is_rung, LOOK_SECONDS - _SHORTEST_PAUSE_SECONDS)

    async def _look(self, seen: Mapping[FeedEntity, int]) -> Mapping[FeedEntity, int]:
        """Wake who waits for an entity with unstamped changes or another newest position than before."""
        try:
            heads = await run_in_threadpool(feed_heads, self._database)
        except DatabaseUnavailable:
            self._wake(*LOGS)  # their own reads tell them
            return seen
        self._wake(
            *(entity for entity, head in heads.items() if head.has_unstamped or head.last_seq != seen.get(entity))
        )
        return {entity: head.last_seq for entity, head in heads.items()}

    def _wake(self, *entities: FeedEntity) -> None:
        for entity in entities:
            for news in self._waiting[entity]:
                news.set()


async def _set_within(event: asyncio.Event, seconds: float) -> None:
    """Wait until the event is set, or the time is over."""
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return
