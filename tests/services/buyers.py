"""Processes that buy, add, refuse, issue, hand over and stop at one desk, and may be killed at any moment.

`python -m tests.services.buyers FOLDER` imports once and then forks a life for each line that it is told.
"""

import json
import os
import random
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database

from bot.domain.cases import STANDING, UNDER_WAY, CaseStatus
from bot.domain.errors import Refusal
from bot.domain.mail import OutboundMail
from bot.domain.outbox import JobKind
from bot.services import claims, vouchers
from bot.store import workers
from tests.cast import AVERY, CASEY, an_office
from tests.nursery import serve
from tests.outside import FakeMailer
from tests.services.crew import KINDS
from tests.services.stocked import PRICE, a_voucher_file, priced
from tests.services.trade import KEY, Trade

ROUNDS = 30  #: of a life that nobody ends
#: files that everybody imports again and again: of each so many keys, from that number on
FILES = {"first.csv": (101, 3), "second.csv": (201, 4)}


class Post(FakeMailer):
    """Outlives whoever posts: a line for each mail that went, in a file."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def send(self, mail: OutboundMail) -> tuple[str, ...]:
        _append(self._folder / "went", [mail.to, KEY.findall(mail.text)])
        return ()


def list_lines(file: Path) -> list[tuple[str, list[str]]]:
    """What was written before whoever wrote was killed."""
    lines = file.read_text().splitlines() if file.exists() else []
    return [(to, tails) for to, tails in map(json.loads, lines)]


def _append(file: Path, what: Sequence[object]) -> None:
    """In one piece, by however many processes."""
    line = os.open(file, os.O_APPEND | os.O_CREAT | os.O_WRONLY)
    os.write(line, f"{json.dumps(what)}\n".encode())
    os.close(line)


def a_buyer(folder: Path) -> Trade:
    """At a desk that stands already."""
    office = an_office(folder, usher_config=str(folder / "keys.toml"))
    office.bot = priced(office.bot, PRICE)
    office.mailer = Post(folder)
    office.clock.at = datetime.now(UTC)
    return Trade(office)


def live(folder: Path, words: Sequence[str]) -> None:
    """One life, of that name and luck; the worker that it is is known as living as long as it does."""
    name, seed = words
    trade, luck = a_buyer(folder), random.Random(int(seed))
    with workers.alive(trade.office.path, name):
        for _ in range(ROUNDS):
            trade.office.clock.at = datetime.now(UTC)
            act, weight = zip(*ACTS.items(), strict=True)
            with suppress(Refusal):
                luck.choices(act, weight)[0](trade, folder, name, luck)


def _approve(trade: Trade, _: Path, name: str, luck: random.Random) -> None:
    if waiting := trade.list_cases(CaseStatus.IN_REVIEW):
        by = AVERY if name.startswith("one") else CASEY
        trade.approve(luck.choice(waiting), by=by, picked=luck.choice((None, None, 1, 2)))


def _refuse(trade: Trade, _: Path, __: str, luck: random.Random) -> None:
    """What waits, or what was approved and may hold money already."""
    if found := trade.list_cases(luck.choice((CaseStatus.IN_REVIEW, CaseStatus.APPROVED))):
        trade.end(luck.choice(found), "reject")


def _join(trade: Trade, _: Path, name: str, luck: random.Random) -> None:
    """Say that a case is more people of an organisation that stands already, and approve it as that."""
    roots = [case for case in trade.list_cases(*STANDING) if case.addition is None]
    waiting = trade.list_cases(CaseStatus.IN_REVIEW)
    pairs = [
        (case, root)
        for case in waiting
        for root in roots
        if case.addition is None and case.ris.company.name == root.ris.company.name
    ]
    if pairs:
        case, root = luck.choice(pairs)
        if trade.join(case, root):
            by = AVERY if name.startswith("one") else CASEY
            trade.approve(trade.office.case(case.ref), by=by, picked=None)


def _work(trade: Trade, _: Path, name: str, luck: random.Random) -> None:
    office = trade.office
    with office.connect() as db:
        claims.release_dead(db, office.path, now=office.now, jitter=0.0)
    for job in office.claim(name, kinds=luck.choice((KINDS, (JobKind.STEP,))), limit=luck.randint(1, 6)):
        office.carry_out(job, name)


def _import(trade: Trade, _: Path, __: str, luck: random.Random) -> None:
    file, (first, many) = luck.choice(list(FILES.items()))
    with trade.office.connect() as db:
        import_file(db, trade, file, a_voucher_file(many, first=first))


def import_file(db: Database, trade: Trade, name: str, content: bytes) -> bool:
    office = trade.office
    return vouchers.import_file(
        db, office.desk, office.reader, name=name, content=content, by="cli:anna", now=office.now
    ).imported


def _hand_over(trade: Trade, folder: Path, _: str, luck: random.Random) -> None:
    """Both take the same seats: those with the lowest numbers."""
    held = [seat for seat in trade.list_seats() if seat.key and seat.holder and not seat.closed_at][:2]
    if held:
        seat, heir = luck.choice(held), trade.heir(luck.randint(1, 9))
        _append(folder / "meant", [heir.email, [seat.key.tail if seat.key else ""]])
        trade.hand_over(seat, heir)


def _end(trade: Trade, _: Path, __: str, luck: random.Random) -> None:
    if going := trade.list_cases(*UNDER_WAY):
        trade.end(luck.choice(going), luck.choice(("stop", "correct", "withdraw")))


def _use_or_void(trade: Trade, _: Path, __: str, luck: random.Random) -> None:
    keys = [seat.key for seat in trade.list_seats() if seat.key]
    if keys:
        luck.choice((trade.use, trade.void))(luck.choice(keys).id)


ACTS: dict[Callable[[Trade, Path, str, random.Random], None], int] = {
    _approve: 6, _join: 4, _refuse: 2, _work: 12, _import: 1, _hand_over: 2, _end: 2, _use_or_void: 1,
}  # fmt: skip


if __name__ == "__main__":
    serve(Path(sys.argv[1]), live)
