"""Vouchers and their License Keys: sealed, found by keyed hashes, each in one seat at most."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.license_keys import KeyState, LicenseKey, SealedKey, Shape
from bot.domain.ris import Credential
from bot.store.database import count, listed, maybe_instant, row, rows, text_of

#: the columns that `read_key` needs, of a table called `k`
KEY_COLUMNS = """k.id key_id, k.tail, k.credential, k.state, k.expires_on, k.seat_id, k.mailed_at"""


def add_all(db: Database, keys: Sequence[SealedKey], *, by: str, now: datetime) -> None:
    """New keys for the stock; that none is there already is for the caller to see, and for the index."""
    db.conn.executemany(
        """insert into license_keys (voucher_mark, voucher_sealed, key_mark, key_sealed, tail, credential,
               expires_on, state, made_by, made_at)
           values (:voucher_mark, :voucher_sealed, :key_mark, :key_sealed, :tail, :credential,
               :expires_on, 'stock', :by, :now)""",
        [
            {
                **{name: value for name, value in vars(key).items() if name != "shape"},
                "expires_on": key.expires_on.isoformat() if key.expires_on else None,
                "by": by,
                "now": text_of(now),
            }
            for key in keys
        ],
    )
    add_shapes(db, {key.shape for key in keys})


def add_shapes(db: Database, shapes: Collection[Shape]) -> None:
    """What keys look like that are ours; a shape is kept once."""
    db.conn.executemany(
        "insert into key_shapes (signs, kinds) values (:signs, :kinds) on conflict do nothing",
        [vars(shape) for shape in shapes],
    )


def list_shapes(db: Database) -> list[Shape]:
    """Of all keys that were ever imported: a few, for those of one maker look alike."""
    found = rows(db, "select signs, kinds from key_shapes order by signs, kinds")
    return [Shape(signs=entry["signs"], kinds=entry["kinds"]) for entry in found]


def list_tails(db: Database, marks: Sequence[str]) -> dict[str, str]:
    """Which of these keyed hashes are of keys, whatever became of those: each with the key's tail."""
    tails: dict[str, str] = {}
    for start in range(0, len(marks), 400):
        inside, values = listed("mark", marks[start : start + 400])
        sql = f"select key_mark, tail from license_keys where key_mark in ({inside})"
        tails |= {str(found["key_mark"]): str(found["tail"]) for found in rows(db, sql, values)}
    return tails


def list_known(db: Database, marks: Sequence[str]) -> frozenset[str]:
    """Which of these keyed hashes, of vouchers or keys, are there."""
    known: set[str] = set()
    for start in range(0, len(marks), 400):
        inside, values = listed("mark", marks[start : start + 400])
        sql = f"""select voucher_mark mark from license_keys where voucher_mark in ({inside})
                  union select key_mark from license_keys where key_mark in ({inside})"""
        known |= {str(found["mark"]) for found in rows(db, sql, values)}
    return frozenset(known)


def find_by_mark(db: Database, marks: Sequence[str]) -> LicenseKey | None:
    """The key with one of these keyed hashes."""
    inside, values = listed("mark", marks)
    found = row(db, f"select {KEY_COLUMNS} from license_keys k where k.key_mark in ({inside})", values)
    return read_key(found) if found else None


def find(db: Database, key_id: int) -> LicenseKey | None:
    found = row(db, f"select {KEY_COLUMNS} from license_keys k where k.id = :id", {"id": key_id})
    return read_key(found) if found else None


def find_newest(db: Database) -> int:
    """The number of the key that was imported last; 0 where none was."""
    found = row(db, "select max(id) last from license_keys")
    return int(found["last"] or 0) if found else 0


def get_sealed(db: Database, key_id: int) -> str:
    """What unseals to the key itself."""
    (found,) = rows(db, "select key_sealed from license_keys where id = :id", {"id": key_id})
    return str(found["key_sealed"])


def list_sealed(db: Database) -> list[str]:
    """Everything sealed that is still worth something."""
    sql = "select key_sealed from license_keys where state in ('stock', 'issued')"
    return [str(found["key_sealed"]) for found in rows(db, sql)]


def list_sealed_stock(db: Database, credential: Credential, *, on: date) -> list[str]:
    """Those that can be issued that day."""
    sql = f"select key_sealed {_STOCK}"
    found = rows(db, sql, {"credential": credential, "on": on.isoformat()})
    return [str(one["key_sealed"]) for one in found]


def list_all_sealed(db: Database, state: KeyState | None = None) -> list[str]:
    """Every key that was ever imported, or those in that state."""
    sql = "select key_sealed from license_keys where state = :state or :state is null order by id"
    return [str(found["key_sealed"]) for found in rows(db, sql, {"state": state})]


def void_stock(db: Database, sealed: Sequence[str], *, now: datetime) -> None:
    """Give these out to nobody."""
    for one in sealed:
        sql = """update license_keys set state = 'void', voided_at = :now
                 where state = 'stock' and key_sealed = :sealed"""
        count(db, sql, {"sealed": one, "now": text_of(now)})


