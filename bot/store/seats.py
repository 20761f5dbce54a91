"""Seats that were ordered, who holds them, and the key of each."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.license_keys import Holder, Seat
from bot.domain.money import Money
from bot.store.database import count, maybe_instant, row, rows, text_of
from bot.store.license_keys import KEY_COLUMNS, read_key

_SEAT = f"""select s.*, {KEY_COLUMNS} from seats s left join license_keys k on k.seat_id = s.id"""


def add_all(
    db: Database,
    holders: Sequence[Holder | None],
    *,
    case_id: int,
    organisation: int,
    first: int,
    purchase_order: int | None,
    price: Money | None,
    now: datetime,
) -> None:
    """The seats that a case orders, numbered from `first`; those without a holder are spare."""
    db.conn.executemany(
        """insert into seats (case_id, organisation, number, purchase_order_id, minor, currency, holder,
               used_in, made_at)
           values (:case_id, :organisation, :number, :order, :minor, :currency, :holder, :used_in, :now)""",
        [
            {
                "case_id": case_id,
                "organisation": organisation,
                "number": number,
                "order": purchase_order,
                "minor": price.minor if price else None,
                "currency": price.currency if price else "",
                "holder": _written(holder),
                "used_in": case_id if holder else None,
                "now": text_of(now),
            }
            for number, holder in enumerate(holders, start=first)
        ],
    )


def find(db: Database, seat_id: int) -> Seat | None:
    found = row(db, f"{_SEAT} where s.id = :id", {"id": seat_id})
    return _seat(found) if found else None


def list_of_case(db: Database, case_id: int) -> list[Seat]:
    """What a case ordered, and the spare seats of its organisation that its people took."""
    sql = f"{_SEAT} where s.case_id = :id or s.used_in = :id order by s.case_id, s.number"
    return [_seat(found) for found in rows(db, sql, {"id": case_id})]


def list_bought(db: Database, case_id: int) -> list[Seat]:
    """What a case ordered itself."""
    return [
        _seat(found)
        for found in rows(db, f"{_SEAT} where s.case_id = :id order by s.number", {"id": case_id})
    ]


def has_key(db: Database, case_id: int) -> bool:
    """Whether a seat that it ordered or took has a key, be it void; one that came back to stock is none."""
    sql = """select 1 from license_keys k join seats s on s.id = k.seat_id
             where s.case_id = :id or s.used_in = :id limit 1"""
    return row(db, sql, {"id": case_id}) is not None


def count_of_case(db: Database, case_id: int) -> int:
    """How many seats it ever ordered: more than once, where its approval was taken back."""
    found = row(db, "select count(*) n from seats where case_id = :id", {"id": case_id})
    return int(found["n"]) if found else 0


def list_spare(db: Database, organisation: int) -> list[Seat]:
    """Open seats of an organisation that nobody holds, the oldest first."""
    sql = f"""{_SEAT} where s.organisation = :id and s.holder = '' and s.closed_at is null order by s.id"""
    return [_seat(found) for found in rows(db, sql, {"id": organisation})]


def list_held(db: Database, organisation: int) -> list[Seat]:
    """Open seats of an organisation that somebody holds."""
    sql = f"""{_SEAT} where s.organisation = :id and s.holder <> '' and s.closed_at is null order by s.id"""
    return [_seat(found) for found in rows(db, sql, {"id": organisation})]


def list_void(db: Database, organisation: int) -> list[Seat]:
    """Seats of an organisation whose holder had a License Key that is void."""
    sql = f"""{_SEAT} where s.organisation = :id and s.holder <> '' and s.closed_at is not null
              and k.state = 'void'"""
    return [_seat(found) for found in rows(db, sql, {"id": organisation})]


def hold(db: Database, seat_id: int, holder: Holder, *, used_in: int) -> bool:
    """Give a spare seat to a person; False when somebody has it."""
    return bool(
        count(
            db,
            """update seats set holder = :holder, used_in = :used_in
               where id = :id and holder = '' and closed_at is null""",
            {"id": seat_id, "holder": _written(holder), "used_in": used_in},
        )
    )


def hand_over(db: Database, seat: Seat, holder: Holder | None) -> bool:
    """Another holder, or none; False when it is no longer held as it was seen."""
    return bool(
        count(
            db,
            """update seats set holder = :holder, used_in = case when :holder = '' then null else used_in end
               where id = :id and holder = :since and closed_at is null""",
            {"id": seat.id, "holder": _written(holder), "since": _written(seat.holder)},
        )
    )


def close(db: Database, seat_id: int, *, now: datetime) -> bool:
    """Nothing comes of it any more; False when it was closed before."""
    sql = "update seats set closed_at = :now where id = :id and closed_at is null"
    return bool(count(db, sql, {"id": seat_id, "now": text_of(now)}))


def _written(holder: Holder | None) -> str:
    return json.dumps(vars(holder), ensure_ascii=False) if holder else ""


def _seat(found: Mapping[str, Any]) -> Seat:
    return Seat(
        id=found["id"],
        case_id=found["case_id"],
        organisation=found["organisation"],
        number=found["number"],
        purchase_order=found["purchase_order_id"],
        price=Money(found["minor"], found["currency"]) if found["minor"] is not None else None,
        holder=Holder(**json.loads(found["holder"])) if found["holder"] else None,
        used_in=found["used_in"],
        closed_at=maybe_instant(found["closed_at"]),
        key=read_key(found) if found["key_id"] is not None else None,
    )


def make_tables(db: Database) -> None:
    """The migration's step; never edited once shipped."""
    db.executescript("""
        create table seats (
            id integer primary key,
            case_id integer not null references cases (id),
            organisation integer not null references cases (id),
            number integer not null,
            purchase_order_id integer references purchase_orders (id),
            minor integer,
            currency text not null default '',
            holder text not null default '',
            used_in integer references cases (id),
            made_at text not null,
            closed_at text
        );
        create unique index one_seat_a_number on seats (case_id, number);
        create index spare_seats on seats (organisation) where holder = '';
        create index seats_by_use on seats (used_in) where used_in is not null;
    """)
