"""Access tokens: every class of bad one is refused, keys rotate, and no address in a token is ever asked."""

import asyncio
import base64
import hmac
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey
from pydantic import ValidationError

from shared.contracts.identity import Role
from shared.contracts.vocabularies import Language
from shared.kit.errors import Unauthenticated
from shared.kit.identity.oidc import LEAST_SECONDS_BETWEEN_FETCHES, IdentityUnavailable, TokenVerifier
from shared.kit.identity.principal import Principal
from shared.kit.settings import ServiceSettings

ISSUER, AUDIENCE = "https://issuer.example", "liaison"
KEY = RSAKey.generate_key(2048, {"kid": "key-1", "use": "sig"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "key-1", "use": "sig"})
EC_KEY = ECKey.generate_key("P-256", {"kid": "ec-1"})


class Issuer:
    """Publishes keys, and counts how often it is asked."""

    def __init__(self, *keys: RSAKey | ECKey) -> None:
        self.keys = list(keys)
        self.asked = 0
        self.is_down = False

    def __call__(self) -> Mapping[str, Any]:
        self.asked += 1
        if self.is_down:
            raise ValueError("down")
        return {"keys": [key.as_dict(private=False) for key in self.keys]}


class Clock:
    """Moves when told."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def settings_of(**fields: Any) -> ServiceSettings:
    given = {
        "oidc_issuer": ISSUER,
        "oidc_audience": AUDIENCE,
        "oidc_jwks_url": f"{ISSUER}/keys",
        "oidc_role_names": {"deal-desk": Role.INVESTOR},
    }
    return ServiceSettings(**(given | fields))


def claims_of(**changes: Any) -> dict[str, Any]:
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "ada",
        "exp": int(time.time()) + 300,
        "roles": ["founder"],
        "organization_id": "org-1",
        "locale": "zh-CN",
    }
    return {name: value for name, value in (claims | changes).items() if value is not None}


def token(key: Any = KEY, *, header: dict[str, Any] | None = None, **changes: Any) -> str:
    algorithm = "ES256" if isinstance(key, ECKey) else "RS256"
    head = {"alg": algorithm, "kid": key.kid} | (header or {})
    return jwt.encode(head, claims_of(**changes), key, algorithms=[head["alg"]])


async def verified(text: str, issuer: Issuer | None = None, **fields: Any) -> Principal:
    return await TokenVerifier(settings_of(**fields), issuer or Issuer(KEY)).verify(text)


def run(text: str, issuer: Issuer | None = None, **fields: Any) -> Principal:
    return asyncio.run(verified(text, issuer, **fields))


def test_a_good_token_names_its_caller() -> None:
    assert run(token()) == Principal(
        id="oidc:ada", roles=frozenset({Role.FOUNDER}), organization_id="org-1", language=Language.CHINESE
    )
    assert run(token(EC_KEY), Issuer(EC_KEY)).id == "oidc:ada"


def tampered() -> str:
    head, _, signature = token().split(".")
    other_claims = token(roles=["admin"]).split(".")[1]
    return f"{head}.{other_claims}.{signature}"


def forged(header: dict[str, Any], signature: bytes | Callable[[bytes], bytes]) -> str:
    """By hand: the library refuses to make such tokens."""
    signed = ".".join(_encoded(json.dumps(part).encode()) for part in (header, claims_of()))
    made = signature if isinstance(signature, bytes) else signature(signed.encode())
    return f"{signed}.{_encoded(made)}"


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def signed_with_the_public_key() -> str:
    # The classic confusion: a verifier that trusts `alg` takes the public key for a shared secret.
    public = KEY.as_pem(private=False)
    return forged({"alg": "HS256", "kid": "key-1"}, lambda signed: hmac.digest(public, signed, "sha256"))


BAD: dict[str, Callable[[], str]] = {
    "alg none": lambda: forged({"alg": "none", "kid": "key-1"}, b""),
    "alg None": lambda: forged({"alg": "None", "kid": "key-1"}, b""),
    "HS256 with the public key": signed_with_the_public_key,
    "tampered": tampered,
    "another key under the same id": lambda: token(OTHER_KEY),
    "expired": lambda: token(exp=int(time.time()) - 120),
    "without an expiry": lambda: token(exp=None),
    "another audience": lambda: token(aud="someone-else"),
    "another issuer": lambda: token(iss="https://evil.example"),
    "without a subject": lambda: token(sub=None),
    "an unknown key id": lambda: token(RSAKey.generate_key(2048, {"kid": "key-9"})),
    "not yet valid": lambda: token(nbf=int(time.time()) + 300),
    "an algorithm that is not listed": lambda: token(header={"alg": "PS256"}),
    "an unknown critical header": lambda: forged({"alg": "RS256", "kid": "key-1", "crit": ["x"], "x": 1}, b"x"),
    "no token at all": lambda: "ey.ey.ey",
    "nothing": lambda: "",
    "huge": lambda: "e" * 100_000,
    "not ASCII": lambda: "é.é.é",
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_token_is_refused(what: str) -> None:
    with pytest.raises(Unauthenticated):
        run(BAD[what]())


@pytest.mark.parametrize("parameter", ["jku", "x5u"])
def test_an_address_in_a_token_is_never_asked(parameter: str) -> None:
    issuer = Issuer(KEY)
    with pytest.raises(Unauthenticated):
        run(token(OTHER_KEY, header={parameter: "https://evil.example/keys"}), issuer)
    assert issuer.asked == 1  # at the settings' address, which is the only one the verifier knows


def test_a_key_in_a_token_is_not_believed() -> None:
    with pytest.raises(Unauthenticated):
        run(token(OTHER_KEY, header={"jwk": OTHER_KEY.as_dict(private=False)}))


def test_a_new_key_of_the_issuer_is_read_when_it_is_first_named_and_not_too_often() -> None:
    async def rotation() -> None:
        issuer, clock = Issuer(KEY), Clock()
        verifier = TokenVerifier(settings_of(), issuer, clock)
        await verifier.verify(token())
        new_key = RSAKey.generate_key(2048, {"kid": "key-2"})
        issuer.keys = [new_key]
        for _ in range(20):
            with pytest.raises(Unauthenticated):
                await verifier.verify(token(new_key))
        assert issuer.asked == 1
        clock.seconds += LEAST_SECONDS_BETWEEN_FETCHES
        assert (await verifier.verify(token(new_key))).id == "oidc:ada"
        assert issuer.asked == 2
        with pytest.raises(Unauthenticated):
            await verifier.verify(token(KEY))  # no longer published

    asyncio.run(rotation())


def test_an_issuer_that_is_down_locks_nobody_out_whose_key_was_read() -> None:
    async def outage() -> None:
        issuer, clock = Issuer(KEY), Clock()
        verifier = TokenVerifier(settings_of(), issuer, clock)
        await verifier.verify(token())
        issuer.is_down, clock.seconds = True, 10 * 3_600.0
        assert (await verifier.verify(token())).id == "oidc:ada"

    asyncio.run(outage())
    down = Issuer()
    down.is_down = True
    with pytest.raises(IdentityUnavailable):
        run(token(), down)


def test_a_shared_secret_among_published_keys_is_passed_over() -> None:
    secret = OctKey.generate_key(256, {"kid": "key-1"})
    issuer = Issuer()
    issuer.keys = [secret]  # type: ignore[list-item]  # an issuer that makes a grave mistake
    by_secret = jwt.encode({"alg": "HS256", "kid": "key-1"}, claims_of(), secret, algorithms=["HS256"])
    with pytest.raises(Unauthenticated):
        run(by_secret, issuer)


@pytest.mark.parametrize(
    ("claims", "roles"),
    [
        ({"roles": ["deal-desk", "unknown", 7]}, {Role.INVESTOR}),
        ({"roles": "auditor founder"}, {Role.AUDITOR, Role.FOUNDER}),
        ({"roles": ["service"]}, set()),
        ({"roles": {"admin": True}}, set()),
        ({"roles": None}, set()),
    ],
)
def test_only_known_roles_are_taken(claims: dict[str, Any], roles: set[Role]) -> None:
    assert run(token(**claims)).roles == roles


def test_roles_are_found_inside_objects() -> None:
    nested: dict[str, Any] = {"roles": None, "realm_access": {"roles": ["admin"]}, "https://x.example/org": "org-2"}
    found = run(token(**nested), oidc_role_claim="realm_access.roles", oidc_organization_claim="https://x.example/org")
    assert (set(found.roles), found.organization_id) == ({Role.ADMIN}, "org-2")


def test_settings_that_are_half_set_or_unsafe_are_refused() -> None:
    for faulty in ({"oidc_audience": None}, {"oidc_jwks_url": "ftp://x"}, {"oidc_algorithms": ["HS256"]}):
        with pytest.raises(ValidationError):
            settings_of(**faulty)
    with pytest.raises(ValidationError, match="other machines"):
        ServiceSettings(host="0.0.0.0")
    with pytest.raises(ValidationError, match="at least 32"):
        ServiceSettings(api_key_pepper="short")
    assert settings_of(host="0.0.0.0").is_identity_configured
