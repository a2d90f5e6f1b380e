"""Connections to checked addresses only: names are resolved, every address checked, and one of the checked dialled."""

import asyncio
import socket
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

import httpcore

from services.catalog.webhooks.addresses import AddressPolicy

Resolve = Callable[[str, int], Sequence[str]]
"""The addresses of a name; raises OSError where it has none."""
_RESOLVERS = 16
_SECONDS_BEFORE_THE_NEXT_ADDRESS = 3.0


class NameNotFound(Exception):
    """The name has no address."""


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """For httpcore: what a name meant when it was checked is what is connected to, whatever it means afterwards.

    TLS goes on to verify the name, since that is taken from the URL and not from the address.
    """

    def __init__(self, policy: AddressPolicy, resolve: Resolve | None = None) -> None:
        self._policy = policy
        self._resolve = resolve or resolve_by_system
        self._dialling = httpcore.AnyIOBackend()
        # Of its own: a resolver that hangs must not keep threads that others wait for.
        self._threads = ThreadPoolExecutor(_RESOLVERS, thread_name_prefix="webhook-names")

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Raises NameNotFound, AddressRefused, and httpcore's own; tries the addresses one after the other."""
        loop = asyncio.get_running_loop()
        try:
            found = await loop.run_in_executor(self._threads, self._resolve, host, port)
        except (OSError, UnicodeError) as error:
            raise NameNotFound from error
        *others, last = self._policy.check(found)
        for address in others:
            try:
                patience = _SECONDS_BEFORE_THE_NEXT_ADDRESS
                return await self._dialling.connect_tcp(address, port, patience, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._dialling.connect_tcp(last, port, timeout, local_address, socket_options)

    def close(self) -> None:
        """Let go of the threads; one that a resolver holds ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def resolve_by_system(host: str, port: int) -> Sequence[str]:
    """As the machine does it; each address once."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))
