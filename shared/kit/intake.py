"""What a service takes in at a time, put together from its settings: lanes of admission and the rate of one caller."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fastapi import FastAPI

from shared.kit.admission import Admission, Lane, LaneLimits, Lanes
from shared.kit.identity.attempts import Attempts, CountedAttempts, UncountedAttempts
from shared.kit.metrics import HttpMetrics
from shared.kit.rate_limits import CallerOf, RateLimits, RequestRates, client_address, parse_rate

GENERAL_LANE = "general"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """Without a rate nobody is counted; paths in `lanes_by_path` and all below have their own lane."""

    lane: LaneLimits = field(default_factory=lambda: LaneLimits(in_work=32, waiting=64))
    lanes_by_path: Mapping[str, LaneLimits] = field(default_factory=dict)
    rate: str | None = None
    rate_storage: str = "memory://"
    failed_authentication_rate: str | None = None
    caller_of: CallerOf = client_address

    def attempts(self, metrics: HttpMetrics) -> Attempts:
        """How often an address may fail to tell who it is."""
        if self.failed_authentication_rate is None:
            return UncountedAttempts()
        return CountedAttempts(parse_rate(self.failed_authentication_rate), metrics.count_rate_limited)

    def install(self, app: FastAPI, metrics: HttpMetrics) -> Lanes:
        """Add the middlewares; a caller beyond its rate does not even wait for admission."""
        lane = Lane(GENERAL_LANE, self.lane)
        by_path = {path: Lane(path, limits) for path, limits in self.lanes_by_path.items()}
        lanes = Lanes(general=lane, by_path=by_path, on_shed=metrics.count_shed)
        app.add_middleware(Admission, lanes=lanes)
        metrics.watch("liaison_requests_in_work", "Requests admitted to work.", lambda: lane.in_work)
        metrics.watch("liaison_requests_waiting", "Requests that wait for admission.", lambda: lane.waiting)
        app.state.rate_limits = RateLimits(self.rate_storage)
        if self.rate is not None:
            app.add_middleware(
                RequestRates,
                limits=app.state.rate_limits,
                rate=parse_rate(self.rate),
                caller_of=self.caller_of,
                on_limited=metrics.count_rate_limited,
            )
        return lanes
