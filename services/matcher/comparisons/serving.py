"""The comparisons that requests take part in: they follow the database, and end when they are decided."""

import threading
from collections.abc import Callable
from time import monotonic

import structlog

from services.matcher.comparisons.records import live_comparison
from services.matcher.comparisons.service import ComparisonService
from services.matcher.matching.comparison_source import LiveComparison
from services.matcher.matching.policy_source import PolicySource
from services.matcher.scoring.policy import RankingPolicy
from shared.contracts.matches import MatchRequest
from shared.contracts.profiles import Kind
from shared.kit.errors import ServiceError

_log = structlog.get_logger("comparisons")
_PAUSES_A_COUNT = 20
"""Counting takes a twentieth of the time at most."""


class ServedComparisons:
    """A ComparisonSource over the stored comparisons; thread-safe.

    Every replica looks twice a second for comparisons that were started or ended, and counts those that run every two
    seconds, less often where that takes long; whichever sees first that one is decided ends it for all. While the
    database is away, what runs goes on.
    """

    def __init__(
        self,
        service: ComparisonService,
        policies: PolicySource,
        *,
        look_every_seconds: float = 0.5,
        count_every_seconds: float = 2.0,
    ) -> None:
        self._service = service
        self._policies = policies
        self._look_every_seconds = look_every_seconds
        self._count_every_seconds = count_every_seconds
        self._count_at = 0.0
        self._running: tuple[LiveComparison, ...] = ()
        self._looking = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="comparisons", daemon=True)
        self.warm: Callable[[RankingPolicy], None] = lambda _: None
        """Called with both policies before any request is ranked by them."""

    def of(self, request: MatchRequest, kind: Kind) -> LiveComparison | None:
        """The comparison that the request of a subject of a kind takes part in."""
        return next((one for one in self._running if one.takes(request, kind)), None)

    def refresh(self) -> None:
        """Take over what was started or ended. Raises what the database raises."""
        with self._looking:
            rows = self._service.running()
            known = {one.comparison_id: one for one in self._running}
            if [row.comparison_id for row in rows] == list(known):
                return
            running = [known.get(row.comparison_id) or live_comparison(row, self._policies) for row in rows]
            for one in running:
                if one.comparison_id not in known:
                    self.warm(one.first)
                    self.warm(one.second)
            self._running = tuple(running)
        _log.info("comparisons running", comparisons=[one.comparison_id for one in running])

    def end_decided(self) -> None:
        """Count, and end what is decided. Raises what the database raises."""
        for comparison_id in self._service.end_decided():
            _log.info("comparison decided", comparison=comparison_id)

    def start(self) -> None:
        """Look and count in the background."""
        self._thread.start()

    def stop(self) -> None:
        """End soon."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stopping.wait(self._look_every_seconds):
            try:
                self._count_in_time()
                self.refresh()
            except ServiceError as error:
                _log.warning("cannot look for comparisons", problem=error.detail)
            except Exception:  # noqa: BLE001 - the thread must outlive whatever a database raises
                _log.exception("cannot look for comparisons")

    def _count_in_time(self) -> None:
        began = monotonic()
        if self._running and began >= self._count_at:
            self.end_decided()
            ended = monotonic()
            self._count_at = ended + max(self._count_every_seconds, _PAUSES_A_COUNT * (ended - began))
