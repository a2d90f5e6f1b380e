"""Sends what is due: leases deliveries, attempts many at once, few to any one endpoint, and writes down what came."""

import asyncio
import contextlib
import random
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import structlog

from services.catalog.webhooks import queue
from services.catalog.webhooks.queue import Attempted, Claim
from services.catalog.webhooks.retries import RetryPolicy
from services.catalog.webhooks.sending import Outcome, Request, Sender
from services.catalog.webhooks.signing import SigningKey, signed_headers
from shared.kit.database import Database
from shared.kit.errors import ServiceError

Result = TypeVar("Result")
CountOutcomes = Callable[[dict[str, int]], None]
_log = structlog.get_logger("webhooks")
_STOP_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchLimits:
    """How much at a time."""

    at_once: int
    at_once_to_one: int
    """To one endpoint, so that slow ones do not take every place."""
    attempt_seconds: float
    poll_seconds: float
    writing_seconds: float = 20
    """What a lease adds to an attempt's time limit, for writing down what came of it."""

    @property
    def lease(self) -> timedelta:
        """After which another dispatcher takes an attempt for lost."""
        return timedelta(seconds=self.attempt_seconds + self.writing_seconds)


class Dispatcher:
    """A thread with an event loop of its own; any number of them, in any number of processes, share one queue.

    Killed between sending and writing down, it leaves a lease that ends, and the delivery is sent again: at least
    once.
    """

    def __init__(
        self,
        database: Database,
        sender: Sender,
        key: SigningKey,
        policy: RetryPolicy,
        limits: DispatchLimits,
        *,
        count: CountOutcomes = lambda _: None,
    ) -> None:
        self._database = database
        self._sender = sender
        self._key = key
        self._policy = policy
        self._limits = limits
        self._count = count
        self._draw = random.Random()  # noqa: S311 - spreads retries, no secret
        self._flying: dict[asyncio.Task[Attempted], Claim] = {}
        self._landed: list[Attempted] = []
        self._served: dict[str, int] = {}
        self._turn = 0
        self._stopping = threading.Event()
        self._wake: Callable[[], None] = lambda: None
        # Of its own, so that neither requests nor slow names keep it from the database.
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="webhook-queue")
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="webhooks", daemon=True)

    def start(self) -> None:
        """Send in the background."""
        self._thread.start()

    def stop(self) -> None:
        """End soon: attempts under way get a moment to land."""
        self._stopping.set()
        self._wake()
        if self._thread.is_alive():
            self._thread.join(timeout=2 * _STOP_SECONDS)
        self._threads.shutdown(wait=False)
        self._sender.close()

    async def _run(self) -> None:
        woken, loop = asyncio.Event(), asyncio.get_running_loop()

        def wake() -> None:
            with contextlib.suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(woken.set)

        self._wake = wake
        while not self._stopping.is_set():
            woken.clear()
            took_off = await self._look(woken)
            if not took_off and not self._landed:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(woken.wait(), self._limits.poll_seconds)
        await self._land_or_leave()

    async def _look(self, woken: asyncio.Event) -> bool:
        """Write down what landed, send what is due; whether anything was sent."""
        try:
            await self._write_down()
            flying = Counter(claim.webhook_id for claim in self._flying.values())
            claims = await self._on_queue(lambda: self._claim_due(flying))
        except ServiceError as error:
            _log.warning("webhooks_paused", problem=error.code)
            await asyncio.sleep(self._limits.poll_seconds)
            return False
        except Exception:  # noqa: BLE001 - the dispatcher must outlive whatever a database raises
            _log.exception("webhooks_paused")
            await asyncio.sleep(self._limits.poll_seconds)
            return False
        for claim in claims:
            task = asyncio.create_task(self._attempt(claim))
            self._flying[task] = claim
            task.add_done_callback(lambda done: self._land(done, woken))
        return bool(claims)

    def _claim_due(self, flying: Counter[str]) -> list[Claim]:
        """In the queue's thread; `flying` counts attempts under way by endpoint."""
        now = datetime.now(UTC)
        with self._database.read() as reading:
            ready = queue.ready_webhooks(reading, now=now)
        places = self._places(ready, flying)
        if not places:
            return []
        with self._database.write() as session:
            return queue.claim(session, places, self._key, self._policy, lease_for=self._limits.lease, now=now)

    def _places(self, ready: Sequence[str], flying: Counter[str]) -> dict[str, int]:
        """Endpoints that were served longest ago come first, each with a few places."""
        free = self._limits.at_once - flying.total()
        places: dict[str, int] = {}
        for webhook_id in sorted(ready, key=lambda one: (self._served.get(one, 0), one)):
            share = min(self._limits.at_once_to_one - flying[webhook_id], free)
            if share > 0:
                places[webhook_id] = share
                free -= share
                self._turn += 1
                self._served[webhook_id] = self._turn
        return places

    async def _attempt(self, claim: Claim) -> Attempted:
        secrets = tuple(self._key.secret(claim.webhook_id, salt) for salt in claim.salts)
        headers = signed_headers(claim.event_id, claim.body, secrets, now=datetime.now(UTC))
        request = Request(url=claim.url, headers=headers, body=claim.body.encode())
        try:
            outcome = await self._sender.send(request)
        except Exception as error:  # noqa: BLE001 - whatever a receiver's answer sets off, the queue goes on
            _log.warning("webhook_attempt_broke", delivery_id=claim.delivery_id, error=type(error).__name__)
            outcome = Outcome(error="unexpected")
        _log.info(
            "webhook_attempted",
            delivery_id=claim.delivery_id,
            webhook_id=claim.webhook_id,
            event_type=claim.type,
            status=outcome.status,
            error=outcome.error,
        )
        return Attempted(claim=claim, outcome=outcome, draw=self._draw.random())

    def _land(self, task: asyncio.Task[Attempted], woken: asyncio.Event) -> None:
        self._flying.pop(task, None)
        if not task.cancelled():
            self._landed.append(task.result())
        woken.set()

    async def _write_down(self) -> None:
        """All that landed meanwhile, in one transaction; kept for the next time where the database is away."""
        landed = list(self._landed)
        if not landed:
            return
        counted = await self._on_queue(lambda: self._record(landed))
        del self._landed[: len(landed)]
        self._count(counted)

    def _record(self, landed: list[Attempted]) -> dict[str, int]:
        with self._database.write() as session:
            return queue.record(session, landed, self._policy, now=datetime.now(UTC))

    async def _land_or_leave(self) -> None:
        """What does not land in time is left to its lease."""
        if self._flying:
            await asyncio.wait(list(self._flying), timeout=_STOP_SECONDS)
        for task in list(self._flying):
            task.cancel()
        await asyncio.sleep(0)
        with contextlib.suppress(ServiceError):
            await self._write_down()

    async def _on_queue(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


class NoDispatcher:
    """Sends nothing: there is no key to sign with."""

    def start(self) -> None:
        """Nothing."""

    def stop(self) -> None:
        """Nothing."""
