"""What the catalog's settings say about webhooks."""

from ipaddress import IPv4Network, IPv6Network
from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class WebhookSettings(BaseSettings):
    """Part of the catalog's settings."""

    model_config = SettingsConfigDict(frozen=True, use_attribute_docstrings=True, env_ignore_empty=True)

    webhook_secret_key: Annotated[SecretStr, Field(min_length=32)] | None = None
    """Signing secrets are computed from it; `api_key_pepper` serves where it is not set, and without either there are
    no webhooks."""
    webhook_allow_http: bool = False
    """Also take `http://` addresses; for development."""
    webhook_allowed_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    """Networks that may be asked though they are not public, as a JSON list: `["10.1.0.0/16"]`, `["127.0.0.0/8"]`."""
    webhook_timeout_seconds: Annotated[float, Field(gt=0, le=60)] = 10
    """How long an attempt may take in all."""
    webhook_at_once: Annotated[int, Field(ge=1, le=1_000)] = 64
    """Attempts under way at a time, in each process."""
    webhook_at_once_to_one: Annotated[int, Field(ge=1, le=100)] = 4
    """Attempts under way to one endpoint, in each process."""
    webhook_poll_seconds: Annotated[float, Field(gt=0, le=60)] = 0.5
    """How often the queue is looked at where it was empty."""
    webhook_retry_seconds: Annotated[float, Field(gt=0, le=3_600)] = 5
    """The wait after the first failed attempt; doubled after each further one."""
    webhook_longest_wait_seconds: Annotated[float, Field(gt=0, le=86_400)] = 21_600
    """The longest wait between two attempts."""
    webhook_rest_seconds: Annotated[float, Field(gt=0, le=86_400)] = 300
    """The longest time that an endpoint is spared after failures in a row."""
    webhook_attempts: Annotated[int, Field(ge=1, le=100)] = 16
    """After so many a delivery is given up."""
    webhook_give_up_hours: Annotated[float, Field(gt=0, le=8_760)] = 72
    """A delivery that fails after so long is given up."""
    webhook_retention_days: Annotated[int, Field(ge=1, le=3_650)] = 30
    """How long delivered and dead deliveries are kept, and what waits for a paused endpoint."""
