"""What the matcher measures of its answers and of its own state, for Prometheus."""

from contextlib import AbstractContextManager
from itertools import count
from typing import Annotated

import structlog
from fastapi import Depends, FastAPI, Request
from prometheus_client import Counter, Histogram

from services.matcher.bootstrap import Matcher
from services.matcher.matching.matchmaker import Answer
from services.matcher.matching.stages import Stage, heard_by
from services.matcher.matching.violations import violations
from shared.kit.metrics import HttpMetrics

CHECKED_ONE_OF = 8
"""Every eighth answer, from the first on, is judged once more."""
_STAGE_BUCKETS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0)
_log = structlog.get_logger("matches")


class MatchTelemetry:
    """Thread-safe; one for each application."""

    def __init__(self, metrics: HttpMetrics) -> None:
        registry = metrics.registry
        self._stage_seconds = Histogram(
            "liaison_match_stage_seconds",
            "Of one request: making the subject ready, rules, ranking, reranking, writing the answer.",
            ("stage",),
            buckets=_STAGE_BUCKETS,
            registry=registry,
        )
        self._checked = Counter("liaison_match_answers_checked", "Answers judged once more.", registry=registry)
        self._violations = Counter(
            "liaison_filter_violations", "Proposals that a rule or a filter forbids; must stay 0.", registry=registry
        )
        self._numbers = count()

    def listening(self) -> AbstractContextManager[None]:
        """Hear of the stages of the request that is answered in the block."""
        return heard_by(self.hear)

    def hear(self, stage: Stage, seconds: float) -> None:
        """A stage that has ended."""
        self._stage_seconds.labels(stage.value).observe(seconds)

    def answered(self, answer: Answer, run_id: str) -> None:
        """Log an answer by its versions, and judge some of them once more."""
        _log.info(
            "matched",
            run_id=run_id,
            policy=answer.policy.revision,
            snapshot=answer.snapshot.version,
            feed_seq=answer.snapshot.feed_seq,
            model=answer.snapshot.model_id,
            eligible=answer.eligible,
            matches=len(answer.arranged.matches),
        )
        if next(self._numbers) % CHECKED_ONE_OF == 0:
            self.check(answer, run_id)

    def check(self, answer: Answer, run_id: str) -> None:
        """Count what the answer proposes though it may not."""
        self._checked.inc()
        forbidden = violations(answer)
        if forbidden:
            self._violations.inc(len(forbidden))
            _log.error("filter_violations", run_id=run_id, profile_ids=forbidden)


async def _telemetry(request: Request) -> MatchTelemetry:
    telemetry: MatchTelemetry = request.app.state.match_telemetry
    return telemetry


Telemetry = Annotated[MatchTelemetry, Depends(_telemetry)]


def watch_matcher(app: FastAPI, metrics: HttpMetrics) -> None:
    """Gauges of the running matcher; absent until it has started."""

    def matcher() -> Matcher:
        found: Matcher = app.state.matcher
        return found

    metrics.watch(
        "liaison_feed_lag_positions",
        "Between the newest change known of and the snapshot.",
        lambda: matcher().follower.positions_behind,
    )
    metrics.watch(
        "liaison_feed_lag_seconds",
        "Since the snapshot was last known to hold everything; 0 while it does.",
        lambda: matcher().follower.seconds_behind,
    )
    metrics.watch(
        "liaison_catalog_reachable", "1 while the feed can be read.", lambda: float(matcher().follower.is_reachable)
    )
    metrics.watch(
        "liaison_database_available",
        "1 while the service's own database answers.",
        lambda: float(matcher().database.is_available),
    )
    metrics.watch("liaison_ready", "1 while requests can be answered.", lambda: float(matcher().models.is_ready))
    metrics.watch(
        "liaison_snapshot_age_seconds",
        "Since the served snapshot was published.",
        lambda: matcher().publisher.seconds_since_published,
    )
    metrics.watch(
        "liaison_snapshot_documents", "Profiles in the served snapshot.", lambda: matcher().publisher.current.size
    )
    metrics.watch("liaison_snapshot_feed_seq", "Its feed position.", lambda: matcher().publisher.current.feed_seq)
    metrics.watch(
        "liaison_runs_dropped", "Answers that could not be recorded, since the start.", lambda: matcher().runs.dropped
    )
