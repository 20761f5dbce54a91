"""Questions of staff to a case's sponsor, from the asking to the answer."""

from collections.abc import Sequence
from datetime import datetime

from sqlite_utils import Database

from bot.domain.letters import OpenQuestion
from bot.domain.outbox import JobStatus
from bot.store.database import count, instant, row, rows, text_of

#: a mail in one of these states may have been read
_GONE = "('sending', 'sent', 'unknown')"


def next_number(db: Database, case_id: int) -> int:
    """The number of the case's next question; they count from 1."""
    found = row(db, "select max(number) last from case_questions where case_id = :id", {"id": case_id})
    return int((found or {}).get("last") or 0) + 1


def add(
    db: Database, case_id: int, questions: Sequence[str], *, first: int, letter: str, by: str, now: datetime
) -> None:
    """Keep what is asked in one mail; `letter`: the mail's key in the outbox."""
    for number, text in enumerate(questions, first):
        count(
            db,
            """insert into case_questions (case_id, number, text, letter, asked_by, asked_at)
               values (:case_id, :number, :text, :letter, :by, :now)""",
            {
                "case_id": case_id,
                "number": number,
                "text": text,
                "letter": letter,
                "by": by,
                "now": text_of(now),
            },
        )


def list_open(db: Database, case_id: int) -> list[OpenQuestion]:
    """Those that nobody has answered, by number, with how far their mail is."""
    found = rows(
        db,
        """select q.number, q.text, q.asked_by, q.asked_at, o.status from case_questions q
           join outbox o on o.key = q.letter
           where q.case_id = :id and q.answered_at is null order by q.number""",
        {"id": case_id},
    )
    return [
        OpenQuestion(
            number=entry["number"],
            text=entry["text"],
            asked_by=entry["asked_by"],
            asked_at=instant(entry["asked_at"]),
            mail=JobStatus(entry["status"]),
        )
        for entry in found
    ]


def is_open(db: Database, case_id: int) -> bool:
    """Whether an answer is waited for."""
    sql = "select 1 from case_questions where case_id = :id and answered_at is null limit 1"
    return row(db, sql, {"id": case_id}) is not None


def is_asked(db: Database, letter: str) -> bool:
    """Whether an answer to that mail is waited for."""
    sql = "select 1 from case_questions where letter = :letter and answered_at is null limit 1"
    return row(db, sql, {"letter": letter}) is not None


def answer(
    db: Database, case_id: int, *, by: str, now: datetime, mail_id: int | None = None
) -> tuple[int, ...]:
    """Close the open ones and return their numbers; by a mail, only those that had gone out."""
    gone = f"and exists (select 1 from outbox o where o.key = letter and o.status in {_GONE})"
    found = rows(
        db,
        f"""update case_questions set answered_at = :now, answered_by = :by, mail_id = :mail_id
            where case_id = :id and answered_at is null {gone if mail_id is not None else ""}
            returning number""",
        {"id": case_id, "by": by, "mail_id": mail_id, "now": text_of(now)},
    )
    return tuple(sorted(entry["number"] for entry in found))


def take_back(db: Database, letter: str, *, by: str, now: datetime) -> tuple[int, ...]:
    """Close the open ones of a mail that goes to nobody, and return their numbers."""
    found = rows(
        db,
        """update case_questions set answered_at = :now, answered_by = :by
           where letter = :letter and answered_at is null returning number""",
        {"letter": letter, "by": by, "now": text_of(now)},
    )
    return tuple(sorted(entry["number"] for entry in found))


def make_tables(db: Database) -> None:
    """The migration's step; never edited once shipped."""
    db.executescript("""
        create table case_questions (
            id integer primary key,
            case_id integer not null references cases (id) on delete cascade,
            number integer not null,
            text text not null,
            letter text not null,
            asked_by text not null,
            asked_at text not null,
            answered_at text,
            answered_by text not null default '',
            mail_id integer,
            unique (case_id, number)
        );
        create index case_questions_open on case_questions (case_id) where answered_at is null;
    """)
