"""Which security questions an account has chosen, and the hashes of their answers."""

from collections.abc import Sequence
from datetime import datetime

from sqlite_utils import Database

from bot.domain.security_questions import Question
from bot.store.database import count, count_each, rows, text_of


def put(db: Database, account_id: int, hashes: Sequence[tuple[Question, str]], *, now: datetime) -> None:
    """In the place of those that it had."""
    count(db, "delete from security_answers where account_id = :id", {"id": account_id})
    count_each(
        db,
        """insert into security_answers (account_id, place, question, hash, set_at)
           values (:id, :place, :question, :hash, :now)""",
        [
            {"id": account_id, "place": place, "question": question, "hash": hashed, "now": text_of(now)}
            for place, (question, hashed) in enumerate(hashes)
        ],
    )


def list_of_account(db: Database, account_id: int) -> list[tuple[Question, str]]:
    """Each question with its answer's hash, as they were chosen."""
    found = rows(
        db,
        "select question, hash from security_answers where account_id = :id order by place",
        {"id": account_id},
    )
    return [(Question(entry["question"]), str(entry["hash"])) for entry in found]


def make_tables(db: Database) -> None:
    """The migration's step; never edited once shipped. Comes after the accounts."""
    db.executescript("""
        create table security_answers (
            account_id integer not null references accounts (id) on delete cascade,
            place integer not null,
            question text not null,
            hash text not null,
            set_at text not null,
            primary key (account_id, place),
            unique (account_id, question)
        ) without rowid;
    """)
