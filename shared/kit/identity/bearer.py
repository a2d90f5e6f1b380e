"""Callers by what they bear: API keys, and access tokens of an OIDC issuer."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

import structlog
from starlette.requests import HTTPConnection

from shared.contracts.api_keys import ApiKeyRecord
from shared.kit.errors import Unauthenticated
from shared.kit.identity.api_keys import PREFIX, Pepper, key_id_of, principal_of
from shared.kit.identity.authentication import Authenticator, LocalAuthenticator, bearer_token
from shared.kit.identity.oidc import TokenVerifier
from shared.kit.identity.principal import Principal
from shared.kit.identity.settings import IdentitySettings


class KeySource(Protocol):
    """Where a service looks keys up."""

    async def find(self, key_id: str) -> ApiKeyRecord | None:
        """The record as it stands now, give or take a second."""


class BearerAuthenticator:
    """Takes API keys where there is a pepper, access tokens where there is an issuer."""

    is_local = False

    def __init__(
        self,
        *,
        keys: KeySource,
        pepper: Pepper | None,
        tokens: TokenVerifier | None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._keys = keys
        self._pepper = pepper
        self._tokens = tokens
        self._now = now

    async def authenticate(self, connection: HTTPConnection) -> Principal:
        """Raises Unauthenticated, and Unavailable where keys cannot be looked up just now."""
        token = bearer_token(connection)
        if self._pepper is not None and token.startswith(PREFIX):
            record = await self._keys.find(key_id_of(token))
            return principal_of(token, record, self._pepper, self._now())
        if self._tokens is None:
            raise Unauthenticated
        return await self._tokens.verify(token)


def authenticator_of(settings: IdentitySettings, keys: KeySource) -> Authenticator:
    """As the settings say; for a single local user where they say nothing, which is put in the log."""
    if not settings.is_identity_configured:
        structlog.get_logger("identity").warning("LOCAL SINGLE-USER MODE: whoever reaches this may do all")
        return LocalAuthenticator()
    return BearerAuthenticator(
        keys=keys,
        pepper=pepper_of(settings),
        tokens=None if settings.oidc_issuer is None else TokenVerifier(settings),
    )


def pepper_of(settings: IdentitySettings) -> Pepper | None:
    """The services' pepper, where there is one."""
    secret = settings.api_key_pepper
    return None if secret is None else Pepper(value=secret.get_secret_value().encode())
