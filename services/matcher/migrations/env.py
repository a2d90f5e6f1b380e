"""Alembic's entry: runs the matcher's migrations on the connection it is given."""

import services.matcher.comparison_tables  # noqa: F401 - its tables join the metadata
from services.matcher.tables import metadata
from shared.kit.migrations import run_environment

run_environment(metadata)
