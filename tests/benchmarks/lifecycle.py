"""The clock's daily look over a million accounts of which 5,000 are due, beside the same sweep as bare SQL.

Both work on the same file, in turns, on other accounts, and write the same rows in transactions of the same
size: a notice, a mail for the outbox, an event, and the life with its next look. The bare one reads whom it
concerns, fills in their numbers, and does nothing else: it knows no stages and no calendar, asks for no
proof, signs no Message-ID and chains no event. A second one, which can mail nobody, is four statements of
`insert … select` a batch. Then the same with a fifth of the accounts and as many due.

    python -m tests.benchmarks.lifecycle [ACCOUNTS]        (1,000,000; CPU and wall, medians of 7 rounds)
"""

import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from bot.services import lifecycle_rounds
from bot.services.lifecycle_rounds import BATCH
from bot.store.database import text_of
from tests.cast import Office, an_office

ACCOUNTS, ROUNDS = 1_000_000, 7
SHARE = 200  #: one of so many is due: 5,000 of a million


@dataclass(frozen=True, kw_only=True)
class Figure:
    """Seconds a sweep."""

    wall: float
    cpu: float


def fill(office: Office, accounts: int) -> None:
    """Partners with valid accounts, of which none is due this year; and a day without a click."""
    policy = office.desk.policy
    clock = policy.extranet.clock.model_copy(update={"most_a_day": ACCOUNTS})
    changed = {"extranet": policy.extranet.model_copy(update={"clock": clock})}
    office.bot = replace(office.bot, desk=replace(office.desk, policy=policy.model_copy(update=changed)))
    with office.connect() as db:
        lifecycle_rounds.run(db, office.desk, now=office.now)  # notes the rules while there is nobody
        db.conn.executescript(f"""
            pragma synchronous = off;
            begin;
            with recursive n (i) as (select 1 union all select i + 1 from n where i < {accounts})
            insert into accounts (id, programme, user_id, salutation, first_name, last_name, email, phones,
                job_title, role, credential, lang, origin, status, made_at, activated_at)
            select i, 'extranet', printf('%09d', i), '', 'Amara', 'Falkner',
                'amara' || i || '@works.example.com', '[]', 'Clerk', 'user', 'phone_otp',
                case i % 2 when 0 then 'en' else 'de' end, 'invited',
                'active', '{text_of(office.now)}', '{text_of(office.now)}' from n;
            insert into lives (account_id, validated_on, ends_on, validations, cycle, state, next_at)
            select id, '2026-03-01', '2027-01-01', 1, 1, 'valid',
                '2026-12-' || printf('%02d', 1 + id % 28) || 'T08:00:00.000000Z' from accounts;
            commit;
            pragma wal_checkpoint(truncate);
            pragma synchronous = full;
        """)


def make_due(office: Office, turn: int, accounts: int, due: int) -> None:
    """Other accounts in each turn, all over the table: T-30 has come for them."""
    step = accounts // due
    end = (office.now + timedelta(days=29)).date()
    with office.connect() as db:
        db.execute(
            """update lives set ends_on = :end, next_at = :at
               where account_id % :step = :turn and account_id <= :most""",
            {
                "end": end.isoformat(), "at": text_of(office.now - timedelta(hours=1)),
                "step": step, "turn": turn, "most": step * due,
            },
        )  # fmt: skip


def ours(office: Office, due: int) -> None:
    with office.connect() as db:
        assert sum(lifecycle_rounds.run(db, office.desk, now=office.now).told.values()) == due


