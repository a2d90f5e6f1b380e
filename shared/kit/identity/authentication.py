"""Authentication in front of everything: no body is read, and no route is looked for, before the caller is known."""

from typing import Protocol

import structlog
from fastapi import FastAPI
from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.kit.errors import ServiceError, Unauthenticated, Unavailable
from shared.kit.identity.attempts import Attempts
from shared.kit.identity.policy import Open, route_policies
from shared.kit.identity.principal import LOCAL, Principal
from shared.kit.problems import problem_response

IDENTITY_HEADER = "Liaison-Identity"
LOCAL_MARK = b"local-single-user; no authentication"


class Authenticator(Protocol):
    """Finds out who calls."""

    is_local: bool
    """Whether it lets everyone in as one user."""

    async def authenticate(self, connection: HTTPConnection) -> Principal:
        """The caller; raises Unauthenticated, or Unavailable where that cannot be found out now."""


class LocalAuthenticator:
    """Everyone is the single local user; for one person on one machine."""

    is_local = True

    async def authenticate(self, connection: HTTPConnection) -> Principal:  # noqa: ARG002 - the protocol's signature
        """Without asking."""
        return LOCAL


class NotStarted:
    """Nobody is known before the service has started."""

    is_local = False

    async def authenticate(self, connection: HTTPConnection) -> Principal:  # noqa: ARG002 - the protocol's signature
        """Raise Unavailable."""
        raise Unavailable("The service is starting.")


class Authentication:
    """ASGI middleware: asks the application's authenticator, and puts the caller into `request.state.principal`."""

    def __init__(self, app: ASGIApp, api: FastAPI, attempts: Attempts) -> None:
        self._app = app
        self._api = api
        self._attempts = attempts
        self._open_paths: frozenset[str] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        authenticator: Authenticator = self._api.state.authenticator
        if not self._is_open(scope["path"]):
            try:
                principal = await self._known(authenticator, HTTPConnection(scope))
            except ServiceError as error:
                await _refuse(error, scope, receive, send)
                return
            scope.setdefault("state", {})["principal"] = principal
        await self._app(scope, receive, _marked(send) if authenticator.is_local else send)

    async def _known(self, authenticator: Authenticator, connection: HTTPConnection) -> Principal:
        self._attempts.check(connection)
        try:
            principal = await authenticator.authenticate(connection)
        except Unauthenticated:
            self._attempts.failed(connection)
            raise
        self._attempts.succeeded(connection)
        return principal

    def _is_open(self, path: str) -> bool:
        if self._open_paths is None:
            policies = route_policies(self._api)
            self._open_paths = frozenset(route.path for route in policies if isinstance(route.policy, Open))
        return path in self._open_paths


async def _refuse(error: ServiceError, scope: Scope, receive: Receive, send: Send) -> None:
    structlog.get_logger("identity").info("refused", code=error.code)
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    await problem_response(Request(scope), error)(scope, receive, send)


def _marked(send: Send) -> Send:
    async def send_marked(message: Message) -> None:
        if message["type"] == "http.response.start":
            message.setdefault("headers", []).append((IDENTITY_HEADER.lower().encode(), LOCAL_MARK))
        await send(message)

    return send_marked


def bearer_token(connection: HTTPConnection) -> str:
    """What stands behind `Authorization: Bearer`; raises Unauthenticated."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated
    return token.strip()
