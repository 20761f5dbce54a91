"""Two processes at one database, killed at any moment: the money adds up, and keys stay in one hand."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.services import outbox
from bot.store.database import rows
from tests.contracts.racing import ROOT
from tests.services import books
from tests.services.buyers import FILES, a_buyer, list_lines
from tests.services.trade import GOOD, NONE, SMALL, Trade, a_trade

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

CASES = 14
LIVES = 60  #: at most, until enough of them were killed before they came to their end by themselves
ENOUGH = 8
LONGEST = 0.7  #: seconds until a life may be ended


class Nursery:
    """Forks lives from a process that has imported everything once."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self._process = process
        self._folder = folder
        self._lives = 0
        assert self._say("") == "ready"

    def _say(self, line: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        if line:
            self._process.stdin.write(f"{line}\n")
            self._process.stdin.flush()
        return self._process.stdout.readline().strip()

    def live(self, name: str, seed: int) -> int:
        """Begin a life; its process id."""
        self._lives += 1
        return int(self._say(f"live {name}-{self._lives} {seed}"))

    def end(self, pid: int) -> bool:
        """Wait for its end; whether it was killed. Fail where it ended by a bug."""
        status = int(self._say(f"end {pid}"))
        failed = [file.read_text() for file in self._folder.glob("*.failed")]
        assert failed == []
        return os.WIFSIGNALED(status)


@contextmanager
def a_nursery(folder: Path) -> Iterator[Nursery]:
    command = [sys.executable, "-m", "tests.services.buyers", str(folder)]
    with subprocess.Popen(
        command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        try:
            yield Nursery(process, folder)
        finally:
            process.kill()


def many_cases(trade: Trade, luck: random.Random) -> None:
    """Far more than both purchase orders pay for, and than there are keys."""
    for number in range(CASES):
        people = range(luck.randint(1, 3))
        payer = luck.choice((GOOD, GOOD, GOOD, SMALL, NONE))
        trade.a_form_comes(trade.form(number, people, hardware=0, spare=luck.randint(0, 1), number=payer))


def drain(folder: Path, paid: books.Books) -> None:
    """The next start: dead workers' claims are taken back, and everything goes on to its end."""
    trade = a_buyer(folder)
    office = trade.office
    office.clock.at = datetime.now(UTC)
    with office.connect() as db:
        outbox.release_dead(db, office.path, now=office.now, jitter=0.0)
    office.clock.wait(hours=1)
    for _ in range(10):
        office.work(kinds=("step", "mail"))  # type: ignore[arg-type]
        office.clock.wait(hours=1)
    check(folder, trade, paid)
    with office.connect() as db:
        books.check_at_rest(db)


def check(folder: Path, trade: Trade, known: books.Books) -> None:
    readers: dict[str, set[str]] = defaultdict(set)
    for to, tails in list_lines(folder / "went"):
        for tail in tails:
            readers[tail].add(to)
    for to, (tail,) in list_lines(folder / "meant"):
        readers[tail].discard(to)
    assert {tail: to for tail, to in readers.items() if len(to) > 1} == {}  # all others had it handed over
    mailed = {tail for _, tails in list_lines(folder / "went") for tail in tails}
    with trade.office.connect() as db:
        files = rows(db, "select count(*) n from events where tag = 'vouchers:imported'")[0]["n"]
        imported = {int(key["tail"]) for key in rows(db, "select tail from license_keys")}
        whole = [many for first, many in FILES.values() if first in imported]
        assert files == 1 + len(whole)  # each once, however often it was tried
        known.imported = 5 + sum(whole)
        books.check(db, known, mailed=mailed)


@pytest.mark.parametrize("seed", range(2))
def test_two_processes_that_race_for_money_and_keys(tmp_path: Path, seed: int) -> None:
    luck, trade = random.Random(seed), a_trade(tmp_path)
    many_cases(trade, luck)
    with a_nursery(tmp_path) as nursery:
        lives = [nursery.live(name, luck.randrange(10**6)) for name in ("one", "two") * 2]
        assert [nursery.end(pid) for pid in lives] == [False] * 4

    drain(tmp_path, books.Books(paid=trade.books.paid, orders=None))
    with trade.office.connect() as db:
        assert rows(db, "select 1 from license_keys where state in ('issued', 'used')")


@pytest.mark.parametrize("seed", range(2))
def test_processes_that_are_killed_at_any_moment(tmp_path: Path, seed: int) -> None:
    luck, trade = random.Random(seed), a_trade(tmp_path)
    many_cases(trade, luck)
    killed = 0
    with a_nursery(tmp_path) as nursery:
        lives: list[int] = []
        for number in range(LIVES):
            if killed >= ENOUGH:
                break
            lives.append(nursery.live(f"{('one', 'two')[number % 2]}", luck.randrange(10**6)))
            time.sleep(luck.uniform(0, LONGEST))
            if len(lives) > 1:
                victim = lives.pop(luck.randrange(2))
                os.kill(victim, signal.SIGKILL)
                killed += nursery.end(victim)
        for pid in lives:
            nursery.end(pid)

    assert killed  # how many in so many lives, the machine decides
    drain(tmp_path, books.Books(paid=trade.books.paid, orders=None))
