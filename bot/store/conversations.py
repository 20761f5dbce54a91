"""Questions and who asked them."""

from datetime import datetime

from sqlite_utils import Database

from bot.domain.ledger import Conversation
from bot.domain.mail import Address
from bot.store.database import count, instant, row, text_of
from bot.store.numbers import next_number

MOST_WORDS = 4_000  #: characters of what somebody asked that are kept to be found by


def add_words(db: Database) -> None:
    """Questions that came before are found by sender and subject only: their words are in the raw mail."""
    db.execute("alter table conversations add column words text not null default ''")


def add(
    db: Database,
    *,
    sender: Address,
    subject: str,
    lang: str,
    mail_id: int,
    now: datetime,
    words: str = "",
) -> Conversation:
    conversation = Conversation(
        id=next_number(db, "conversation"),
        address=sender.address,
        name=sender.name,
        subject=subject,
        lang=lang,
        mail_id=mail_id,
        created_at=now,
        words=words[:MOST_WORDS],
    )
    count(
        db,
        """insert into conversations (id, address, name, subject, lang, mail_id, created_at, words)
           values (:id, :address, :name, :subject, :lang, :mail_id, :created_at, :words)""",
        {
            "id": conversation.id,
            "address": sender.address,
            "name": sender.name,
            "subject": subject,
            "lang": lang,
            "mail_id": mail_id,
            "created_at": text_of(now),
            "words": conversation.words,
        },
    )
    return conversation


def find(db: Database, conversation_id: int) -> Conversation | None:
    found = row(db, "select * from conversations where id = :id", {"id": conversation_id})
    return Conversation(**{**found, "created_at": instant(found["created_at"])}) if found else None
