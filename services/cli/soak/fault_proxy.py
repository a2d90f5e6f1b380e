"""A TCP line between two services that can be cut, slowed, swallowed or reset while they talk; loopback only."""

import asyncio
import contextlib
import socket
import struct
import threading
from enum import StrEnum
from pathlib import Path
from typing import Self

_CHUNK = 65_536
_LOOK_SECONDS = 0.01


class Fault(StrEnum):
    """What is wrong with the line."""

    NONE = "none"
    DOWN = "down"
    """Connections are refused, and those that stand are closed."""
    SLOW = "slow"
    """Every piece of data is held back for `delay_seconds`."""
    BLACK_HOLE = "black_hole"
    """Connections are taken and nothing comes through, as behind a router that drops packets; it comes later."""
    RESET = "reset"
    """Every connection is reset as soon as it is made, and those that stand are."""


class FaultProxy:
    """Listens on a loopback port and passes bytes to a loopback port or a Unix socket; set `fault` any time."""

    def __init__(self, target: int | Path) -> None:
        self._target = target
        self._fault = Fault.NONE
        self.delay_seconds = 0.5
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fault-proxy", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._wait_for(self._listen())
        return self

    def __exit__(self, *_error: object) -> None:
        self._wait_for(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def url(self) -> str:
        """For HTTP."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def fault(self) -> Fault:
        """What is wrong now."""
        return self._fault

    @fault.setter
    def fault(self, fault: Fault) -> None:
        self._wait_for(self._turn_to(fault))

    def _wait_for(self, work: "asyncio.Future[None] | object") -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(20)  # type: ignore[arg-type]  # a coroutine

    async def _turn_to(self, fault: Fault) -> None:
        self._fault = fault
        if fault in (Fault.DOWN, Fault.RESET):
            for writer in tuple(self._open):
                _end(writer, is_reset=fault is Fault.RESET)
        if fault is Fault.DOWN and self._server is not None:
            self._server.close()
            self._server = None
        elif fault is not Fault.DOWN and self._server is None:
            self._listening = socket.create_server(("127.0.0.1", self.port))
            await self._listen()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._pass, sock=self._listening)

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in tuple(self._open):
            _end(writer, is_reset=False)
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            if self._fault is Fault.RESET:
                _end(writer, is_reset=True)
                return
            await self._pass_on(reader, writer)
        except OSError:
            pass
        finally:
            self._open.discard(writer)
            writer.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._free()
        if isinstance(self._target, Path):
            to_reader, to_writer = await asyncio.open_unix_connection(str(self._target))
        else:
            to_reader, to_writer = await asyncio.open_connection("127.0.0.1", self._target)
        self._open.add(to_writer)
        try:
            ways = [asyncio.ensure_future(self._pump(*way)) for way in ((reader, to_writer), (to_reader, writer))]
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
        finally:
            self._open.discard(to_writer)
            to_writer.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(_CHUNK):
            if self._fault is Fault.SLOW:
                await asyncio.sleep(self.delay_seconds)
            await self._free()
            writer.write(data)
            await writer.drain()

    async def _free(self) -> None:
        """Wait while the line swallows everything."""
        while self._fault is Fault.BLACK_HOLE:
            await asyncio.sleep(_LOOK_SECONDS)


def _end(writer: asyncio.StreamWriter, *, is_reset: bool) -> None:
    if is_reset:
        with contextlib.suppress(OSError, AttributeError):
            linger = struct.pack("ii", 1, 0)  # close by RST
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()
