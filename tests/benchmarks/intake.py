"""RIS mails that arrived while the desk was stopped: to cases committed, cards queued and mails moved.

The yardstick (`bare_intake`) fetches the same mails from the same Dovecot and checks the same cells with the
same libraries, once before and once after. All are processes of their own, counted from their first
instruction with all their children;
what they spend before their work begins is told apart by a second run without mails.

    python -m tests.benchmarks.intake [MAILS]        (2000; 200 and 10000 show whether it is flat)
"""

import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.goals import Goals
from tests.benchmarks.processes import PeakMemory, cpu_seconds
from tests.benchmarks.ris_mails import DESK, SERVER, SPONSOR_DOMAIN, ris_mails
from tests.contracts.dovecot import Dovecot

MAILS = 2000
PASSWORD = "correct-horse"
PATIENCE = 120.0  #: seconds, and as many again as there are mails
LOOK = 0.1  #: seconds between two looks into the database

SETTLED = """select count(*) from mails
    where moved_at is not null and subject_ref in (select 'C-' || id from cases)"""
_MET = "select count(*) from mailboxes"
_QUEUED = "select count(*) from outbox where kind = :kind and status = 'queued'"


@dataclass(frozen=True, kw_only=True)
class Spent:
    """What one run took."""

    cpu: float  #: seconds, children included
    wall: float
    peak: int = 0  #: bytes


def settings(folder: Path, dovecot: Dovecot) -> dict[str, str]:
    """A desk that takes mail in and sends nothing; Slack and SMTP are never asked."""
    values = {
        "database_url": f"sqlite:///{folder / 'usher.db'}",
        "imap_host": "127.0.0.1",
        "imap_port": str(dovecot.imap_port),
        "imap_tls": "none",
        "imap_user": DESK,
        "imap_password": PASSWORD,
        "smtp_host": "127.0.0.1",
        "mail_from": DESK,
        "support_address": "support@desk.example.com",
        "slack_bot_token": "xoxb-none",
        "slack_app_token": "xapp-none",
        "slack_approvals_channel": "C0APPROVALS",
        "slack_support_channel": "C0SUPPORT",
        "slack_staff": "U0AVERY0001",
        "slack_approvers": "U0AVERY0001",
        "sponsors": SPONSOR_DOMAIN,
        "trusted_authserv_id": SERVER,
        "secret_key": "0123456789abcdef0123456789abcdef",
        "delivery": "hold",
    }
    return {name.upper(): value for name, value in values.items()}


@contextmanager
def desk(folder: Path, dovecot: Dovecot, **told: str) -> Iterator[subprocess.Popen[bytes]]:
    """The mail door of the desk as a process; `told`: more settings, by name."""
    command = [sys.executable, "-m", "handlers.cli", "run", "--only", "mail"]
    env = os.environ | settings(folder, dovecot) | {name.upper(): value for name, value in told.items()}
    with (folder / "log").open("ab") as log, subprocess.Popen(command, env=env, stderr=log) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def take_in(folder: Path, dovecot: Dovecot, mails: int, *, settled: str = SETTLED, **told: str) -> Spent:
    """Run the desk until it has dealt with every mail; without mails, until it waits for some."""
    began = time.monotonic()
    with desk(folder, dovecot, **told) as process, PeakMemory(process.pid) as memory:
        while not ((folder / "usher.db").exists() and done(folder, mails, settled)):
            if process.poll() is not None or time.monotonic() - began > PATIENCE + mails:
                raise RuntimeError((folder / "log").read_text()[-2000:])
            time.sleep(LOOK)
        return Spent(cpu=cpu_seconds(process.pid), wall=time.monotonic() - began, peak=memory.peak)


def done(folder: Path, mails: int, settled: str) -> bool:
    """Whether so many mails were dealt with; of none: whether the mailbox was met for the first time."""
    with closing(sqlite3.connect(f"file:{folder / 'usher.db'}?mode=ro", uri=True, timeout=10)) as db:
        try:
            return bool(db.execute(settled if mails else _MET).fetchone()[0] >= max(mails, 1))
        except sqlite3.OperationalError:  # no tables yet
            return False


def check(folder: Path, mails: int) -> None:
    """Each mail made one case, one card and one receipt, or the figures mean nothing."""
    with closing(sqlite3.connect(folder / "usher.db")) as db:
        (cases,) = db.execute("select count(*) from cases where status = 'in_review'").fetchone()
        cards, receipts = (
            db.execute(_QUEUED, {"kind": kind}).fetchone()[0] for kind in ("case_card", "mail")
        )
    if (cases, cards, receipts) != (mails, mails, mails):
        raise RuntimeError(f"{mails} mails made {cases} cases, {cards} cards, {receipts} receipts")


def bare(dovecot: Dovecot) -> Spent:
    began = time.monotonic()
    before = os.times()
    subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.bare_intake", str(dovecot.imap_port), DESK, PASSWORD],
        check=True,
    )
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Spent(cpu=cpu, wall=time.monotonic() - began)


def main() -> None:
    mails = int(sys.argv[1]) if len(sys.argv) > 1 else MAILS
    dovecot = Dovecot(password=PASSWORD)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            dovecot.start()
            start = take_in(folder, dovecot, 0)
            bare_start = bare(dovecot)
            dovecot.keep(ris_mails(mails))
            first = bare(dovecot)
            ours = take_in(folder, dovecot, mails)
            check(folder, mails)
            dovecot.keep(ris_mails(mails))  # the desk has moved the others
            yardstick = mean(first, bare(dovecot))
        finally:
            dovecot.remove()
    print(f"{mails} RIS mails of 20 users")
    tell("whole process", ours, yardstick, mails)
    tell("beyond its start", less(ours, start), less(yardstick, bare_start), mails)
    print(f"peak memory, children included: {ours.peak / 1e6:.0f} MB")
    goals = Goals()
    goals.at_most("times the yardstick's CPU, whole process", ours.cpu / yardstick.cpu, 2)
    goals.at_most("MB at the most", ours.peak / 1e6, 150)
    goals.end()


def mean(first: Spent, second: Spent) -> Spent:
    """Of a run before ours and one after it: a machine's speed changes within minutes."""
    return Spent(cpu=(first.cpu + second.cpu) / 2, wall=(first.wall + second.wall) / 2)


def less(whole: Spent, start: Spent) -> Spent:
    return Spent(cpu=whole.cpu - start.cpu, wall=whole.wall - start.wall)


def tell(what: str, ours: Spent, yardstick: Spent, mails: int) -> None:
    for name, mine, bare_one in (
        ("CPU", ours.cpu, yardstick.cpu),
        ("wall", ours.wall, yardstick.wall),
    ):
        per_mail, bare_per_mail = (seconds / mails * 1000 for seconds in (mine, bare_one))
        print(
            f"  {what}, {name}: {per_mail:.2f} ms a mail, yardstick {bare_per_mail:.2f} ms, "
            f"ratio {mine / bare_one:.2f}"
        )


if __name__ == "__main__":
    main()