def count_stock(db: Database, credential: Credential, *, on: date) -> int:
    """How many can be issued that day; what has expired cannot."""
    sql = f"select count(*) n {_STOCK}"
    found = row(db, sql, {"credential": credential, "on": on.isoformat()})
    return int(found["n"]) if found else 0


_STOCK = """from license_keys where state = 'stock' and credential = :credential
            and (expires_on is null or expires_on >= :on)"""


def count_by_state(db: Database, *, on: date) -> dict[str, int]:
    """How many keys are in each state; what has expired in stock counts as "expired"."""
    found = rows(
        db,
        """select case when state = 'stock' and expires_on < :on then 'expired' else state end state,
               count(*) n from license_keys group by 1 order by 1""",
        {"on": on.isoformat()},
    )
    return {str(entry["state"]): int(entry["n"]) for entry in found}


def issue(db: Database, seats: Sequence[int], credential: Credential, *, on: date, now: datetime) -> bool:
    """Give each seat a key, or none any, in the caller's transaction; the first to expire goes first."""
    free = rows(
        db,
        """select id from license_keys
           where state = 'stock' and credential = :credential and (expires_on is null or expires_on >= :on)
           order by expires_on is null, expires_on, id limit :many""",
        {"credential": credential, "on": on.isoformat(), "many": len(seats)},
    )
    if len(free) < len(seats):
        return False
    db.conn.executemany(
        """update license_keys set state = 'issued', seat_id = :seat, issued_at = :now
           where id = :id and state = 'stock'""",
        [{"id": key["id"], "seat": seat, "now": text_of(now)} for key, seat in zip(free, seats, strict=True)],
    )
    return True


def is_any_unmailed(db: Database, case_id: int) -> bool:
    """Whether a key that somebody of the case holds was issued and is in no mail yet."""
    found = row(
        db,
        """select 1 from license_keys k join seats s on s.id = k.seat_id
           where k.state = 'issued' and k.mailed_at is null and s.used_in = :id and s.holder <> ''
             and s.closed_at is null limit 1""",
        {"id": case_id},
    )
    return found is not None


def mark_mailed(db: Database, key_ids: Sequence[int], *, now: datetime) -> None:
    """From now on somebody outside may know them: they never come back to stock."""
    db.conn.executemany(
        "update license_keys set mailed_at = coalesce(mailed_at, :now) where id = :id",
        [{"id": key_id, "now": text_of(now)} for key_id in key_ids],
    )


def unmark_mailed(db: Database, key_id: int) -> None:
    """Its mail never went, and nobody outside knows it."""
    count(db, "update license_keys set mailed_at = null where id = :id", {"id": key_id})


def move(db: Database, key_id: int, *, since: Sequence[KeyState], to: KeyState, now: datetime) -> bool:
    """Compare, then swap; a key that goes back to stock leaves its seat, and nobody has seen it."""
    states, values = listed("since", since)
    return bool(
        count(
            db,
            f"""update license_keys set state = :to,
                  seat_id = case when :to = 'stock' then null else seat_id end,
                  used_at = case when :to = 'used' then :now else used_at end,
                  voided_at = case when :to = 'void' then :now else voided_at end
                where id = :id and state in ({states}) and (:to <> 'stock' or mailed_at is null)""",
            {**values, "id": key_id, "to": to, "now": text_of(now)},
        )
    )


def read_key(found: Mapping[str, Any]) -> LicenseKey:
    return LicenseKey(
        id=found["key_id"],
        tail=found["tail"],
        credential=Credential(found["credential"]),
        state=KeyState(found["state"]),
        expires_on=date.fromisoformat(found["expires_on"]) if found["expires_on"] else None,
        seat_id=found["seat_id"],
        mailed_at=maybe_instant(found["mailed_at"]),
    )


def make_tables(db: Database) -> None:
    """The migration's step; never edited once shipped. Comes after the seats."""
    db.executescript("""
        create table license_keys (
            id integer primary key,
            voucher_mark text not null unique,
            voucher_sealed text not null,
            key_mark text not null unique,
            key_sealed text not null,
            tail text not null,
            credential text not null,
            expires_on text,
            state text not null,
            seat_id integer references seats (id),
            made_by text not null,
            made_at text not null,
            issued_at text,
            mailed_at text,
            used_at text,
            voided_at text
        );
        create unique index one_key_a_seat on license_keys (seat_id) where seat_id is not null;
        create index keys_unmailed on license_keys (seat_id) where state = 'issued' and mailed_at is null;
        create index keys_in_stock on license_keys (credential, expires_on) where state = 'stock';
    """)


def make_shapes(db: Database) -> None:
    """The migration's step; never edited once shipped."""
    db.executescript("""
        create table key_shapes (
            signs integer not null, kinds text not null, primary key (signs, kinds)
        ) without rowid;
    """)
