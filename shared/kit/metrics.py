"""What a service counts and times, and the page on which Prometheus reads it."""

from collections.abc import Callable, Iterable, Mapping

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from shared.kit.identity.policy import OPEN

LATENCY_BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 15.0, 60.0)
_DENIALS = {401: "unauthenticated", 403: "forbidden"}


class HttpMetrics:
    """Of every request; one registry for each application, so that two in one process do not mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self.request_seconds = Histogram(
            "liaison_http_request_seconds",
            "From the first byte to the end of the answer, waiting for admission included.",
            ("method", "route", "status"),
            buckets=LATENCY_BUCKETS,
            registry=self.registry,
        )
        self.in_flight = Gauge(
            "liaison_http_requests_in_flight", "Requests that are not answered yet.", registry=self.registry
        )
        self._shed = self._counter("liaison_requests_shed", "Refused because too much was asked.", "lane")
        self._rate_limited = self._counter("liaison_requests_rate_limited", "Refused for a caller's rate.", "flow")
        self._denied = self._counter("liaison_requests_denied", "Refused because of who asked.", "reason")

    def count_shed(self, lane: str) -> None:
        """One more request refused for load."""
        self._shed.labels(lane).inc()

    def count_rate_limited(self, flow: str) -> None:
        """One more act refused for its caller's rate."""
        self._rate_limited.labels(flow).inc()

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """One request that was answered."""
        self.request_seconds.labels(method, route, str(status)).observe(seconds)
        if status in _DENIALS:
            self._denied.labels(_DENIALS[status]).inc()

    def _counter(self, name: str, help_text: str, label: str) -> Counter:
        return Counter(name, help_text, (label,), registry=self.registry)

    def watch(self, name: str, help_text: str, read: Callable[[], float]) -> None:
        """A gauge that is read when Prometheus asks."""
        self.registry.register(_Watched(name, help_text, lambda: {"": read()}, label=None))

    def watch_states(self, name: str, help_text: str, label: str, read: Callable[[], Mapping[str, float]]) -> None:
        """A gauge for each state, such as those of introductions; `read` is called when Prometheus asks.

        What it raises leaves this gauge out of the page, and nothing else.
        """
        self.registry.register(_Watched(name, help_text, read, label=label))


class _Watched(Collector):
    def __init__(self, name: str, help_text: str, read: Callable[[], Mapping[str, float]], label: str | None) -> None:
        self._name, self._help, self._read, self._label = name, help_text, read, label

    def describe(self) -> Iterable[Metric]:
        return [GaugeMetricFamily(self._name, self._help, labels=[self._label] if self._label else None)]

    def collect(self) -> Iterable[Metric]:
        try:
            values = self._read()
        except Exception:  # noqa: BLE001 - a database that is away must not hide all other metrics
            return
        family = GaugeMetricFamily(self._name, self._help, labels=[self._label] if self._label else None)
        for state, value in values.items():
            family.add_metric([state] if self._label else [], value)
        yield family


def metrics_router(metrics: HttpMetrics) -> APIRouter:
    """`GET /metrics`, in Prometheus's text format; not part of the documented API."""
    router = APIRouter()

    @router.get("/metrics", include_in_schema=False, dependencies=[OPEN])
    def read_metrics() -> Response:
        """Never waits for admission, so that an overload can be seen; a reader may ask the database, so in a thread."""
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return router
