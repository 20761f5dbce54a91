"""A loopback port that can be cut, killed and opened again under the same number."""

import asyncio
from abc import ABC, abstractmethod


class Listener(ABC):
    def __init__(self, host: str, port: int) -> None:
        self.host = host
        #: 0 until the first opening has found a free one, which is then kept.
        self.port = port
        self._server: asyncio.Server | None = None
        self._live: set[asyncio.WriteTransport] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @abstractmethod
    async def _listen(self) -> asyncio.Server: ...

    async def open(self) -> None:
        if self._server is None:
            self._server = await self._listen()
            self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Refuse new connections and break the open ones, as a crash would."""
        if self._server is None:
            return
        self._server.close()
        await self.cut()
        await self._server.wait_closed()
        self._server = None

    async def cut(self) -> None:
        """Break every open connection; new ones are served."""
        for transport in list(self._live):
            transport.abort()
        tasks = [task for task in self._tasks if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
