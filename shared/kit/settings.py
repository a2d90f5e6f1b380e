"""What every service's settings share; a service derives its own and gives the environment prefix."""

from collections.abc import Mapping
from enum import StrEnum
from ipaddress import ip_network
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import SettingsConfigDict

from shared.kit.admission import LaneLimits
from shared.kit.database import DatabaseLimits
from shared.kit.http import MIB
from shared.kit.identity.settings import IdentitySettings
from shared.kit.intake import Intake
from shared.kit.rate_limits import parse_rate

Seconds = Annotated[float, Field(gt=0, le=3_600)]


class LogLevel(StrEnum):
    """The least serious message that is written."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


class LogFormat(StrEnum):
    """One JSON object a line for machines, or coloured lines for people."""

    JSON = "json"
    CONSOLE = "console"


class ServiceSettings(IdentitySettings):
    """Built once from the environment and passed down; immutable."""

    model_config = SettingsConfigDict(frozen=True, use_attribute_docstrings=True)

    port: Annotated[int, Field(ge=0, le=65_535)] = 8000
    log_level: LogLevel = LogLevel.INFO
    log_format: LogFormat = LogFormat.JSON
    max_body_bytes: Annotated[int, Field(ge=1024)] = MIB
    max_requests_in_work: Annotated[int, Field(ge=1, le=36)] = 32
    """Requests worked on at a time; fewer than the server's 40 threads, so that `/readyz` and `/metrics` find one."""
    max_requests_waiting: Annotated[int, Field(ge=0, le=10_000)] = 64
    """Requests that may wait for that; more are refused at once with 503."""
    request_patience_seconds: Seconds = 1.0
    """How long a request may wait in a burst."""
    overload_patience_seconds: Seconds = 0.1
    """How long a request may wait under lasting overload."""
    rate_limit: str = "6000/minute"
    """What one caller may ask: `60/second`, `6000/minute`. Callers on this machine itself are not counted."""
    rate_limit_storage: str = "memory://"
    """Where callers are counted: in this process, or `redis://host` for all replicas together."""
    failed_authentication_rate: str = "60/minute"
    """How often one address may send credentials that are not good; counted in each process."""
    trusted_proxies: str | None = None
    """Addresses and networks of proxies in front, with commas between: X-Forwarded-For is believed from these alone."""
    shutdown_drain_seconds: Annotated[float, Field(ge=0, le=300)] = 0
    """How long a service that is told to end goes on answering, not ready, before it closes its port."""
    database_connect_seconds: Annotated[int, Field(ge=1, le=60)] = 5
    """How long connecting to PostgreSQL may take."""
    database_pool_seconds: Seconds = 5
    """How long a request may wait for a connection of the pool."""
    database_statement_seconds: Seconds = 15
    """How long one statement may take on PostgreSQL; migrations take the time they need."""
    migrate_on_start: bool = True
    """Bring the database to the newest schema at start; where not, `liaison migrate` must have done so before."""

    otlp_endpoint: str | None = None
    """Where traces are sent, such as `http://127.0.0.1:4318`; needs the extra `otel`. None are made where not set."""

    @field_validator("rate_limit", "failed_authentication_rate")
    @classmethod
    def _check_rate(cls, value: str) -> str:
        parse_rate(value)
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _check_proxies(cls, value: str | None) -> str | None:
        for network in (value or "").split(",") if value else ():
            ip_network(network.strip())
        return value

    def intake(self, lanes_by_path: Mapping[str, LaneLimits] | None = None) -> Intake:
        """What is taken in at a time."""
        return Intake(
            lane=LaneLimits(
                in_work=self.max_requests_in_work,
                waiting=self.max_requests_waiting,
                patience_seconds=self.request_patience_seconds,
                overload_patience_seconds=self.overload_patience_seconds,
            ),
            lanes_by_path=lanes_by_path or {},
            rate=self.rate_limit,
            rate_storage=self.rate_limit_storage,
            failed_authentication_rate=self.failed_authentication_rate if self.is_identity_configured else None,
        )

    @property
    def database_limits(self) -> DatabaseLimits:
        """How long anything may wait for the database."""
        return DatabaseLimits(
            connect_seconds=self.database_connect_seconds,
            pool_seconds=self.database_pool_seconds,
            statement_seconds=self.database_statement_seconds,
        )
