"""Import vouchers with their License Keys: look through a file first, then take all of it or nothing."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlite_utils import Database

from bot.domain.approvals import find_right
from bot.domain.case_steps import StepName
from bot.domain.events import EventTag
from bot.domain.key_refusals import SecretKeyWrong, VouchersUnchecked
from bot.domain.license_keys import KEY, VOUCHER, NewKey, SealedKey, fold_key, shape_of, tail_of
from bot.domain.note_names import NoteName
from bot.domain.ris import Credential
from bot.domain.staff import Act, Staff
from bot.domain.vouchers import MOST_ROWS, Column, GoodRow, VoucherReading, find_known, read_vouchers
from bot.ports import Reader, SharedFile
from bot.services import case_steps, sealed, stock
from bot.services.desk import Desk
from bot.services.queueing import queue_note
from bot.services.rights import at_this_moment
from bot.store import events, holds, license_keys
from bot.store.database import transaction
from bot.store.numbers import next_number

_ABOVE = 50  #: rows that may stand above the headings or be blank


@dataclass(frozen=True, kw_only=True)
class Looked:
    """What a file holds, beside what was imported before; its vouchers stay within."""

    name: str
    digest: str  #: hex SHA-256 of the file: what is imported is what was looked at
    reading: VoucherReading
    imported: bool = False


def check_may_import(db: Database, *, by: Staff, now: datetime) -> None:
    """Raise what keeps them from it: vouchers are money, and are for those who decide about it.

    After a restore the first import is confirmed where the files and the mails lie, not in Slack.
    """
    find_right(Act.PURCHASE, ref="", hands=frozenset(), by=at_this_moment(db, by, now))
    _check_confirmed(db)


def check(db: Database, desk: Desk, reader: Reader, *, name: str, content: bytes, now: datetime) -> Looked:
    """Look through a file without taking anything of it; raise SecretKeyWrong."""
    _check_key(db, desk)
    looked = _look(desk, reader, name, content, now)
    marks = _marks(desk, looked.reading.good)
    return _without_known(looked, marks, license_keys.list_known(db, _all(marks)))


def import_file(
    db: Database,
    desk: Desk,
    reader: Reader,
    *,
    name: str,
    content: bytes,
    by: str,
    now: datetime,
    keys_checked: bool = False,
) -> Looked:
    """Take every voucher of a file, or none where one of its rows is not fit; cases that wait go on.

    A restored stock does not know which keys were imported and mailed since the backup: raise
    VouchersUnchecked for the first file after a restore until somebody says that they looked
    (`keys_checked`). Raise SecretKeyWrong where the right key could not open what is taken.
    Reading, marking and sealing happen before the transaction.
    """
    if not keys_checked:
        _check_confirmed(db)
    _check_key(db, desk)
    looked = _look(desk, reader, name, content, now)
    marks = _marks(desk, looked.reading.good)
    if not looked.reading.fit:
        return _without_known(looked, marks, license_keys.list_known(db, _all(marks)))
    keys = [_sealed(desk, row.key, marked) for row, marked in zip(looked.reading.good, marks, strict=True)]
    with transaction(db, locks=("stock",)):
        looked = _without_known(looked, marks, license_keys.list_known(db, _all(marks)))
        if not looked.reading.fit:
            return looked
        if holds.lift(db, holds.VOUCHERS):
            events.add(db, EventTag.HOLD_LIFTED, "vouchers", actor=by, at=now)
        license_keys.add_all(db, keys, by=by, now=now)
        _tell(db, desk, looked, by=by, now=now)
        case_steps.wake(db, StepName.KEYS, now=now)
        stock.watch(db, desk, now=now, purchase_order=None)
    return replace(looked, imported=True)


def import_seen(
    db: Database, desk: Desk, reader: Reader, file: SharedFile, *, seen: str, by: Staff, now: datetime
) -> Looked:
    """Import a file from Slack, where it is the one that was shown (`seen`: its digest)."""
    check_may_import(db, by=by, now=now)
    if hashlib.sha256(file.content).hexdigest() != seen:
        return check(db, desk, reader, name=file.name, content=file.content, now=now)
    return import_file(db, desk, reader, name=file.name, content=file.content, by=by.id, now=now)


def _check_confirmed(db: Database) -> None:
    if holds.find(db, holds.VOUCHERS):
        raise VouchersUnchecked


def _check_key(db: Database, desk: Desk) -> None:
    """Refuse a key that opens nothing of what is there: the right one would open nothing of the import."""
    if sealed.opens_nothing(db, desk.keyring):
        raise SecretKeyWrong


def _look(desk: Desk, reader: Reader, name: str, content: bytes, now: datetime) -> Looked:
    books = reader.read_workbooks(name, content, rows=MOST_ROWS + _ABOVE)
    reading = read_vouchers(books, today=desk.policy.desk.day_of(now))
    return Looked(name=name, digest=hashlib.sha256(content).hexdigest(), reading=reading)


@dataclass(frozen=True, kw_only=True)
class _Marked:
    """A row's keyed hashes, the first of each made with the newest key."""

    voucher: list[str]
    key: list[str]


