"""What every service's settings share; a service derives its own and gives the environment prefix."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.kit.http import MIB


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


class ServiceSettings(BaseSettings):
    """Built once from the environment and passed down; immutable."""

    model_config = SettingsConfigDict(frozen=True, use_attribute_docstrings=True)

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 8000
    log_level: LogLevel = LogLevel.INFO
    log_format: LogFormat = LogFormat.JSON
    max_body_bytes: Annotated[int, Field(ge=1024)] = MIB
