"""The sandbox's IMAP server: pymap's protocol behind a listener of our own."""

import asyncio
import logging
import uuid
from asyncio import StreamReader, StreamWriter, shield
from collections.abc import Iterable
from contextlib import AsyncExitStack, closing, suppress
from io import BytesIO

from proxyprotocol.sock import SocketInfo
from pymap.concurrent import Event
from pymap.context import connection_exit, current_command
from pymap.imap import IMAPConnection
from pymap.imap.state import ConnectionState
from pymap.parsing.command.select import IdleCommand
from pymap.parsing.response import CommandResponse, Response

from bot.sandbox.mail.faults import ImapFaults
from bot.sandbox.mail.listener import Listener
from bot.sandbox.mail.mailboxes import Accounts, ServerConfig

_log = logging.getLogger(__name__)

#: News that leave in one packet with IDLE's go-ahead lie unseen in the buffers of Python's imaplib.
_SETTLE = 0.01


class ImapListener(Listener):
    def __init__(
        self, *, host: str, port: int, accounts: Accounts, config: ServerConfig, faults: ImapFaults
    ) -> None:
        super().__init__(host, port)
        self._accounts = accounts
        self._config = config
        self._faults = faults

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._serve, self.host, self.port, ssl=self._config.implicit_tls)

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Hold the task ourselves: pymap's own service leaves it to the garbage collector on Python 3.13."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a stream callback runs in a task
        self._tasks.add(task)
        self._live.add(writer.transport)
        try:
            await self._converse(reader, writer)
        except (OSError, EOFError, asyncio.CancelledError):
            writer.transport.abort()
        except Exception:  # noqa: BLE001 - the server's door: one client's fault must not silence the others
            _log.exception("IMAP connection ended by an error")
        finally:
            self._live.discard(writer.transport)
            self._tasks.discard(task)

    async def _converse(self, reader: StreamReader, writer: StreamWriter) -> None:
        info = SocketInfo.get(writer, None, unique_id=uuid.uuid4().bytes)
        connection = Connection(self._config, self._faults, reader, writer, info)
        async with AsyncExitStack() as stack:
            connection_exit.set(stack)
            stack.enter_context(closing(connection))
            await connection.run(ConnectionState(self._accounts, self._config))


class Connection(IMAPConnection):
    """One client; each answer leaves in one write, because clients in IDLE choke on halves."""

    def __init__(
        self,
        config: ServerConfig,
        faults: ImapFaults,
        reader: StreamReader,
        writer: StreamWriter,
        info: SocketInfo,
    ) -> None:
        super().__init__(config.commands, config, reader, writer, info)
        self._faults = faults

    async def write_response(self, resp: Response) -> None:
        if isinstance(resp, CommandResponse):
            await self._misbehave()
        await self._write_at_once([resp])

    async def write_updates(self, untagged: Iterable[Response]) -> None:
        await self._write_at_once(untagged)

    async def handle_updates(self, state: ConnectionState, done: Event, cmd: IdleCommand) -> None:
        """Announce while idling; a silent server tells only with DONE, as some do."""
        held: list[Response] = []
        settled = asyncio.get_running_loop().time() + _SETTLE
        while not done.is_set():
            held += await self._exec(state.receive_updates(cmd, done))
            if not self._faults.silent_idle:
                await asyncio.sleep(settled - asyncio.get_running_loop().time())
                await shield(self.write_updates(held))
                held = []
        await self.write_updates(held)

    async def _write_at_once(self, responses: Iterable[Response]) -> None:
        gathered = BytesIO()
        for response in responses:
            await response.async_write(gathered)
        with suppress(ConnectionError):  # the reading side notices, and ends the conversation
            self.writer.write(gathered.getvalue())
            await self.writer.drain()

    async def _misbehave(self) -> None:
        await asyncio.sleep(self._faults.delay)
        command = current_command.get(None)
        if command is not None and self._faults.takes_drop(command.command.decode()):
            raise ConnectionAbortedError
