"""Questions and who asked them."""

from datetime import datetime

from sqlite_utils import Database

from bot.domain.ledger import Conversation
from bot.domain.mail import Address
from bot.store.database import count, instant, row, text_of
from bot.store.numbers import next_number


def add(
    db: Database, *, sender: Address, subject: str, lang: str, mail_id: int, now: datetime
) -> Conversation:
    conversation = Conversation(
        id=next_number(db, "conversation"),
        address=sender.address,
        name=sender.name,
        subject=subject,
        lang=lang,
        mail_id=mail_id,
        created_at=now,
    )
    count(
        db,
        """insert into conversations (id, address, name, subject, lang, mail_id, created_at)
           values (:id, :address, :name, :subject, :lang, :mail_id, :created_at)""",
        {
            "id": conversation.id,
            "address": sender.address,
            "name": sender.name,
            "subject": subject,
            "lang": lang,
            "mail_id": mail_id,
            "created_at": text_of(now),
        },
    )
    return conversation


def find(db: Database, conversation_id: int) -> Conversation | None:
    found = row(db, "select * from conversations where id = :id", {"id": conversation_id})
    return Conversation(**{**found, "created_at": instant(found["created_at"])}) if found else None
