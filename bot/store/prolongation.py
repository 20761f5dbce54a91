"""Consents that were given again, until the rest of the prolongation is done."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlite_utils import Database

from bot.domain.consents import Answer, Consent
from bot.store.database import count, instant, row, text_of


def put(db: Database, account_id: int, validations: int, answers: Sequence[Answer], *, now: datetime) -> None:
    """In the place of those before; they count for that validation only."""
    said = [{**asdict(one), "at": text_of(one.at)} for one in answers]
    count(
        db,
        """insert into prolongations (account_id, validations, answers, at)
           values (:id, :validations, :answers, :now)
           on conflict (account_id) do update set validations = excluded.validations,
             answers = excluded.answers, at = excluded.at""",
        {"id": account_id, "validations": validations, "answers": json.dumps(said), "now": text_of(now)},
    )


def list_answers(db: Database, account_id: int, validations: int) -> tuple[Answer, ...]:
    """None where none were given for that validation."""
    found = row(
        db,
        "select answers from prolongations where account_id = :id and validations = :validations",
        {"id": account_id, "validations": validations},
    )
    return tuple(
        Answer(**{**one, "consent": Consent(one["consent"]), "at": instant(one["at"])})
        for one in (json.loads(found["answers"]) if found else ())
    )


def drop(db: Database, account_id: int) -> None:
    count(db, "delete from prolongations where account_id = :id", {"id": account_id})


def make_tables(db: Database) -> None:
    """The migration's step; never edited once shipped. Comes after the accounts."""
    db.executescript("""
        create table prolongations (
            account_id integer primary key references accounts (id) on delete cascade,
            validations integer not null,
            answers text not null,
            at text not null
        );
    """)
