"""The catalog's settings, from the environment: LIAISON_CATALOG_..."""

from typing import Annotated

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.kit.http import MIB
from shared.kit.settings import ServiceSettings


class CatalogSettings(ServiceSettings):
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
