"""Structured logs on standard error: ids, counts and codes, never the text of what is stored."""

import logging
import sys

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from shared.kit.request_telemetry import places
from shared.kit.settings import LogFormat, LogLevel

_QUIET = (
    "httpcore",
    "httpcore2",
    "httpx2",
    "httpx",
    "multipart",
    "python_multipart",
    "asyncio",
    "urllib3",
    "sqlalchemy",
    "alembic",
    "psycopg",
    "uvicorn.access",
)
"""Libraries whose finer lines hold addresses, headers or statements; of access there is our own line."""


def configure_logging(level: LogLevel, log_format: LogFormat) -> None:
    """Set up structlog for the process, and have libraries' log lines, the server's too, come out the same way."""
    number = logging.getLevelNamesMapping()[level.value]
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _told_without_values,
    ]
    renderer = structlog.processors.JSONRenderer() if log_format is LogFormat.JSON else structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=_LineLogger,
        cache_logger_on_first_use=False,  # a later configuration counts, and so does a replaced standard error
    )
    _configure_libraries(number, shared, renderer)


class _LineLogger:
    """Writes finished lines to whatever standard error is at the moment."""

    def __init__(self, *_: object) -> None:
        """structlog gives the logger's name."""

    def msg(self, line: str) -> None:
        """One line, in one write, so that lines of two threads do not mix."""
        sys.stderr.write(line + "\n")

    debug = info = warning = error = critical = msg


class _StandardError(logging.Handler):
    """The same for libraries."""

    def emit(self, record: logging.LogRecord) -> None:
        """One line."""
        sys.stderr.write(self.format(record) + "\n")


def _configure_libraries(level: int, shared: list[Processor], renderer: Processor) -> None:
    handler = _StandardError()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    handler.set_name("liaison")
    root = logging.getLogger()
    for other in [one for one in root.handlers if one.get_name() == "liaison"]:
        root.removeHandler(other)
    root.addHandler(handler)
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))


def _told_without_values(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """An exception as its type and its places: its words may repeat what was sent or stored."""
    given = event.pop("exc_info", None)
    if not given:
        return event
    error = given if isinstance(given, BaseException) else sys.exc_info()[1]
    if isinstance(given, tuple):
        error = given[1]
    if error is not None:
        event["error"], event["at"] = type(error).__name__, places(error.__traceback__)
    return event
