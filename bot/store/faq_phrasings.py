"""Words in which a topic was asked for, as staff accepted them; the same words mean one topic."""

from datetime import datetime

from sqlite_utils import Database

from bot.domain.faq_opinions import Taught
from bot.store.database import count, instant, rows, text_of


def make_tables(db: Database) -> None:
    db.executescript("""
        create table faq_phrasings (
            id integer primary key,
            topic text not null,
            text text not null unique,
            made_by text not null,
            made_at text not null
        );
    """)


def put(db: Database, *, topic: str, text: str, by: str, now: datetime) -> None:
    """The newest word counts."""
    sql = """insert into faq_phrasings (topic, text, made_by, made_at) values (:topic, :text, :by, :now)
             on conflict (text) do update set topic = :topic, made_by = :by, made_at = :now"""
    count(db, sql, {"topic": topic, "text": text, "by": by, "now": text_of(now)})


def drop(db: Database, *, text: str) -> None:
    count(db, "delete from faq_phrasings where text = :text", {"text": text})


def list_all(db: Database) -> tuple[Taught, ...]:
    """In the order in which they were taught first."""
    found = rows(db, "select topic, text, made_by, made_at from faq_phrasings order by id")
    return tuple(
        Taught(topic=one["topic"], text=one["text"], by=one["made_by"], at=instant(one["made_at"]))
        for one in found
    )
