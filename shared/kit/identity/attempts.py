"""How often one address may fail to tell who it is; beyond that its guesses are refused before a key is looked up."""

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from typing import Protocol

from limits import RateLimitItem
from starlette.requests import HTTPConnection

from shared.kit.rate_limits import RateLimited, RateLimits, client_address

FLOW = "failed-authentications"
_COUNTERS = 65_536
_MOST_GOOD = 10_000
_IPV6_NETWORK_BITS = 64


class Attempts(Protocol):
    """Watches how callers fare."""

    def check(self, connection: HTTPConnection) -> None:
        """Raise RateLimited where this address has failed too often."""

    def failed(self, connection: HTTPConnection) -> None:
        """Its credentials were refused."""

    def succeeded(self, connection: HTTPConnection) -> None:
        """Its credentials were good."""


class UncountedAttempts:
    """Where nobody is asked, or no rate is set."""

    def check(self, connection: HTTPConnection) -> None:
        """Let everybody try."""

    def failed(self, connection: HTTPConnection) -> None:
        """Nothing is counted."""

    def succeeded(self, connection: HTTPConnection) -> None:
        """Nothing is remembered."""


class CountedAttempts:
    """Counts failures by address, in this process alone: no storage elsewhere is asked before the caller is known.

    Memory is bounded. Addresses share a fixed number of counters under a secret salt, IPv6 ones by their /64.
    Credentials that were good lately get in from an address that has used up its failures: it may be a proxy's or an
    office's, and whoever guesses there must not lock the others out. Requests without credentials are no attempt.
    """

    def __init__(self, rate: RateLimitItem, on_limited: Callable[[str], None] = lambda _: None) -> None:
        self._rate = rate
        self._limits = RateLimits()
        self._on_limited = on_limited
        self._salt = secrets.token_bytes(16)
        self._good: OrderedDict[bytes, None] = OrderedDict()

    def check(self, connection: HTTPConnection) -> None:
        """Raises RateLimited; such refusals do not count again."""
        address, credentials = client_address(connection.scope), self._credentials(connection)
        if address is None or credentials is None or credentials in self._good:
            return
        try:
            self._limits.check_left(self._rate, FLOW, self._counter(address))
        except RateLimited:
            self._on_limited(FLOW)
            raise

    def failed(self, connection: HTTPConnection) -> None:
        """One less."""
        address, credentials = client_address(connection.scope), self._credentials(connection)
        if credentials is not None:
            self._good.pop(credentials, None)
            if address is not None:
                self._limits.note(self._rate, FLOW, self._counter(address))

    def succeeded(self, connection: HTTPConnection) -> None:
        """Remember these credentials, by their digest."""
        credentials = self._credentials(connection)
        if credentials is None:
            return
        self._good[credentials] = None
        self._good.move_to_end(credentials)
        if len(self._good) > _MOST_GOOD:
            self._good.popitem(last=False)

    def _credentials(self, connection: HTTPConnection) -> bytes | None:
        sent = connection.headers.get("authorization")
        return None if not sent else self._digest(sent)

    def _counter(self, address: str) -> str:
        return str(int.from_bytes(self._digest(_network(address))) % _COUNTERS)

    def _digest(self, text: str) -> bytes:
        return hashlib.blake2b(text.encode(), key=self._salt, digest_size=16).digest()


def _network(address: str) -> str:
    """One holder has all of an IPv6 /64, and would never use an address twice."""
    host = address.removeprefix("address:")
    try:
        found = ip_address(host)
    except ValueError:
        return host
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return str(int(found) >> _IPV6_NETWORK_BITS)
    return str(found)
