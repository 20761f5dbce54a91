"""The machine goes wrong: a locked database, a full disk, a clock put; nothing lost, nothing twice."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.bootstrap import Bot
from bot.clock import Clock
from bot.sandbox.world import World
from bot.store import database
from tests.stories.desk import Desk, as_text, running, until
from tests.stories.orders import SPONSORS, Order, send_order, trail_is_whole

pytestmark = pytest.mark.slow

#: longer than anybody waits for the write lock
LONG_LOCK = database.BUSY_SECONDS + 4

LOCKER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
connection.execute("begin immediate")
print("locked", flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with running(tmp_path_factory.mktemp("desk"), sponsors=SPONSORS) as desk:
        through(desk)
        yield desk
        assert trail_is_whole(desk)


def through(desk: Desk) -> None:
    approved(send_order(desk))
    desk.well()


def approved(order: Order) -> None:
    order.approve()
    order.confirmed()


@contextmanager
def locked(desk: Desk) -> Iterator[None]:
    """Another process holds the write lock, as a careless backup or an open editor does."""
    process = subprocess.Popen(
        [sys.executable, "-c", LOCKER, str(desk.bot.settings.database_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"locked\n"
        yield
        assert process.stdin is not None
        process.stdin.close()


@pytest.mark.timeout(120)
def test_a_database_locked_for_longer_than_anybody_waits_is_said_and_loses_nothing(desk: Desk) -> None:
    shown = send_order(desk)
    card = shown.card()
    desk.settled()
    with locked(desk):
        began = time.monotonic()
        desk.act("avery").click("approvals", card["ts"], "case_approve")
        desk.act("blake").say("support", "@usher help")
        came = send_order(desk)
        desk.unwell("database", "another process has locked the database", "end what works on it")
        until(lambda: time.monotonic() - began > LONG_LOCK, patience=LONG_LOCK + 5)
        desk.unwell("mailbox", "another process has locked the database")
        assert desk.cards(came.company) == []

    desk.whisper("avery", "approvals", "Nothing was changed: Usher could not act in time")
    came.approve()
    came.confirmed()
    approved(shown)
    courier = desk.world.workspace.courier  # what was not acked comes again
    courier.redeliver(next(e for e in courier.log if e.payload.get("event", {}).get("type") == "app_mention"))
    desk.whisper("blake", "support", "/usher queue")
    desk.well()


def test_what_is_decided_in_a_modal_while_the_database_is_locked_counts_once(desk: Desk) -> None:
    order = send_order(desk)
    card = order.card()
    desk.settled()
    avery = desk.act("avery")
    avery.click("approvals", card["ts"], "case_reject")
    view = until(avery.top_view)
    with locked(desk):
        assert avery.submit(view["id"], {"reason": "duplicate"}).timed_out

    order.card("*Rejected*")
    desk.settled()
    assert sum("*Rejected*" in as_text(message) for message in desk.cards(order.company)) == 1
    assert sorted(order.mails().values()) == [1, 1]
    desk.well()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of few megabytes, which only root may mount."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=32m", "usher-test", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        if os.environ.get("REQUIRE_SERVICES") == "1":
            pytest.fail(f"no small disk: {mounted.stderr.decode()}")
        pytest.skip("may not mount a small disk")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_a_full_disk_is_said_and_everything_is_worked_off_once_there_is_room(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    with running(small_disk, sponsors=SPONSORS) as desk:
        through(desk)
        shown = send_order(desk)
        shown.card()
        desk.settled()
        fill(ballast)
        came = [send_order(desk) for _ in range(3)]
        desk.act("avery").click("approvals", desk.card(shown.company)["ts"], "case_approve")
        desk.unwell("database", "the disk is full: make room where the database lies")
        desk.unwell("mailbox", "disk")
        ballast.unlink()

        for order in came:
            order.approve()
        if "case_approve" in as_text(desk.card(shown.company)):
            shown.approve()
        for order in (shown, *came):
            order.confirmed()
        through(desk)
        assert trail_is_whole(desk)
        with desk.bot.connect() as db:
            assert database.is_sound(db)


def fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file:
        for size in (65_536, 512):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue


@dataclass
class SteppedClock:
    """The desk's clock, which somebody puts; the servers keep theirs."""

    real: Clock
    off: timedelta = field(default=timedelta())

    def now(self) -> datetime:
        return self.real.now() + self.off


@contextmanager
def with_a_clock(folder: Path, off: timedelta) -> Iterator[tuple[Desk, SteppedClock]]:
    clocks: list[SteppedClock] = []

    def stepped(bot: Bot, world: World) -> Bot:
        clocks.append(SteppedClock(world.clock, off))
        return replace(bot, clock=clocks[0])

    with running(folder, fitted=stepped, sponsors=SPONSORS) as desk:
        with desk.bot.connect() as db:
            until(lambda: database.rows(db, "select 1 from mailboxes where looked_to is not null"))
        yield desk, clocks[0]
        assert trail_is_whole(desk)


HOUR = timedelta(hours=1)


@pytest.mark.parametrize("off", [-HOUR, HOUR])
def test_clocks_that_differ_make_no_new_mail_old(tmp_path: Path, off: timedelta) -> None:
    with with_a_clock(tmp_path, off) as (desk, _):
        through(desk)


@pytest.mark.parametrize("first", [-HOUR, HOUR])
@pytest.mark.parametrize("then", [-HOUR, HOUR])
def test_a_clock_that_is_put_and_put_again_neither_holds_nor_doubles_what_is_under_way(
    tmp_path: Path, first: timedelta, then: timedelta
) -> None:
    with with_a_clock(tmp_path, timedelta()) as (desk, clock):
        faults = desk.world.mail.faults.smtp
        flying = send_order(desk)
        flying.card()
        desk.settled()
        faults.answer("rcpt", "451 4.3.0 busy", address=flying.sponsor, times=1)
        flying.approve()
        desk.unwell("outbox mail", "order_confirmation waits")  # for a moment by the old time
        clock.off += first
        flying.confirmed()

        slow = send_order(desk)
        slow.card()
        desk.settled()
        faults.delay = 2.0
        slow.approve()
        slow.card("executing")  # under a lease by the old time
        clock.off += then
        slow.confirmed()
        faults.clear()
        through(desk)
