"""One attempt: a signed POST to one endpoint, ended after a time limit whatever the receiver does."""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass

import httpcore
import httpx

from services.catalog.webhooks.addresses import AddressRefused
from services.catalog.webhooks.guarded_network import GuardedBackend, NameNotFound

_MOST_ANSWER_BYTES = 64 * 1024
"""Read of an answer, so that one that breaks off is known from a whole one; the rest is not wanted."""
_GONE = 410


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is sent where."""

    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of an attempt."""

    status: int | None = None
    error: str | None = None
    """None: delivered."""

    @property
    def is_delivered(self) -> bool:
        """Whether the receiver took it."""
        return self.error is None

    @property
    def is_gone(self) -> bool:
        """Whether the receiver wants nothing any more."""
        return self.status == _GONE


class Sender:
    """Sends over connections of its own, one for each attempt: each time, the name is looked up and checked."""

    def __init__(self, network: GuardedBackend, *, timeout_seconds: float, tls: ssl.SSLContext | None = None) -> None:
        """`tls` is for receivers whose certificates the usual authorities do not vouch for."""
        self._network = network
        self._timeout_seconds = timeout_seconds
        self._tls = tls or httpx.create_ssl_context()

    async def send(self, request: Request) -> Outcome:
        """Whatever happens is an outcome; takes as long as the time limit at most."""
        try:
            async with asyncio.timeout(self._timeout_seconds):
                status = await self._status(request)
        except TimeoutError:
            return Outcome(error="timeout")
        except AddressRefused:
            return Outcome(error="address_refused")
        except NameNotFound:
            return Outcome(error="name_not_found")
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
            return Outcome(error=_named(error))
        is_taken = 200 <= status < 300
        return Outcome(status=status, error=None if is_taken else f"status_{status}")

    def close(self) -> None:
        """Let go of what it holds."""
        self._network.close()

    async def _status(self, request: Request) -> int:
        headers = {"Content-Type": "application/json", "User-Agent": "liaison-webhooks/1", **request.headers}
        url = httpx.URL(request.url)
        where = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        async with (
            httpcore.AsyncConnectionPool(
                ssl_context=self._tls, max_keepalive_connections=0, network_backend=self._network
            ) as pool,
            # No redirect is followed: httpcore follows none.
            pool.stream("POST", where, headers=list(headers.items()), content=request.body) as response,
        ):
            read = 0
            async for chunk in response.aiter_stream():
                read += len(chunk)
                if read > _MOST_ANSWER_BYTES:
                    break
            return response.status


def _named(error: Exception) -> str:
    if isinstance(error, httpcore.TimeoutException):
        return "timeout"
    if isinstance(error, httpcore.ConnectError):
        return "tls_failed" if _is_of_tls(error) else "connect_failed"
    return "broken_answer"


def _is_of_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False
