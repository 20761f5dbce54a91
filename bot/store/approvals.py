"""Each yes to a case's content, until enough of them make the decision."""

import json
from datetime import datetime

from sqlite_utils import Database

from bot.domain.approvals import Approval
from bot.domain.cases import Case
from bot.store.database import count, instant, rows, text_of


def make_tables(db: Database) -> None:
    db.executescript("""
        create table approvals (
            id integer primary key,
            case_id integer not null references cases (id) on delete cascade,
            content_hash text not null,
            made_by text not null,
            right_of text not null,
            made_at text not null,
            unique (case_id, content_hash, made_by),
            unique (case_id, content_hash, right_of)
        );
    """)


def add(db: Database, case: Case, *, by: str, right_of: str, now: datetime, offer: str = "") -> bool:
    """Record a yes to what the case holds now; False when they, or that right, gave it before.

    `offer`: the seal of what it cost then; "" where that was not shown.
    What no longer counts is no earlier yes.
    """
    count(
        db,
        """delete from approvals where case_id = :case_id and content_hash = :content_hash
             and (made_by in (select value from json_each(:hands))
                  or right_of in (select value from json_each(:hands)))""",
        {"case_id": case.id, "content_hash": case.content_hash, "hands": json.dumps(sorted(case.hands))},
    )
    return bool(
        count(
            db,
            """insert into approvals (case_id, content_hash, made_by, right_of, made_at, offer)
               values (:case_id, :content_hash, :by, :right_of, :now, :offer) on conflict do nothing""",
            {
                "case_id": case.id,
                "content_hash": case.content_hash,
                "by": by,
                "right_of": right_of,
                "now": text_of(now),
                "offer": offer,
            },
        )
    )


def add_offers(db: Database) -> None:
    """The migration's step; never edited once shipped."""
    db.execute("alter table approvals add column offer text not null default ''")


def list_lapsed(db: Database, case: Case, offer: str) -> list[int]:
    """Each yes to what the case holds, but to another price than `offer`."""
    sql = """select id from approvals where case_id = :id and offer <> '' and offer <> :offer order by id"""
    return [int(found["id"]) for found in rows(db, sql, {"id": case.id, "offer": offer})]


def drop(db: Database, approval_id: int) -> bool:
    return bool(count(db, "delete from approvals where id = :id", {"id": approval_id}))


def take_back(db: Database, case: Case, *, by: str) -> bool:
    """Drop their yes to what the case holds now; False where there is none."""
    sql = "delete from approvals where case_id = :id and content_hash = :content_hash and made_by = :by"
    return bool(count(db, sql, {"id": case.id, "content_hash": case.content_hash, "by": by}))


def drop_all(db: Database, case_id: int) -> None:
    count(db, "delete from approvals where case_id = :id", {"id": case_id})


def list_given(db: Database, case: Case) -> tuple[Approval, ...]:
    """Every yes to what the case holds now, oldest first; none of whoever has had a hand in it since."""
    found = rows(
        db,
        """select made_by, right_of, made_at from approvals
           where case_id = :id and content_hash = :content_hash order by id""",
        {"id": case.id, "content_hash": case.content_hash},
    )
    return tuple(
        Approval(by=entry["made_by"], right_of=entry["right_of"], at=instant(entry["made_at"]))
        for entry in found
        if case.hands.isdisjoint((entry["made_by"], entry["right_of"]))
    )


def forget(db: Database, case: Case) -> None:
    """A decision taken back takes with it what it was made of."""
    count(db, "delete from approvals where case_id = :id", {"id": case.id})
