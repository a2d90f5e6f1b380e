"""Alembic's entry: runs the matcher's migrations on the connection it is given."""

import services.matcher.comparison_tables
import services.matcher.policy_tables
import services.matcher.recommendation_tables  # noqa: F401
from services.matcher.tables import metadata
from shared.kit.migrations import run_environment

run_environment(metadata)
