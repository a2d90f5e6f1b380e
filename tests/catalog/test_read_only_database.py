"""A catalog whose PostgreSQL takes no writes for a while: a standby, a recovery, or somebody's switch."""

import psycopg
from sqlalchemy import make_url
from starlette.testclient import TestClient

from services.catalog.app import create_app
from services.catalog.settings import CatalogSettings
from shared.kit.database import Database
from tests.postgres import PostgresServer

PROJECT = {"kind": "project", "source": "tests", "external_id": "p1", "title": "Bearing monitor"}


def set_read_only(server: PostgresServer, client: TestClient, name: str, value: str) -> None:
    with server.connect("postgres") as connection:
        connection.execute(
            psycopg.sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = {}").format(
                psycopg.sql.Identifier(name), psycopg.sql.Literal(value)
            )
        )
    database: Database = client.app.state.database  # type: ignore[attr-defined]
    database.close()  # it counts for new connections


def test_writes_are_told_to_come_back_and_reads_go_on(
    postgres_server: PostgresServer, postgresql_catalog_url: str
) -> None:
    name = str(make_url(postgresql_catalog_url).database)
    app = create_app(CatalogSettings(database_url=postgresql_catalog_url))
    with TestClient(app, raise_server_exceptions=False) as client:
        set_read_only(postgres_server, client, name, "on")
        refused = client.post("/v1/profiles", json=PROJECT)
        assert (refused.status_code, refused.json()["code"]) == (503, "database_read_only")
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.headers["retry-after"] == "5"
        assert client.get("/v1/profiles").json()["items"] == []
        assert client.get("/readyz").status_code == 200
        set_read_only(postgres_server, client, name, "off")
        assert client.post("/v1/profiles", json=PROJECT).status_code == 201
