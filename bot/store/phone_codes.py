"""Codes that phones got, sealed, each with its guesses."""

from datetime import datetime

from sqlite_utils import Database

from bot.domain.keyring import Keyring
from bot.domain.phone_codes import PURPOSE, PhoneCode
from bot.store.database import count, instant, row, rows, text_of


def add(db: Database, keyring: Keyring, code: PhoneCode, *, account_id: int, session: str) -> None:
    """`session` is the name of the session that asked for it."""
    count(
        db,
        """insert into phone_codes (account_id, phone_id, session, sealed, made_at)
           values (:account, :phone, :session, :sealed, :made_at)""",
        {
            "account": account_id,
            "phone": code.phone_id,
            "session": session,
            "sealed": keyring.seal(PURPOSE, code.digits),
            "made_at": text_of(code.made_at),
        },
    )


def list_since(
    db: Database, keyring: Keyring, *, phone_id: int, session: str, since: datetime
) -> list[PhoneCode]:
    """Those that the session asked for after that, the oldest first; one that no key opens is left out."""
    found = rows(
        db,
        """select * from phone_codes where phone_id = :phone and session = :session and made_at > :since
           order by id""",
        {"phone": phone_id, "session": session, "since": text_of(since)},
    )
    codes = []
    for entry in found:
        try:
            digits = keyring.open(PURPOSE, entry["sealed"])
        except ValueError:  # SECRET_KEY was changed within two minutes
            continue
        codes.append(
            PhoneCode(
                phone_id=entry["phone_id"],
                digits=digits,
                made_at=instant(entry["made_at"]),
                wrong=entry["wrong"],
                used=bool(entry["used"]),
            )
        )
    return codes


def find_unused(db: Database, account_id: int) -> datetime | None:
    """When the newest code was made that went to a phone of theirs; None where one was taken since."""
    sql = "select made_at, used from phone_codes where account_id = :id order by id desc limit 1"
    found = row(db, sql, {"id": account_id})
    return instant(found["made_at"]) if found and not found["used"] else None


def count_wrong(db: Database, *, phone_id: int, session: str) -> None:
    """One more guess at each that may still live."""
    sql = "update phone_codes set wrong = wrong + 1 where phone_id = :phone and session = :session"
    count(db, sql, {"phone": phone_id, "session": session})


def end_all(db: Database, account_id: int) -> None:
    """One was taken: none of that account is taken again, and none needs to be read any more."""
    count(db, "update phone_codes set used = 1, sealed = '' where account_id = :id", {"id": account_id})


def drop_old(db: Database, account_id: int, *, before: datetime) -> None:
    """What nobody can enter any more, and texts that count no more."""
    values = {"id": account_id, "before": text_of(before)}
    count(db, "delete from phone_codes where account_id = :id and made_at < :before", values)
    count(db, "delete from texts where account_id = :id and at < :before", values)


def add_text(db: Database, account_id: int, *, now: datetime) -> int:
    """One more text goes out to a phone of that account; its number."""
    sql = "insert into texts (account_id, at) values (:id, :now) returning id"
    (made,) = rows(db, sql, {"id": account_id, "now": text_of(now)})
    return int(made["id"])


def count_texts(db: Database, account_id: int, *, since: datetime) -> int:
    """Also to phones that they have not any more."""
    sql = "select count(*) n from texts where account_id = :id and at > :since"
    found = row(db, sql, {"id": account_id, "since": text_of(since)})
    return int(found["n"]) if found else 0


def list_texts(db: Database, account_id: int, *, since: datetime) -> list[int]:
    """The numbers of the texts after that, the newest first."""
    sql = "select id from texts where account_id = :id and at > :since order by id desc"
    return [int(found["id"]) for found in rows(db, sql, {"id": account_id, "since": text_of(since)})]


def make_tables(db: Database) -> None:
    """The migration's step; never edited once shipped. Comes after the phones."""
    db.executescript("""
        create table phone_codes (
            id integer primary key,
            account_id integer not null references accounts (id),
            phone_id integer not null references phones (id) on delete cascade,
            session text not null,
            sealed text not null,
            made_at text not null,
            wrong integer not null default 0,
            used integer not null default 0
        );
        create index phone_codes_by_phone on phone_codes (phone_id, session);
        create index phone_codes_by_account on phone_codes (account_id);
        create table texts (
            id integer primary key autoincrement,
            account_id integer not null references accounts (id),
            at text not null
        );
        create index texts_by_account on texts (account_id, at);
    """)
