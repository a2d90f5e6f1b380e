"""The two databases that a soak may run on."""

from enum import StrEnum


class Backend(StrEnum):
    """Which database."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"
