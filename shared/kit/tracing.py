"""Traces by OpenTelemetry: off unless an address is set, and without a value of any request."""

from collections.abc import Callable
from importlib.util import find_spec

from fastapi.telemetry import TelemetryConfig
from opentelemetry.trace import get_current_span

_VALUES = ("url.path", "url.query", "client.address", "user_agent.original", "network.peer.address")
"""Attributes that repeat what a caller sent; `http.route` names the template."""
Close = Callable[[], None]


class TracingNotInstalled(ValueError):
    """An address for traces is set, but the extra `otel` is not installed: pip install 'liaison[otel]'."""

    def __init__(self) -> None:
        super().__init__(str(self.__doc__))


def telemetry_of(service_name: str, otlp_endpoint: str | None) -> tuple[TelemetryConfig, Close]:
    """FastAPI's own telemetry, and what ends it: nothing at all without an endpoint. Raises TracingNotInstalled.

    FastAPI's measures and logs stay off: `/metrics` has the first, and the second would repeat what was sent.
    """
    config: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
    if otlp_endpoint is None:
        return config, lambda: None
    if find_spec("opentelemetry.sdk") is None or find_spec("opentelemetry.exporter") is None:
        raise TracingNotInstalled
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - an extra
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import Span, SpanProcessor, TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    class WithoutValues(SpanProcessor):
        """Empties what repeats a request before anybody exports it."""

        def on_start(self, span: Span, parent_context: object = None) -> None:  # noqa: ARG002 - its signature
            """A span has its attributes by then."""
            for name in _VALUES:
                if name in (span.attributes or {}):
                    span.set_attribute(name, "")

    provider = TracerProvider(resource=Resource.create({"service.name": service_name}))
    provider.add_span_processor(WithoutValues())
    exporter = OTLPSpanExporter(endpoint=f"{otlp_endpoint.rstrip('/')}/v1/traces", timeout=5)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return config | {"tracing": True, "tracer_provider": provider}, provider.shutdown


def trace_id() -> str | None:
    """The id of the trace that is recorded now, for log lines."""
    context = get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else None
