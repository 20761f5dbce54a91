"""Who is away, from when to when, and who decides in their place."""

from datetime import datetime

from sqlite_utils import Database

from bot.domain.absences import Absence
from bot.store.database import count, instant, row, rows, text_of


def make_tables(db: Database) -> None:
    db.executescript("""
        create table absences (
            id integer primary key,
            person text not null,
            deputy text not null,
            since text not null,
            until text not null,
            made_by text not null,
            made_at text not null,
            ended_at text
        );
        create index absences_by_deputy on absences (deputy, until) where ended_at is null;
        create index absences_by_person on absences (person, until) where ended_at is null;
    """)


def add(db: Database, absence: Absence, *, made_by: str, now: datetime) -> int:
    cursor = db.execute(
        """insert into absences (person, deputy, since, until, made_by, made_at)
           values (:person, :deputy, :since, :until, :made_by, :now) returning id""",
        {
            "person": absence.person,
            "deputy": absence.deputy,
            "since": text_of(absence.since),
            "until": text_of(absence.until),
            "made_by": made_by,
            "now": text_of(now),
        },
    )
    return int(cursor.fetchone()[0])


def end(db: Database, person: str, *, now: datetime) -> int:
    """End or call off every absence of a person that is not over; return how many there were."""
    return count(
        db,
        "update absences set ended_at = :now where person = :person and ended_at is null and until > :now",
        {"person": person, "now": text_of(now)},
    )


def list_of_deputy(db: Database, deputy: str, *, now: datetime) -> list[Absence]:
    """For whom somebody decides at this moment."""
    found = rows(
        db,
        """select * from absences where deputy = :deputy and since <= :now and until > :now
           and ended_at is null order by id""",
        {"deputy": deputy, "now": text_of(now)},
    )
    return [_absence(entry) for entry in found]


def list_open(db: Database, *, now: datetime) -> list[Absence]:
    """Every absence that lasts or is to come, the earliest first."""
    found = rows(
        db,
        "select * from absences where ended_at is null and until > :now order by since, id",
        {"now": text_of(now)},
    )
    return [_absence(entry) for entry in found]


def list_turned(db: Database, *, now: datetime) -> list[tuple[str, int]]:
    """Absences that have begun (step 1) or are over (step 2), of which no notice says so yet.

    One that was over before anybody looked has changed nothing.
    """
    found = rows(
        db,
        """select subject, since <= :now and until > :now and ended_at is null lasts, step from
             (select a.*, 'absence:' || a.id subject,
                  (select max(n.step) from notices n where n.subject = 'absence:' || a.id) step
              from absences a)
           where step is null or step = 1 order by id""",
        {"now": text_of(now)},
    )
    return [
        (entry["subject"], 1 if entry["lasts"] else 2)
        for entry in found
        if bool(entry["lasts"]) is (entry["step"] is None)
    ]


def stands(db: Database, *, person: str, deputy: str, now: datetime) -> bool:
    """Whether the one decides for the other at this moment."""
    return (
        row(
            db,
            """select id from absences where person = :person and deputy = :deputy
               and since <= :now and until > :now and ended_at is null limit 1""",
            {"person": person, "deputy": deputy, "now": text_of(now)},
        )
        is not None
    )


def _absence(entry: dict[str, str]) -> Absence:
    return Absence(
        person=entry["person"],
        deputy=entry["deputy"],
        since=instant(entry["since"]),
        until=instant(entry["until"]),
    )
