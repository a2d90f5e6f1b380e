"""The catalog's settings, from the environment: LIAISON_CATALOG_..."""

from typing import Annotated

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.catalog.webhook_settings import WebhookSettings
from shared.kit.http import MIB
from shared.kit.settings import ServiceSettings


class CatalogSettings(ServiceSettings, WebhookSettings):
    """Built once and passed down."""

    model_config = SettingsConfigDict(env_prefix="LIAISON_CATALOG_")

    port: Annotated[int, Field(ge=0, le=65_535)] = 8001
    database_url: str = "sqlite:///var/catalog.db"
    """SQLite or PostgreSQL: `sqlite:///path` or `postgresql://user@host/name`."""
    max_import_bytes: Annotated[int, Field(ge=1024)] = 512 * MIB
    """The largest file that a bulk import takes."""
    max_unpacked_import_bytes: Annotated[int, Field(ge=1024)] = 4096 * MIB
    """What a packed import file may unpack to; rows are read one by one."""
    export_private: bool = False
    """Exports hold hidden and anonymous profiles as they are; only for an operator's own backup."""
    introduction_review: bool = False
    """The platform's staff look at every request before its target hears of it."""
    introductions_asked: Annotated[int, Field(ge=1)] = 30
    """Introductions that one profile may ask for in a period."""
    introductions_received: Annotated[int, Field(ge=1)] = 60
    """Introductions that one profile may be asked for in a period."""
    introduction_period_days: Annotated[int, Field(ge=1, le=3_650)] = 30
    """The period, counted back from now."""
    introduction_answer_days: Annotated[int, Field(ge=1, le=3_650)] = 14
    """A request that nobody has answered for so long expires."""
    introduction_reminder_days: Annotated[int, Field(ge=1, le=3_650)] = 5
    """Whoever is to answer, or to tell what came of it, is reminded this often."""
    sweep_seconds: Annotated[float, Field(gt=0, le=86_400)] = 60
    """How often introductions that expire or need a reminder, and expired idempotency keys, are looked for."""
    idempotency_hours: Annotated[int, Field(ge=1, le=8_760)] = 48
    """How long the answer given under an idempotency key is kept."""
    expected_matchers: Annotated[int, Field(ge=0, le=100)] = 1
    """So many matchers, counted by their databases, must confirm an erasure before it is complete."""
    reader_absent_hours: Annotated[int, Field(ge=1, le=8_760)] = 24
    """A matcher process that is not heard of for so long is not waited for; it forgets when it starts again."""
