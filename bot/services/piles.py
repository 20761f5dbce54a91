"""Beyond so many questions a day under an address that nobody proves, further ones stand below the newest."""

from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.domain.conversations import Conversation, ToldWhat
from bot.domain.intake import Understood
from bot.domain.note_names import NoteName
from bot.services import conversations
from bot.services.desk import Desk
from bot.services.queueing import queue_note
from bot.store import conversations as conversation_store


def find(db: Database, desk: Desk, understood: Understood) -> Conversation | None:
    """The question below which this one stands; None where it is one of its own.

    By when the mail server received them: what came in over a weekend is no flood on Monday.
    """
    if understood.verified:
        return None
    limits, until = desk.policy.limits, understood.row.received_at
    after = until - timedelta(hours=limits.answers_within_hours)
    address = understood.mail.sender.address
    asked = conversation_store.list_claimed(db, address=address, after=after, until=until)
    return asked[0] if len(asked) >= limits.answers_per_address else None


def tell(db: Database, one: Conversation, *, now: datetime) -> None:
    """Say below its card, once, that others of that address follow there; in the caller's transaction."""
    key, values = f"told:{one.ref}:piled", {"ref": one.ref, "what": ToldWhat.PILED, "by": ""}
    above = conversations.card_key(one.ref)
    queue_note(db, NoteName.CONVERSATION_TOLD, key=key, values=values, now=now, thread_key=above, aloud=True)
