"""Access tokens of one OIDC issuer: checked by its published keys, and what they say of the caller."""

import threading
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any

import httpx
import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, KeySet
from joserfc.jws import extract_compact
from starlette.concurrency import run_in_threadpool

from shared.contracts.identity import Role
from shared.contracts.vocabularies import Language
from shared.kit.errors import Unauthenticated, Unavailable
from shared.kit.identity.principal import Principal
from shared.kit.identity.settings import IdentitySettings

MAX_TOKEN_LENGTH = 16_384
MAX_KEY_SET_BYTES = 512 * 1024
FETCH_SECONDS = 5.0
LEAST_SECONDS_BETWEEN_FETCHES = 10.0
"""Tokens with made-up key ids must not make us call the issuer again and again."""
LONGEST_KEY_SET_AGE_SECONDS = 3_600.0
CLOCK_LEEWAY_SECONDS = 30
_LANGUAGES = {language.value: language for language in Language}
_KEY_TYPES = ("RSA", "EC", "OKP")
_NOT_OVER_TOKENS = frozenset({Role.SERVICE})
"""Services prove themselves by keys: no person's token ever reads the feed."""

_log = structlog.get_logger("identity")
FetchKeySet = Callable[[], Mapping[str, Any]]  # Any: JSON


class IdentityUnavailable(Unavailable):
    """The issuer's keys could not be read yet."""

    code = "identity_unavailable"


class TokenVerifier:
    """Verifies tokens by the settings' issuer, and by nothing that a token says about where keys are."""

    def __init__(
        self, settings: IdentitySettings, fetch: FetchKeySet | None = None, clock: Callable[[], float] = monotonic
    ) -> None:
        assert settings.oidc_issuer and settings.oidc_audience and settings.oidc_jwks_url
        self._settings = settings
        self._algorithms = [algorithm.value for algorithm in settings.oidc_algorithms]
        self._registry = jwt.JWTClaimsRegistry(
            leeway=CLOCK_LEEWAY_SECONDS,
            iss={"essential": True, "value": settings.oidc_issuer},
            aud={"essential": True, "value": settings.oidc_audience},
            sub={"essential": True},
            exp={"essential": True},
        )
        url = settings.oidc_jwks_url
        self._keys = PublishedKeys(fetch or (lambda: fetch_key_set(url)), clock)

    async def verify(self, token: str) -> Principal:
        """The caller; raises Unauthenticated, and IdentityUnavailable while no key was ever read."""
        key_id = _key_id(token)
        keys = self._keys.fresh_with(key_id)
        if keys is None:
            keys = await run_in_threadpool(self._keys.read_for, key_id)
        try:
            claims = jwt.decode(token, keys, algorithms=self._algorithms).claims
            self._registry.validate(claims)
        except (JoseError, ValueError, TypeError) as error:
            raise Unauthenticated from error
        return self._principal(claims)

    def _principal(self, claims: Mapping[str, Any]) -> Principal:  # Any: JSON
        organization = _at(claims, self._settings.oidc_organization_claim)
        language = str(claims.get("locale", ""))[:2].lower()
        return Principal(
            id=f"oidc:{claims['sub']}"[:200],
            roles=frozenset(self._roles(_at(claims, self._settings.oidc_role_claim))),
            organization_id=organization if isinstance(organization, str) and organization else None,
            language=_LANGUAGES.get(language),
        )

    def _roles(self, told: object) -> set[Role]:
        names = told.split() if isinstance(told, str) else told if isinstance(told, list) else []
        known = {role.value: role for role in Role} | self._settings.oidc_role_names
        return {known[name] for name in names if isinstance(name, str) and name in known} - _NOT_OVER_TOKENS


class PublishedKeys:
    """The issuer's keys as last read; read again when they are old, or a token names one that is not among them."""

    def __init__(self, fetch: FetchKeySet, clock: Callable[[], float]) -> None:
        self._fetch = fetch
        self._clock = clock
        self._turn = threading.Lock()
        self._keys: KeySet | None = None
        self._asked_at = float("-inf")
        self._read_at = float("-inf")

    def fresh_with(self, key_id: str) -> KeySet | None:
        """The keys, if they are fresh and the one asked for is among them; never waits."""
        is_fresh = self._clock() - self._read_at < LONGEST_KEY_SET_AGE_SECONDS
        return self._keys if is_fresh and self._has(key_id) else None

    def read_for(self, key_id: str) -> KeySet:
        """The newest keys that may be had; at most one reader asks the issuer, and not too often."""
        with self._turn:
            found = self.fresh_with(key_id)
            if found is None and self._clock() - self._asked_at >= LEAST_SECONDS_BETWEEN_FETCHES:
                self._asked_at = self._clock()
                self._read()
            if self._keys is None:
                raise IdentityUnavailable("The issuer's keys cannot be read; try again shortly.")
            if not self._has(key_id):
                raise Unauthenticated
            return self._keys

    def _has(self, key_id: str) -> bool:
        return self._keys is not None and any(key.kid == key_id for key in self._keys)

    def _read(self) -> None:
        try:
            self._keys = _public_keys(self._fetch())
        except (httpx.HTTPError, JoseError, ValueError, KeyError, TypeError) as error:
            # What was read before goes on being good: an issuer that restarts must not lock everyone out.
            _log.warning("issuer_keys_not_read", error=type(error).__name__)
            return
        self._read_at = self._clock()


def fetch_key_set(url: str) -> Mapping[str, Any]:  # Any: JSON
    """The document at the settings' address; no redirect is followed. Raises httpx.HTTPError and ValueError."""
    with httpx.Client(timeout=FETCH_SECONDS, follow_redirects=False) as http, http.stream("GET", url) as response:
        response.raise_for_status()
        if response.status_code != httpx.codes.OK:
            raise ValueError("the issuer's keys have moved; correct oidc_jwks_url")
        content = b""
        for chunk in response.iter_bytes():
            content += chunk
            if len(content) > MAX_KEY_SET_BYTES:
                raise ValueError("the issuer's key set is too large")
    document: Mapping[str, Any] = httpx.Response(200, content=content).json()
    return document


def _public_keys(document: Mapping[str, Any]) -> KeySet:  # Any: JSON
    usable = [
        entry
        for entry in document["keys"]
        if entry.get("kty") in _KEY_TYPES and entry.get("kid") and entry.get("use", "sig") == "sig"
    ]
    return KeySet([JWKRegistry.import_key(entry) for entry in usable])


def _key_id(token: str) -> str:
    try:
        key_id = extract_compact(token.encode()).headers().get("kid") if len(token) <= MAX_TOKEN_LENGTH else None
    except (JoseError, ValueError, TypeError) as error:
        raise Unauthenticated from error
    if not isinstance(key_id, str):
        raise Unauthenticated
    return key_id


def _at(claims: Mapping[str, Any], path: str) -> object:  # Any: JSON
    """What stands at a dotted path; a claim whose name holds dots is found under its whole name."""
    if path in claims:
        return claims[path]
    found: object = claims
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found
