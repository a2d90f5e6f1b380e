"""What the catalog tells Prometheus of webhooks."""

from datetime import UTC, datetime

from fastapi import FastAPI
from prometheus_client import Counter

from services.catalog.webhooks.queue import oldest_wait
from services.catalog.webhooks.service import count_by_state
from shared.kit.database import Database
from shared.kit.metrics import HttpMetrics

_OUTCOMES = ("delivered", "failed", "dead", "lost")


class AttemptCounter:
    """Counts attempts by what came of them."""

    def __init__(self, metrics: HttpMetrics) -> None:
        self._attempts = Counter(
            "liaison_webhook_attempts", "Attempts to deliver, by outcome.", ("outcome",), registry=metrics.registry
        )
        for outcome in _OUTCOMES:
            self._attempts.labels(outcome)

    def __call__(self, counted: dict[str, int]) -> None:
        """So many more of each."""
        for outcome, number in counted.items():
            self._attempts.labels(outcome).inc(number)


def watch_queue(app: FastAPI) -> None:
    """Gauges that are read when Prometheus asks; left out while the database is away."""
    metrics: HttpMetrics = app.state.metrics

    def oldest() -> float:
        database: Database = app.state.database
        with database.read() as session:
            return oldest_wait(session, now=datetime.now(UTC))

    def states() -> dict[str, int]:
        database: Database = app.state.database
        with database.read() as session:
            return count_by_state(session)

    metrics.watch("liaison_webhook_oldest_seconds", "How long the oldest event that can be sent has waited.", oldest)
    metrics.watch_states("liaison_webhook_deliveries", "Deliveries that are kept, by state.", "state", states)
