"""What the report counts between two instants, the first counted in and the second not."""

from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.approvals import Choice
from bot.domain.report import Decided
from bot.store.database import instant, row, rows, text_of


def list_came(db: Database, since: datetime, until: datetime) -> list[datetime]:
    """When each new case came."""
    sql = "select created_at at from cases where created_at >= :since and created_at < :until"
    return [instant(entry["at"]) for entry in rows(db, sql, _between(since, until))]


def list_decided(db: Database, since: datetime, until: datetime) -> list[Decided]:
    """Every decision, also one that was taken back later."""
    sql = "select made_by, made_at, choice from decisions where made_at >= :since and made_at < :until"
    return [
        Decided(by=entry["made_by"], at=instant(entry["made_at"]), choice=Choice(entry["choice"]))
        for entry in rows(db, sql, _between(since, until))
    ]


def list_approved_first(db: Database, since: datetime, until: datetime) -> list[Decided]:
    """Every yes that was not the last one of its decision."""
    sql = """select a.made_by, a.made_at from approvals a
             where a.made_at >= :since and a.made_at < :until and not exists (
                 select 1 from decisions d where d.case_id = a.case_id and d.content_hash = a.content_hash
                     and d.made_by = a.made_by and d.choice = 'approved' and d.made_at = a.made_at)"""
    return [
        Decided(by=entry["made_by"], at=instant(entry["made_at"]), choice=None)
        for entry in rows(db, sql, _between(since, until))
    ]


def count_withdrawn(db: Database, since: datetime, until: datetime) -> int:
    """Cases whose turn to be withdrawn began then."""
    return _count(
        db, "count(distinct case_id) n from turns where status = 'withdrawn' and since", since, until
    )


def count_sent(db: Database, since: datetime, until: datetime) -> int:
    what = "count(*) n from outbox where status = 'sent' and kind = 'mail' and sent_at"
    return _count(db, what, since, until)


def count_questions(db: Database, since: datetime, until: datetime) -> int:
    return _count(db, "count(*) n from conversations where created_at", since, until)


def count_mails_in(db: Database, since: datetime, until: datetime) -> dict[str, int]:
    """Mails that were understood, by kind."""
    sql = """select kind, count(*) n from mails
             where received_at >= :since and received_at < :until and kind <> ''
             group by kind order by n desc, kind"""
    return {entry["kind"]: entry["n"] for entry in rows(db, sql, _between(since, until))}


def _count(db: Database, what: str, since: datetime, until: datetime) -> int:
    """`what`: what is counted, from where, ending with the column of its time."""
    column = what.rpartition(" ")[2]
    found = row(db, f"select {what} >= :since and {column} < :until", _between(since, until))
    return int(found["n"]) if found else 0


def _between(since: datetime, until: datetime) -> dict[str, Any]:
    return {"since": text_of(since), "until": text_of(until)}