def _marks(desk: Desk, rows: Sequence[GoodRow]) -> list[_Marked]:
    ring = desk.keyring
    return [
        _Marked(
            voucher=ring.list_signatures(VOUCHER, fold_key(row.key.voucher)),
            key=ring.list_signatures(KEY, fold_key(row.key.key)),
        )
        for row in rows
    ]


def _all(marks: Iterable[_Marked]) -> list[str]:
    return [mark for marked in marks for mark in (*marked.voucher, *marked.key)]


def _without_known(looked: Looked, marks: Sequence[_Marked], known: frozenset[str]) -> Looked:
    """The same with those rows bad that were imported before."""
    if not known:
        return looked
    by_line = {row.line: marked for row, marked in zip(looked.reading.good, marks, strict=True)}

    def is_known(row: GoodRow) -> Column | None:
        marked = by_line[row.line]
        if not known.isdisjoint(marked.voucher):
            return Column.VOUCHER
        return None if known.isdisjoint(marked.key) else Column.KEY

    repeated = find_known(looked.reading.good, is_known)
    lines = {row.line for row in repeated}
    reading = replace(
        looked.reading,
        good=tuple(row for row in looked.reading.good if row.line not in lines),
        bad=tuple(sorted((*looked.reading.bad, *repeated), key=lambda row: row.line)),
    )
    return replace(looked, reading=reading)


def _sealed(desk: Desk, new: NewKey, marked: _Marked) -> SealedKey:
    return SealedKey(
        voucher_mark=marked.voucher[0],
        voucher_sealed=desk.keyring.seal(VOUCHER, new.voucher),
        key_mark=marked.key[0],
        key_sealed=desk.keyring.seal(KEY, new.key),
        tail=tail_of(new.key),
        shape=shape_of(new.key),
        credential=new.credential,
        expires_on=new.expires_on,
    )


def _tell(db: Database, desk: Desk, looked: Looked, *, by: str, now: datetime) -> None:
    """Into the trail and the support channel: how many, and which file by its hash; never a key."""
    count, number = len(looked.reading.good), next_number(db, "import")
    last = license_keys.find_newest(db)
    events.add(
        db,
        EventTag.VOUCHERS_IMPORTED,
        f"import:{number}",
        actor=by,
        at=now,
        count=count,
        first=last - count + 1,
        last=last,
        file=looked.digest,
    )
    values = {"count": count, "by": by, "left": count_stock(db, desk, now=now)}
    queue_note(db, NoteName.IMPORT, key=f"import:{number}", values=values, now=now)


def count_stock(db: Database, desk: Desk, *, now: datetime) -> int:
    """How many keys can be issued today."""
    on = desk.policy.desk.day_of(now)
    return license_keys.count_stock(db, Credential.PHONE_OTP, on=on)
