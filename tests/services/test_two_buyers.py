"""Two processes at one database, killed at any moment: the money adds up, and keys stay in one hand."""

import os
import random
import signal
import time
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.services import claims
from bot.store.database import rows
from tests.nursery import a_nursery
from tests.services import books
from tests.services.buyers import FILES, a_buyer, list_lines
from tests.services.trade import GOOD, NONE, SMALL, Trade, a_trade

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

CASES = 24
LIVES = 60  #: at most, until enough of them were killed before they came to their end by themselves
ENOUGH = 8
LONGEST = 0.7  #: seconds until a life may be ended
BUYERS = "tests.services.buyers"
SEEN = """select (select count(*) from license_keys where state in ('issued', 'used')) keys,
                 (select count(*) from cases where addition_of is not null) additions,
                 (select count(*) from cases where status = 'rejected') refused"""


def many_cases(trade: Trade, luck: random.Random) -> None:
    """Far more than both purchase orders pay for, and than there are keys; of each company there are two."""
    for number in range(CASES):
        people = luck.sample(range(5), luck.randint(1, 3))
        payer = luck.choice((GOOD, GOOD, GOOD, SMALL, NONE))
        form = trade.form(number // 2, people, hardware=0, spare=luck.randint(0, 1), number=payer)
        trade.a_form_comes(form)


def drain(folder: Path, paid: books.Books) -> None:
    """The next start: dead workers' claims are taken back, and everything goes on to its end."""
    trade = a_buyer(folder)
    office = trade.office
    office.clock.at = datetime.now(UTC)
    with office.connect() as db:
        claims.release_dead(db, office.path, now=office.now, jitter=0.0)
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


def test_two_processes_that_race_for_money_and_keys(tmp_path: Path) -> None:
    """In so many rounds each act succeeds at some time, or nothing was shown of it."""
    seen: Counter[str] = Counter()
    for seed in range(3):
        folder = tmp_path / str(seed)
        folder.mkdir()
        luck, trade = random.Random(seed), a_trade(folder)
        many_cases(trade, luck)
        with a_nursery(BUYERS, folder) as nursery:
            names = ("one-1", "two-2", "one-3", "two-4")
            lives = [nursery.live(name, luck.randrange(10**6)) for name in names]
            assert [nursery.end(pid) for pid in lives] == [False] * 4

        drain(folder, books.Books(paid=trade.books.paid, orders=None))
        with trade.office.connect() as db:
            seen += Counter(rows(db, SEEN)[0])

    assert sorted(seen) == ["additions", "keys", "refused"]


@pytest.mark.parametrize("seed", range(2))
def test_processes_that_are_killed_at_any_moment(tmp_path: Path, seed: int) -> None:
    luck, trade = random.Random(seed), a_trade(tmp_path)
    many_cases(trade, luck)
    killed = 0
    with a_nursery(BUYERS, tmp_path) as nursery:
        lives: list[int] = []
        for number in range(LIVES):
            if killed >= ENOUGH:
                break
            lives.append(nursery.live(f"{('one', 'two')[number % 2]}-{number}", luck.randrange(10**6)))
            time.sleep(luck.uniform(0, LONGEST))
            if len(lives) > 1:
                victim = lives.pop(luck.randrange(2))
                os.kill(victim, signal.SIGKILL)
                killed += nursery.end(victim)
        for pid in lives:
            nursery.end(pid)

    assert killed  # how many in so many lives, the machine decides
    drain(tmp_path, books.Books(paid=trade.books.paid, orders=None))
