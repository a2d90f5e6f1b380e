"""The throw-away PostgreSQL server that tests run on."""

from services.cli.soak.throwaway_postgres import PostgresServer, running_server

__all__ = ["PostgresServer", "running_server"]
