"""Alembic's entry: runs the catalog's migrations on the connection it is given."""

import services.catalog.introduction_tables
import services.catalog.privacy_tables
import services.catalog.webhook_tables  # noqa: F401 - their tables join the metadata
from services.catalog.tables import metadata
from shared.kit.migrations import run_environment

run_environment(metadata)
