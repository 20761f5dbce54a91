"""A service that is killed again and again: its lives, the mails that come meanwhile, and who clicks."""

import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.domain.keyring import Keyring
from bot.sandbox.samples import Sample
from bot.sandbox.slack.declined import Declined, Missing
from bot.sandbox.world import DESK, World
from bot.services import audit
from bot.services.sources import SOURCE
from bot.store import database
from tests.cli.shell import environment
from tests.stories.desk import as_text, parsed, until

#: more than one, for the cap on automatic answers to one address is no part of this story
SENDERS = tuple((f"Sponsor {number}", f"sponsor{number}@sponsor.example") for number in range(10))
#: how long a life may last, in seconds: one that dies while it starts, one that came to work
STARTING, WORKING = 1.0, 0.5
#: seconds that each of the outside world's answers takes, so that a kill finds something under way
MAIL_TAKES, SLACK_TAKES, IMAP_TAKES = 0.04, 0.03, 0.01
INDEX_HEADER = 136  #: bytes of a log's index
PAGE = 4096  #: bytes; SQLite's own size, which we leave
FOLDERS = ("Usher/Done", "Usher/Aside")


@dataclass
class Service:
    """`usher run` as a process that may die at any moment."""

    world: World
    folder: Path
    told: dict[str, object] = field(default_factory=dict)  #: settings besides the world's
    lives: int = 0
    groups: list[int] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.lives += 1
        sponsors = ",".join(address for _, address in SENDERS)
        settings = {**self.world.settings(), "sponsors": sponsors, **self.told}
        with (self.folder / f"life{self.lives:03}.log").open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "handlers.cli", "run"],
                cwd=self.folder,
                env=environment(settings),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.groups.append(self.process.pid)

    def kill(self) -> None:
        """The service only: its children have to find out by themselves."""
        assert self.process is not None
        assert self.process.poll() is None, f"it ended by itself in life {self.lives}"
        self.process.kill()
        self.process.wait()

    def end(self) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=20)

    def said(self) -> str:
        logs = sorted(self.folder.glob("life*.log"))
        return "".join(log.read_text(encoding="utf-8", errors="replace") for log in logs)

    def orphans(self) -> list[int]:
        """Groups of processes in which somebody still lives."""

        def lives(group: int) -> bool:
            with suppress(ProcessLookupError):
                os.killpg(group, 0)
                return True
            return False

        return [group for group in self.groups if lives(group)]

    def clean_up(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for group in self.orphans():
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)


@contextmanager
def mortal(world: World, folder: Path, **told: object) -> Iterator[Service]:
    """A service that has seen its mailbox once: what came before its first look is never acted on."""
    service = Service(world, folder, told)
    try:
        service.start()
        world.workspace.wait_until_connected()

        def looked() -> bool:
            with database.connect(folder / "usher.db") as db:
                return bool(database.rows(db, "select 1 from mailboxes"))

        until(looked)
        yield service
    finally:
        service.clean_up()


@dataclass
class Approver:
    """Avery at her desk: presses every *Approve* she sees, again when Slack says that it did not work."""

    world: World
    presses: int = 0
    unanswered: int = 0
    _stopping: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while not self._stopping.wait(0.05):
            waiting = [m for m in self.world.workspace.messages("approvals") if "case_approve" in as_text(m)]
            for message in waiting:
                if self._stopping.is_set():
                    return
                self._press(message)

    def _press(self, message: dict[str, Any]) -> None:
        # The card may have been updated since she saw it.
        with suppress(Missing, Declined, LookupError):
            seen = self.world.workspace.act("avery").click("approvals", message["ts"], "case_approve")
            self.presses += 1
            self.unanswered += not seen.ok
            if not seen.ok:
                self._stopping.wait(0.1)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        thread = threading.Thread(target=self.run, name="avery")
        thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            thread.join(10)


def forty_mails(world: World, rng: random.Random) -> list[Sample]:
    """Thirty forms, of which eight are incomplete, and ten others."""
    samples = world.samples
    mails = [
        *(samples.complete_ris(sender=SENDERS[number % 10]) for number in range(22)),
        *(samples.incomplete_ris(sender=SENDERS[number]) for number in range(8)),
        *(samples.question() for _ in range(5)),
        *(samples.auto_reply() for _ in range(3)),
        samples.bounce(),
        samples.list_mail(),
    ]
    rng.shuffle(mails)
    return mails


