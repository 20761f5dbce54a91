"""How often accounts were wrong about a secret since they were right."""

from enum import StrEnum

from sqlite_utils import Database

from bot.domain.tries import Tries
from bot.store.database import count, maybe_instant, row, text_of


class Tried(StrEnum):
    """Which secret: each is counted for itself."""

    ANSWER = "answer"  # to a security question
    PASSWORD = "password"  # noqa: S105 - of somebody who is signed in


def find(db: Database, account_id: int, what: Tried) -> Tries:
    found = row(
        db,
        "select wrong, until from tries where account_id = :id and what = :what",
        {"id": account_id, "what": what},
    )
    return Tries(wrong=found["wrong"], until=maybe_instant(found["until"])) if found else Tries()


def put(db: Database, account_id: int, what: Tried, tries: Tries) -> None:
    count(
        db,
        """insert into tries (account_id, what, wrong, until) values (:id, :what, :wrong, :until)
           on conflict (account_id, what) do update set wrong = :wrong, until = :until""",
        {
            "id": account_id,
            "what": what,
            "wrong": tries.wrong,
            "until": text_of(tries.until) if tries.until else None,
        },
    )


def make_tables(db: Database) -> None:
    """The migration's step; never edited once shipped. Comes after the accounts."""
    db.executescript("""
        create table tries (
            account_id integer not null references accounts (id) on delete cascade,
            what text not null,
            wrong integer not null,
            until text,
            primary key (account_id, what)
        ) without rowid;
    """)
