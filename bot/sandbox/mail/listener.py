"""A loopback port that can be cut, killed and opened again under the same number."""

import asyncio
import socket
from abc import ABC, abstractmethod

from bot.sandbox import ports


class Listener(ABC):
    def __init__(self, host: str, port: int) -> None:
        self.host = host
        #: 0 until the first opening has found a free one, which is then kept, open or closed.
        self.port = port
        self._held: socket.socket | None = None
        self._server: asyncio.Server | None = None
        self._live: set[asyncio.WriteTransport] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @abstractmethod
    async def _listen(self) -> asyncio.Server: ...

    async def open(self) -> None:
        if self._server is not None:
            return
        if self._held is None:
            self._held = ports.hold(self.port, self.host)
            self.port = ports.number(self._held)
        self._server = await self._listen()

    async def close(self) -> None:
        """Refuse new connections and break the open ones, as a crash would."""
        if self._server is None:
            return
        self._server.close()
        await self.cut()
        await self._server.wait_closed()
        self._server = None

    async def end(self) -> None:
        """Close, and give the port away."""
        await self.close()
        if self._held is not None:
            self._held.close()
            self._held = None

    async def cut(self) -> None:
        """Break every open connection; new ones are served."""
        for transport in list(self._live):
            transport.abort()
        tasks = [task for task in self._tasks if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