@contextmanager
def slowly(world: World) -> Iterator[None]:
    """The servers take their time, as real ones do; what they were told is done even if nobody waits."""
    world.workspace.courier.patience = 1.0
    world.mail.faults.smtp.delay, world.mail.faults.imap.delay = MAIL_TAKES, IMAP_TAKES
    world.workspace.faults.slow(seconds=SLACK_TAKES, times=1_000_000)
    yield
    world.mail.faults.clear()
    world.workspace.faults.clear()


def live_and_die(service: Service, rng: random.Random, mails: list[Sample]) -> None:
    """One life: those mails come at random moments of it, and at a random one it ends."""
    world = service.world
    dies_starting = rng.random() < 0.5
    length = rng.uniform(0, STARTING if dies_starting else WORKING)
    if not dies_starting:
        world.workspace.wait_until_connected()
    began = time.monotonic()
    for moment in sorted(rng.uniform(0, length) for _ in mails):
        time.sleep(max(0.0, began + moment - time.monotonic()))
        sample = mails.pop()
        world.mail.submit(sample.raw, sample.sender, sample.recipient, authentic=sample.authentic)
    time.sleep(max(0.0, began + length - time.monotonic()))
    if not dies_starting:  # mostly in the middle of something
        _await_change(world, rng.uniform(0, 0.3))
        time.sleep(rng.uniform(0, 0.05))
    service.kill()


def _await_change(world: World, seconds: float) -> None:
    def state() -> tuple[int, int]:
        return world.mail.version, world.workspace.pulse.version

    before, deadline = state(), time.monotonic() + seconds
    while state() == before and time.monotonic() < deadline:
        time.sleep(0.001)


def check_copy(world: World, folder: Path, rng: random.Random) -> None:
    """What a power cut leaves: the files of this moment, opened elsewhere, know every mail that was moved.

    A second copy loses the end of its log, as a disk may that had not written it yet: it is older, but whole.
    What a checkpoint may have moved into the file was on the disk before it was moved, so that much stays.
    """
    copy, torn = folder / "copy.db", folder / "torn.db"
    for target in (copy, torn):
        database.remove(target)
        for suffix in ("", "-wal"):
            source = folder / f"usher.db{suffix}"
            if source.exists():
                shutil.copyfile(source, target.with_name(target.name + suffix))
    log = torn.with_name("torn.db-wal")
    if log.exists():
        size = log.stat().st_size
        os.truncate(log, rng.randint(_surely_written(folder / "usher.db-shm", size), size))
    ring = Keyring([str(world.settings()["secret_key"])])
    known = {ring.open_bytes(SOURCE, sealed) for sealed in _check_whole(copy)}
    _check_whole(torn)
    assert moved_mails(world) <= known


def _surely_written(index: Path, size: int) -> int:
    """How many of a log's `size` bytes were synced, as its index tells: what a checkpoint took up.

    SQLite, "WAL-mode File Format", section 2.1: the header is valid where `isInit` (at 12) is set, and
    `nBackfillAttempted` stands at 128 in native byte order; a log is 32 bytes and frames of 24 and a page.
    Of a life that was killed while it recovered the log nothing is known: all of it counts.
    """
    known = index.read_bytes() if index.exists() else b""
    if len(known) < INDEX_HEADER or not known[12]:
        return size
    (frames,) = struct.unpack_from("=I", known, 128)
    return 32 + frames * (24 + PAGE) if frames else 0


def moved_mails(world: World) -> set[bytes]:
    return {mail.raw for folder in FOLDERS for mail in world.mail.mails(DESK, folder)}


def _check_whole(path: Path) -> set[bytes]:
    """What is kept of mails, sealed."""
    with database.connect(path) as db:
        assert database.rows(db, "pragma integrity_check") == [{"integrity_check": "ok"}]
        tables = {entry["name"] for entry in database.rows(db, "select name from sqlite_master")}
        if "events" in tables:
            assert audit.verify(db).broken_at is None
        return {bytes(entry["raw"]) for entry in database.rows(db, "select raw from mail_sources")}


def message_ids(mails: list[Any]) -> list[str]:
    return [str(parsed(mail.raw)["Message-ID"]) for mail in mails]
