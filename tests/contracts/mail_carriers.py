"""The ways out the mailer suite runs against, each with a server that goes wrong when told to."""

import os
import shutil
import subprocess
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import pytest

from bot.adapters.smtp import SmtpMailer, with_password
from bot.adapters.tls import build_context
from bot.ports import Mailer
from bot.sandbox.mail import MailWorld
from bot.sandbox.mail.faults import Stage
from bot.settings import Tls
from tests.contracts.mail_servers import SERVICE
from tests.processes import free_port, need, ordinary_user, wait_for_greeting

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DESK = "desk@example.com"
ANNA = "anna@example.org"
PASSWORD = "not this secret"


class Carrier(ABC):
    """A mailer and the server it carries to; a fault lasts until `mend`."""

    mailer: Mailer

    @abstractmethod
    def arrived(self, address: str = ANNA) -> Sequence[bytes]: ...

    @abstractmethod
    def answer(self, stage: Stage, reply: str, *, address: str | None = None) -> None:
        """Say so at this stage; where the server can tell, only about this address."""

    @abstractmethod
    def drop(self, stage: Stage) -> None:
        """Cut the line once, instead of an answer."""

    @abstractmethod
    def mend(self) -> None: ...

    @abstractmethod
    def cut(self) -> None:
        """Cut the line now."""

    @abstractmethod
    def stop(self) -> None: ...

    @abstractmethod
    def start(self) -> None: ...


class Sandbox(Carrier):
    """aiosmtpd, as the sandbox has it; wants a log-in."""

    def __init__(self, world: MailWorld, mailer: Mailer) -> None:
        self.world = world
        self.mailer = mailer

    def arrived(self, address: str = ANNA) -> Sequence[bytes]:
        return [mail.raw for mail in self.world.mails(address)]

    def answer(self, stage: Stage, reply: str, *, address: str | None = None) -> None:
        self.world.faults.smtp.answer(stage, reply, address=address)

    def drop(self, stage: Stage) -> None:
        self.world.faults.smtp.drop(stage)

    def mend(self) -> None:
        self.world.faults.clear()

    def cut(self) -> None:
        self.world.cut_smtp()

    def stop(self) -> None:
        self.world.stop_smtp()

    def start(self) -> None:
        self.world.start_smtp()


class SmtpSink(Carrier):
    """Postfix's, which is told its faults on its command line: it starts anew for each."""

    COMMANDS: ClassVar[dict[Stage, str]] = {"mail": "MAIL", "rcpt": "RCPT", "data": "DATA", "end": "."}

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.mailer = SmtpMailer("127.0.0.1", self._port, tls=Tls.NONE, context=build_context(), timeout=5)

    def arrived(self, address: str = ANNA) -> Sequence[bytes]:
        dumps = [path.read_bytes() for path in sorted(self._folder.iterdir())]
        return [_content(dump) for dump in dumps if f"X-Rcpt-Args: <{address}>".encode() in dump]

    def answer(self, stage: Stage, reply: str, *, address: str | None = None) -> None:  # noqa: ARG002
        reject, words = ("-r", "-b") if reply.startswith("4") else ("-f", "-B")
        # it would also keep what it refuses at the end
        self._restart(reject, self.COMMANDS[stage], words, reply, keeps=stage != "end")

    def drop(self, stage: Stage) -> None:
        self._restart("-q", self.COMMANDS[stage])

    def mend(self) -> None:
        self._restart()

    def cut(self) -> None:
        self._restart()

    def start(self) -> None:
        self._restart()

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            process.wait(10)

    def _restart(self, *flags: str, keeps: bool = True) -> None:
        self.stop()
        where = [f"127.0.0.1:{self._port}", "100"]
        as_whom = ["-u", ordinary_user().pw_name] if os.geteuid() == 0 else []
        dump = ["-d", f"{self._folder}/%s."] if keeps else []
        command = ["smtp-sink", *as_whom, "-a", *dump, *flags, *where]
        self._process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        wait_for_greeting(self._process, self._port, b"220 ")


def _content(dump: bytes) -> bytes:
    """Without what smtp-sink writes above the mail: the envelope, and a Received header of three lines."""
    _, _, rest = dump.partition(b"\nReceived: ")
    return rest.split(b"\n", 3)[3]


@contextmanager
def to_the_sandbox() -> Iterator[Carrier]:
    with MailWorld(now=lambda: NOON, accounts={DESK: PASSWORD, ANNA: "x"}, require_login=True) as world:
        mailer = SmtpMailer(
            world.host,
            world.smtp_port,
            tls=Tls.NONE,
            context=build_context(),
            log_in=with_password(DESK, PASSWORD),
            timeout=5,
        )
        with closing(mailer):
            yield Sandbox(world, mailer)


@contextmanager
def to_smtp_sink() -> Iterator[Carrier]:
    need("smtp-sink", "postfix")
    # pytest's own folders are closed to the user a root's smtp-sink runs as
    with tempfile.TemporaryDirectory(prefix="smtp-sink-") as folder:
        if os.geteuid() == 0:
            shutil.chown(folder, ordinary_user().pw_name)
        sink = SmtpSink(Path(folder))
        sink.start()
        try:
            yield sink
        finally:
            sink.mailer.close()
            sink.stop()


#: Every way out for mails; another one joins here.
CARRIERS = [
    pytest.param(to_the_sandbox, id="aiosmtpd"),
    pytest.param(to_smtp_sink, id="smtp-sink", marks=SERVICE),
]
