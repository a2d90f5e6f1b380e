"""Alembic's entry: runs the catalog's migrations on the connection it is given."""

from services.catalog.tables import metadata
from shared.kit.migrations import run_environment

run_environment(metadata)
