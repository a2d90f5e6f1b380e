"""How a service is served: whose word on a client's address is taken."""

import pytest
from fastapi import FastAPI, Request
from starlette.testclient import TestClient

from services.catalog.settings import CatalogSettings
from services.cli.problems import CommandProblem
from services.cli.serving import settings_of, uvicorn_config

PROXY, ELSEWHERE, CLIENT = "10.1.2.3", "192.0.2.9", "198.51.100.7"


def seen(trusted: str | None, sender: str) -> str:
    """The client's address as the application is told it."""
    app = FastAPI()

    @app.get("/")
    def who(request: Request) -> str:
        return "" if request.client is None else request.client.host

    config = uvicorn_config(app, CatalogSettings(trusted_proxies=trusted))
    config.load()
    with TestClient(config.loaded_app, client=(sender, 1)) as client:
        return str(client.get("/", headers={"X-Forwarded-For": CLIENT}).json())


def test_a_forwarded_address_is_believed_from_a_trusted_proxy_alone() -> None:
    assert seen("10.0.0.0/8, 192.0.2.1", PROXY) == CLIENT
    assert seen("10.0.0.0/8", ELSEWHERE) == ELSEWHERE
    assert seen(None, PROXY) == PROXY
    assert seen(None, "127.0.0.1") == "127.0.0.1"


def test_a_proxy_that_is_no_address_is_refused() -> None:
    with pytest.raises(CommandProblem, match="--trusted-proxies: 'ingress'"):
        settings_of(CatalogSettings, trusted_proxies="ingress")