def bare(office: Office, due: int) -> None:
    """Row by row, as one would write it by hand."""
    now, later = text_of(office.now), text_of(office.now + timedelta(days=14))
    with sqlite3.connect(office.path, isolation_level=None) as db:
        db.execute("pragma synchronous = full")
        db.execute("pragma foreign_keys = on")
        for _ in range(due // BATCH):
            db.execute("begin immediate")
            assert _bare_batch(db, now, later) == BATCH
            db.execute("commit")
    db.close()


def _bare_batch(db: sqlite3.Connection, now: str, later: str) -> int:
    due = db.execute(
        """select l.account_id, l.cycle, l.ends_on, a.email, a.lang from lives l
           join accounts a on a.id = l.account_id
           where l.next_at <= ? and a.status = 'active' order by l.next_at, l.account_id limit ?""",
        (now, BATCH),
    ).fetchall()
    (seq,) = db.execute("select coalesce(max(seq), 0) from events").fetchone()
    db.executemany(
        """insert into life_notices (account_id, cycle, stage, ends_on, told, at)
           values (?, ?, 'validation', ?, 1, ?)""",
        [(number, cycle, end, now) for number, cycle, end, _, _ in due],
    )
    db.executemany(
        """insert into outbox (key, kind, stream, template, vals, status, recipient, message_id, created_at,
               next_at)
           values (?, 'mail', ?, 'account_validation', ?, 'queued', ?, ?, ?, ?)""",
        [
            (
                f"A-{number}:life:{cycle}:validation", f"mail:{email}",
                _VALUES % (lang, number, number, cycle), email,
                f"<a-{number}.{number:012}.{'x' * 26}@desk.example.com>", now, now,
            )
            for number, cycle, _, email, lang in due
        ],
    )  # fmt: skip
    db.executemany(
        """insert into events (seq, at, tag, actor, subject, data, previous, hash)
           values (?, ?, 'life:told', 'usher', ?, ?, ?, ?)""",
        [
            (
                seq + nth,
                now,
                f"account:{one[0]}",
                f'{{"cycle": {one[1]}, "stage": "validation"}}',
                _HASH,
                _HASH,
            )
            for nth, one in enumerate(due, start=1)
        ],
    )
    db.executemany("update lives set next_at = ? where account_id = ?", [(later, one[0]) for one in due])
    return len(due)


_HASH = "0" * 64
_VALUES = (
    '{"lang": "%s", "ref": "A-%s", "cc": [], "thread": {"message_id": "", "references": [], "subject": ""}, '
    '"words": {"account_id": %s, "cycle": %s, "stage": "validation"}, "attach": {}}'
)


def whole(office: Office, due: int) -> None:
    """Four statements a batch: the least that the same rows can cost."""
    now, later = text_of(office.now), text_of(office.now + timedelta(days=14))
    those = "(select account_id from lives where next_at <= :now order by next_at, account_id limit :batch)"
    values = {"now": now, "later": later, "batch": BATCH, "hash": _HASH}
    statements = (
        f"""insert into life_notices (account_id, cycle, stage, ends_on, told, at)
            select account_id, cycle, 'validation', ends_on, 1, :now from lives
            where account_id in {those}""",
        f"""insert into outbox (key, kind, stream, template, vals, status, recipient, message_id, created_at,
                next_at)
            select 'A-' || a.id || ':life:1:validation', 'mail', 'mail:' || a.email, 'account_validation',
                printf('{_VALUES}', a.lang, a.id, a.id, 1), 'queued', a.email,
                printf('<a-%d.%012d.xxxxxxxxxxxxxxxxxxxxxxxxxx@desk.example.com>', a.id, a.id), :now, :now
            from accounts a where a.id in {those}""",
        f"""insert into events
            select (select coalesce(max(seq), 0) from events) + row_number() over (), :now, 'life:told',
                'usher', 'account:' || account_id, '{{"cycle": 1, "stage": "validation"}}', :hash,
                :hash from {those}""",
        f"update lives set next_at = :later where account_id in {those}",
    )
    with sqlite3.connect(office.path, isolation_level=None) as db:
        db.execute("pragma synchronous = full")
        db.execute("pragma foreign_keys = on")
        for _ in range(due // BATCH):
            db.execute("begin immediate")
            for statement in statements:
                db.execute(statement, values)
            db.execute("commit")
    db.close()


def measured(work: Callable[[], None]) -> Figure:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Figure(wall=time.perf_counter() - wall, cpu=time.process_time() - cpu)


def compare(folder: Path, accounts: int, due: int) -> dict[str, list[Figure]]:
    """Each way in turns; the first turn pays for the imports and the caches."""
    office = an_office(folder)
    fill(office, accounts)
    ways: dict[str, Callable[[Office, int], None]] = {"ours": ours, "bare": bare, "whole": whole}
    figures: dict[str, list[Figure]] = {name: [] for name in ways}
    turn = 0
    for _ in range(ROUNDS + 1):
        for name, work in ways.items():
            make_due(office, turn, accounts, due)
            figures[name].append(measured(lambda work=work: work(office, due)))  # type: ignore[misc]
            turn += 1
    return {name: found[1:] for name, found in figures.items()}


def main() -> None:
    accounts = int(sys.argv[1]) if len(sys.argv) > 1 else ACCOUNTS
    results = {}
    for many in (accounts, accounts // 5):
        with tempfile.TemporaryDirectory() as name:
            results[many] = compare(Path(name), many, accounts // SHARE)
    for part in ("cpu", "wall"):
        large, small = (
            {name: statistics.median(getattr(one, part) for one in found) for name, found in result.items()}
            for result in results.values()
        )
        print(
            f"lifecycle, {part}, {accounts:,} accounts, {accounts // SHARE:,} due: "
            f"{large['ours'] * 1000:.0f} ms; "
            f"bare SQL row by row {large['bare'] * 1000:.0f} ms, ratio {large['ours'] / large['bare']:.2f}; "
            f"insert … select {large['whole'] * 1000:.0f} ms, ratio {large['ours'] / large['whole']:.2f}"
        )
        print(
            f"  a fifth of the accounts: {small['ours'] * 1000:.0f} ms, "
            f"ratio {large['ours'] / small['ours']:.2f}; bare SQL's own {large['bare'] / small['bare']:.2f}, "
            f"insert … select's {large['whole'] / small['whole']:.2f}"
        )


if __name__ == "__main__":
    main()
