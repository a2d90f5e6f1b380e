"""The policies that requests are ranked by: the active one follows the database, the named ones are kept."""

import threading
from collections import OrderedDict
from collections.abc import Callable

import structlog

from services.matcher.policies.service import PolicyService
from services.matcher.scoring.policy import RankingPolicy
from shared.kit.polling import Polling

_log = structlog.get_logger("policies")
_KEPT = 64


class ServedPolicies:
    """A PolicySource over the stored policies; thread-safe.

    Every replica looks for a newer activation twice a second. A policy is made ready before it takes the place of the
    one that ranks, so that no request waits for it. While the database is away, what ranks goes on ranking.
    """

    def __init__(self, service: PolicyService, shipped: RankingPolicy, *, look_every_seconds: float = 0.5) -> None:
        self._service = service
        self._active = shipped
        self._activation = 0
        self._named: OrderedDict[str, RankingPolicy] = OrderedDict({shipped.revision: shipped})
        self._turn = threading.Lock()
        self._looking = threading.Lock()
        self._polling = Polling("active-policy", self.refresh, every_seconds=look_every_seconds)
        self.warm: Callable[[RankingPolicy], None] = lambda _: None
        """Called with a policy before it becomes the active one."""

    @property
    def active(self) -> RankingPolicy:
        """What ranks where a request names no policy."""
        return self._active

    def named(self, revision: str) -> RankingPolicy:
        """A policy by its revision. Raises PolicyNotFound."""
        with self._turn:
            kept = self._named.get(revision)
            if kept is not None:
                self._named.move_to_end(revision)
                return kept
        policy = self._service.policy(revision)
        with self._turn:
            self._named[revision] = policy
            while len(self._named) > _KEPT:
                self._named.popitem(last=False)
        return policy

    def refresh(self) -> None:
        """Take over a newer activation, if there is one. Raises what the database raises."""
        with self._looking:
            number, revision = self._service.active()
            if number == self._activation:
                return
            policy = self.named(revision)
            self.warm(policy)
            self._active, self._activation = policy, number
        _log.info("policy active", policy=revision, activation=number)

    def start(self) -> None:
        """Look for newer activations in the background."""
        self._polling.start()

    def stop(self) -> None:
        """End soon."""
        self._polling.stop()
