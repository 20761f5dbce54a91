"""Take over accounts of partners that exist already elsewhere: all of a file, or nothing of it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlite_utils import Database

from bot.domain.account_files import (
    MOST_ROWS,
    AccountReading,
    AccountRules,
    DryRunFirst,
    GoodAccountRow,
    find_there,
    read_accounts,
)
from bot.domain.accounts import make_user_id
from bot.domain.events import EventTag
from bot.domain.partner_refusals import AccountsOutside
from bot.domain.partners import Partner
from bot.domain.row_files import compared
from bot.ports import Reader
from bot.services import lifecycle, lifecycle_gates
from bot.services.desk import Desk
from bot.store import account_files as account_file_store
from bot.store import events, partner_invitations, partners, rounds
from bot.store.database import transaction
from bot.store.numbers import next_number

DRY_RUN = "accounts dry run"  #: what is kept beside the rounds: the last file that was found fit
_ABOVE = 50  #: rows that may stand above the headings or be blank


@dataclass(frozen=True, kw_only=True)
class Looked:
    """What a file holds, beside who is there already."""

    digest: str  #: hex SHA-256 of the file
    reading: AccountReading
    imported: bool = False
    due: int = 0  #: accounts of it of which a mail is due already: it waits for a click


def check(db: Database, desk: Desk, reader: Reader, *, name: str, content: bytes, now: datetime) -> Looked:
    """Look through a file without taking anything of it; one that is fit may be imported then.

    Raise AccountsOutside where accounts are kept elsewhere.
    """
    looked = _beside_those_there(db, _look(desk, reader, name, content, now), now=now)
    if looked.reading.fit:
        with transaction(db, locks=("lives",)):
            rounds.note(db, DRY_RUN, looked.digest)
    return looked


def import_file(
    db: Database, desk: Desk, reader: Reader, *, name: str, content: bytes, by: str, now: datetime
) -> Looked:
    """Take every account of a file, or none where one of its rows is not fit; their clocks go from then on.

    Mails that are due already wait for one click, however few they are, and each account gets the tightest
    only. The accounts have no password: their owners set one by a link. Raise AccountsOutside, or DryRunFirst
    where this very file was not the last that was found fit.
    """
    looked = _look(desk, reader, name, content, now)
    if not looked.reading.fit:
        return _beside_those_there(db, looked, now=now)
    with transaction(db, locks=("lives",)):
        looked = _beside_those_there(db, looked, now=now)
        if not looked.reading.fit:
            return looked
        if rounds.find_last(db, DRY_RUN) != looked.digest:
            raise DryRunFirst
        first, rows = account_file_store.next_id(db), looked.reading.good
        _add(db, desk, rows, first, now=now)
        days = [(row.known.validated_on, row.known.ends_on) for row in rows]
        due = lifecycle.begin_all(db, desk, days, first=first, by=by, now=now)
        about = f"account_file:{next_number(db, 'account_file')}"
        events.add(
            db, EventTag.ACCOUNTS_IMPORTED, about, actor=by, at=now,
            count=len(rows), first=first, last=first + len(rows) - 1, file=looked.digest,
        )  # fmt: skip
        if due:
            lifecycle_gates.shut_for_import(db, by=by, now=now)
    return replace(looked, imported=True, due=due)


def _look(desk: Desk, reader: Reader, name: str, content: bytes, now: datetime) -> Looked:
    policy = desk.policy
    if not policy.extranet.keeps_accounts:
        raise AccountsOutside
    roles = {
        compared(said): code
        for code, role in policy.extranet.roles.items()
        for said in (code, role.title.en, role.title.de)
    }
    rules = AccountRules(
        clock=policy.clock_rules,
        today=policy.clock_rules.calendar.day_of(now),
        roles=roles,
        own_addresses=desk.own_addresses,
    )
    reading = read_accounts(reader.read_workbooks(name, content, rows=MOST_ROWS + _ABOVE), rules)
    return Looked(digest=hashlib.sha256(content).hexdigest(), reading=reading)


def _beside_those_there(db: Database, looked: Looked, *, now: datetime) -> Looked:
    """The same with those rows bad who have an account, or are invited, or whose User ID is taken."""
    reading = looked.reading
    emails = {row.known.account.email for row in reading.good}
    there = find_there(
        reading.good,
        people=account_file_store.list_people(db, emails),
        user_ids=account_file_store.list_taken(
            db, {row.known.user_id for row in reading.good if row.known.user_id}
        ),
        invited=frozenset(partner_invitations.list_open(db, emails, now=now)),
    )
    if not there:
        return looked
    lines = {row.line for row in there}
    good = tuple(row for row in reading.good if row.line not in lines)
    bad = tuple(sorted((*reading.bad, *there), key=lambda row: row.line))
    return replace(looked, reading=replace(reading, good=good, bad=bad))


def _add(db: Database, desk: Desk, rows: Sequence[GoodAccountRow], first: int, *, now: datetime) -> None:
    """The accounts, numbered from `first` on, and what is known of each partner besides."""
    named = _name(db, desk, rows)
    account_file_store.add_all(
        db, [(row.known.account, user_id) for row, user_id in named], first=first, now=now
    )
    partners.add_all(
        db,
        [
            Partner(
                account_id=number, role=row.known.role, company=row.known.company, street="", city="",
                postal_code="", country="", state="", fax="", website="", vat_id="",
            )
            for number, row in enumerate(rows, first)
        ],
    )  # fmt: skip


def _name(db: Database, desk: Desk, rows: Sequence[GoodAccountRow]) -> list[tuple[GoodAccountRow, str]]:
    """Each with its User ID; ones that are taken are drawn again."""
    used = {row.known.user_id for row in rows}
    drawn: list[str] = []
    while (lacking := sum(not row.known.user_id for row in rows) - len(drawn)) > 0:
        fresh = {make_user_id(desk.new_token()) for _ in range(lacking)} - used
        fresh -= account_file_store.list_taken(db, fresh)
        used |= fresh
        drawn += sorted(fresh)
    free = iter(drawn)
    return [(row, row.known.user_id or next(free)) for row in rows]
