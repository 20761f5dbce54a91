"""Purchase orders and their ledger: each entry takes from one account what it gives to another."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.money import Money
from bot.domain.purchase_orders import ROUTES, Entry, EntryKind, NewEntry, PurchaseOrder, fold_number
from bot.store.database import count, instant, row, rows, text_of

_COLUMNS = """p.id, p.number, p.currency, p.contact, p.made_at,
    coalesce((select sum(case when target = 'available' then minor else -minor end) from ledger
              where purchase_order_id = p.id and 'available' in (source, target)), 0) available,
    coalesce((select sum(case when target = 'held' then minor else -minor end) from ledger
              where purchase_order_id = p.id and 'held' in (source, target)), 0) held,
    coalesce((select sum(case when target = 'spent' then minor else -minor end) from ledger
              where purchase_order_id = p.id and 'spent' in (source, target)), 0) spent"""


def add(db: Database, number: str, *, currency: str, contact: str, by: str, now: datetime) -> int | None:
    """A new one without money; None when there is one of that number."""
    found = row(
        db,
        """insert into purchase_orders (number, mark, currency, contact, made_by, made_at)
           values (:number, :mark, :currency, :contact, :by, :now) on conflict do nothing returning id""",
        {
            "number": number,
            "mark": fold_number(number),
            "currency": currency,
            "contact": contact,
            "by": by,
            "now": text_of(now),
        },
    )
    return int(found["id"]) if found else None


def find(db: Database, number: str) -> PurchaseOrder | None:
    """The one of that number, however it is written."""
    sql = f"select {_COLUMNS} from purchase_orders p where p.mark = :mark and p.mark <> ''"
    found = row(db, sql, {"mark": fold_number(number)})
    return _order(found) if found else None


def get(db: Database, order_id: int) -> PurchaseOrder:
    (found,) = rows(db, f"select {_COLUMNS} from purchase_orders p where p.id = :id", {"id": order_id})
    return _order(found)


def list_all(db: Database) -> list[PurchaseOrder]:
    """The newest first."""
    return [_order(found) for found in rows(db, f"select {_COLUMNS} from purchase_orders p order by id desc")]


def set_contact(db: Database, order_id: int, contact: str) -> None:
    count(
        db,
        "update purchase_orders set contact = :contact where id = :id",
        {"id": order_id, "contact": contact},
    )


def post(db: Database, order_id: int, entry: NewEntry, *, by: str, now: datetime) -> bool:
    """Move money, once for each key; False where its account holds less than that.

    What is held counts for its case alone. One statement looks and moves, so that no account ever goes below
    nothing; only PREPAID, the world outside, gives without end.
    """
    source, target = ROUTES[entry.kind]
    if row(db, "select 1 from ledger where key = :key", {"key": entry.key}):
        return True
    return bool(
        count(
            db,
            """insert into ledger
                   (key, purchase_order_id, kind, source, target, minor, case_id, reason, made_by, made_at)
               select :key, :id, :kind, :source, :target, :minor, :case_id, :reason, :by, :now
               where exists (select 1 from purchase_orders where id = :id and currency = :currency) and (
                   :source = 'prepaid' or :minor <= coalesce((
                       select sum(case when target = :source then minor else -minor end) from ledger
                       where purchase_order_id = :id and :source in (source, target)
                         and (:source = 'available' or case_id = :case_id)), 0))""",
            {
                "key": entry.key,
                "id": order_id,
                "kind": entry.kind,
                "source": source,
                "target": target,
                "minor": entry.amount.minor,
                "currency": entry.amount.currency,
                "case_id": entry.case_id,
                "reason": entry.reason,
                "by": by,
                "now": text_of(now),
            },
        )
    )


def count_entries(db: Database, order_id: int) -> int:
    found = row(db, "select count(*) n from ledger where purchase_order_id = :id", {"id": order_id})
    return int(found["n"]) if found else 0


def list_entries(db: Database, order_id: int) -> list[Entry]:
    """Every entry of it, oldest first."""
    sql = """select l.*, p.currency from ledger l join purchase_orders p on p.id = l.purchase_order_id
             where purchase_order_id = :id order by l.id"""
    return [_entry(found) for found in rows(db, sql, {"id": order_id})]


def _order(found: Mapping[str, Any]) -> PurchaseOrder:
    currency = found["currency"]
    return PurchaseOrder(
        id=found["id"],
        number=found["number"],
        contact=found["contact"],
        made_at=instant(found["made_at"]),
        available=Money(found["available"], currency),
        held=Money(found["held"], currency),
        spent=Money(found["spent"], currency),
    )


def _entry(found: Mapping[str, Any]) -> Entry:
    return Entry(
        id=found["id"],
        key=found["key"],
        kind=EntryKind(found["kind"]),
        amount=Money(found["minor"], found["currency"]),
        case_id=found["case_id"],
        reason=found["reason"],
        purchase_order=found["purchase_order_id"],
        by=found["made_by"],
        at=instant(found["made_at"]),
    )


def add_corrections(db: Database) -> None:
    """The migration's step; never edited once shipped. Finer marks: "1-2" was found as "12" before."""
    db.execute("alter table ledger add column reason text not null default ''")
    for found in rows(db, "select id, number from purchase_orders"):
        values = {"id": found["id"], "mark": fold_number(found["number"])}
        count(db, "update purchase_orders set mark = :mark where id = :id", values)


def make_tables(db: Database) -> None:
    """The migration's step; never edited once shipped."""
    db.executescript("""
        create table purchase_orders (
            id integer primary key,
            number text not null,
            mark text not null unique,
            currency text not null,
            contact text not null default '',
            made_by text not null,
            made_at text not null
        );
        create table ledger (
            id integer primary key,
            key text not null unique,
            purchase_order_id integer not null references purchase_orders (id),
            kind text not null,
            source text not null,
            target text not null,
            minor integer not null check (minor > 0),
            case_id integer references cases (id),
            made_by text not null,
            made_at text not null,
            check (source <> target)
        );
        create index ledger_by_order on ledger (purchase_order_id);
        create index ledger_by_case on ledger (case_id) where case_id is not null;
    """)
