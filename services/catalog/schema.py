"""Where the catalog's migrations lie, and the table that says which have been run."""

from pathlib import Path

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "catalog_schema_version"
