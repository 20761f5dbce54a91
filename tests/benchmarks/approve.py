"""A case of 200 users, from the click on Approve until all of its key mails are queued.

Ours is both approvals and the two steps that follow, each claimed, carried out and settled: 200 seats
are laid and paid, 200 License Keys issued, unsealed and sealed into 200 mails. The yardstick writes the very
same rows, ready made, into twins of the same tables with the same indexes, in one transaction of the same
file. Both in turns; each pair is a round.
"""

import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from bot.domain.cases import Case
from bot.domain.outbox import JobKind
from bot.domain.ris import RisCase, Role
from bot.services import approvals
from tests.cast import AVERY, CASEY, Office, a_case, a_submission
from tests.forms import COMPANY, TOM
from tests.license_keys import a_desk, lay_stock
from tests.services.stocked import PRICE, pay_in, priced

USERS = 200
ROUNDS = 15
Rows = dict[str, list[tuple[object, ...]]]


def a_large_case(office: Office, number: int) -> Case:
    people = [
        replace(
            TOM,
            first_name="Amara",
            last_name=f"Falkner {one}",
            email=f"amara.falkner{one}@works{number}.example.com",
            role=Role.USER if one else Role.ORGANIZATION_ADMINISTRATOR,
        )
        for one in range(USERS)
    ]
    company = replace(COMPANY, name=f"Works {number} GmbH", street=f"Hafenstraße {number}", seats=USERS)
    return a_case(
        office, replace(a_submission(), ris=RisCase(company=company, users=tuple(people)), mail_id=number)
    )


def buy(office: Office, case: Case) -> None:
    """What happens between the click and the moment at which the mail lane may begin."""
    with office.connect() as db:
        for by in (AVERY, CASEY):  # so many seats take two
            approvals.approve(db, office.desk, ref=case.ref, seen=case.content_hash, by=by, now=office.now)
    for _ in ("keys", "key_mails"):
        for job in office.claim("steps", kinds=(JobKind.STEP,), limit=1):
            office.carry_out(job, "steps")


class Twins:
    """The same tables with the same indexes in the same file, for rows that are ready made."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("pragma synchronous = full")
        found = self._db.execute(
            """select tbl_name, name, sql from sqlite_master
               where type in ('table', 'index') and sql is not null and sql not like 'create virtual%'
                 and name not like 'sqlite_%' and sql not like '%without rowid%' order by type desc"""
        ).fetchall()
        self.tables = [table for table, name, _ in found if table == name]
        for table, name, sql in found:
            if table not in self.tables:
                continue
            twin = sql.replace(name, f"twin_{name}", 1)
            self._db.execute(twin if table == name else twin.replace(f" on {table}", f" on twin_{table}", 1))

    def write(self, made: Rows) -> None:
        self._db.execute("begin immediate")
        for table, values in made.items():
            marks = ", ".join("?" * len(values[0]))
            self._db.executemany(f"insert or replace into twin_{table} values ({marks})", values)
        self._db.execute("commit")

    def last(self) -> dict[str, int]:
        """The newest row of each table."""
        sql = "select coalesce(max(rowid), 0) from"
        return {table: self._db.execute(f"{sql} {table}").fetchone()[0] for table in self.tables}

    def made_since(self, last: dict[str, int]) -> Rows:
        """What was added, and the keys that were issued."""
        made = {
            table: self._db.execute(f"select * from {table} where rowid > ?", (last[table],)).fetchall()
            for table in self.tables
        }
        seats = last["seats"]
        made["license_keys"] = self._db.execute(
            "select * from license_keys where seat_id > ?", (seats,)
        ).fetchall()
        return {table: values for table, values in made.items() if values}

    def close(self) -> None:
        self._db.close()


def milliseconds(work: Callable[[], None]) -> tuple[float, float]:
    """By the clock, and of CPU."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return (time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000


def compare(folder: Path) -> tuple[list[tuple[float, float]], list[tuple[float, float]], int]:
    """Ours, bare, and how many rows each wrote."""
    office = a_desk(folder, code=False)
    office.bot = priced(office.bot, PRICE)
    pay_in(office, str(PRICE * USERS * (ROUNDS + 1)), number=COMPANY.purchase_order)
    ours, bare, many = [], [], 0
    with closing(Twins(office.path)) as twins:
        for number in range(ROUNDS + 1):
            with office.connect() as db:
                keys = [f"UXQ{number:03}-7H2K-{one:04}-W4T{one % 10}" for one in range(USERS)]
                lay_stock(db, office.desk, keys, now=office.now)
            case, last = a_large_case(office, number), twins.last()
            ours.append(milliseconds(lambda: buy(office, case)))  # noqa: B023
            made = twins.made_since(last)
            bare.append(milliseconds(lambda: twins.write(made)))  # noqa: B023
            many = sum(map(len, made.values()))
            assert (
                sum(job.template == "license_key" for job in office.jobs() if job.case_id == case.id) == USERS
            )
    return ours[1:], bare[1:], many  # the first round pays for the imports


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        ours, bare, many = compare(Path(name))
    for part, what in enumerate(("by the clock", "of CPU")):
        own, yardstick = [one[part] for one in ours], [one[part] for one in bare]
        ratios = [mine / theirs for mine, theirs in zip(own, yardstick, strict=True)]
        print(
            f"approve {USERS} users, {what}: {statistics.median(own):.1f} ms (at best {min(own):.1f}) "
            f"for {many} rows; bare {statistics.median(yardstick):.1f} ms (at best {min(yardstick):.1f}); "
            f"ratio {statistics.median(ratios):.1f} (at best {min(ratios):.1f})"
        )


if __name__ == "__main__":
    main()
