"""How a service knows its callers, from its settings; nothing configured means the single local user."""

import ipaddress
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, SecretStr, StringConstraints, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.contracts.identity import Role

Pepper = Annotated[SecretStr, Field(min_length=32)]
Url = Annotated[str, StringConstraints(pattern=r"^https?://\S+$")]


class TokenAlgorithm(StrEnum):
    """Signatures that only the issuer can make; those with a shared secret, and none, are not among them."""

    RS256 = "RS256"
    RS384 = "RS384"
    RS512 = "RS512"
    PS256 = "PS256"
    PS384 = "PS384"
    PS512 = "PS512"
    ES256 = "ES256"
    ES384 = "ES384"
    ES512 = "ES512"
    EDDSA = "EdDSA"


class IdentitySettings(BaseSettings):
    """What every service's settings say about its callers."""

    model_config = SettingsConfigDict(frozen=True, use_attribute_docstrings=True, env_ignore_empty=True)

    host: str = "127.0.0.1"
    """Without `api_key_pepper` or `oidc_issuer` there is no authentication, and only a loopback address is taken."""
    api_key_pepper: Pepper | None = None
    """Secret, the same for both services, at least 32 characters: API keys are recognised by it, and lost with it."""
    oidc_issuer: Url | None = None
    """Whose access tokens are taken; `iss` must be just this."""
    oidc_audience: str | None = None
    """`aud` must hold this."""
    oidc_jwks_url: Url | None = None
    """Where the issuer publishes its keys; no other address is ever asked, whatever a token says."""
    oidc_algorithms: tuple[TokenAlgorithm, ...] = (TokenAlgorithm.RS256, TokenAlgorithm.ES256)
    oidc_role_claim: str = "roles"
    """Where a token tells its roles; dots go into objects: `realm_access.roles`."""
    oidc_role_names: dict[str, Role] = {}
    """The issuer's names for our roles, as JSON; a name of ours stands for itself."""
    oidc_organization_claim: str = "organization_id"
    """Where a token tells the organisation that its holder speaks for."""

    @property
    def is_identity_configured(self) -> bool:
        """Whether callers are asked who they are."""
        return self.api_key_pepper is not None or self.oidc_issuer is not None

    @model_validator(mode="after")
    def _oidc_is_whole(self) -> Self:
        if len({value is None for value in (self.oidc_issuer, self.oidc_audience, self.oidc_jwks_url)}) > 1:
            raise ValueError("oidc_issuer, oidc_audience and oidc_jwks_url belong together; set all three or none")
        return self

    @model_validator(mode="after")
    def _strangers_are_asked(self) -> Self:
        if not self.is_identity_configured and not is_loopback(self.host):
            raise ValueError(
                f"host {self.host} can be reached from other machines, and nobody would be asked who calls; "
                "set api_key_pepper or oidc_issuer (docs/operations.md), or use 127.0.0.1"
            )
        return self


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address; a name other than localhost may be anything."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
