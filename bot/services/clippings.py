"""Add a message of Slack to a case: staff take it up, choose the case, and find it there from then on."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.domain.approvals import check_is_staff
from bot.domain.clipping_refusals import AlreadyNoted, ClippingGone
from bot.domain.clippings import LONGEST_CLIPPING, LONGEST_WORD, Clipping, Message
from bot.domain.events import EventTag
from bot.domain.note_names import NoteName
from bot.domain.queue import QueueEntry
from bot.domain.staff import Staff
from bot.services import masking
from bot.services.cases import get_case
from bot.services.desk import Desk
from bot.services.queueing import queue_note
from bot.store import clippings, events, queue
from bot.store.database import transaction

KEPT = timedelta(days=1)  #: what nobody has added to a case by then is forgotten
MOST_CASES = 100  #: to choose from, as many as Slack's menus hold


def take_up(
    db: Database, desk: Desk, message: Message, *, by: Staff, now: datetime
) -> tuple[int, Message, list[QueueEntry]]:
    """Keep a message, its License Keys masked, until its case is chosen.

    Return its number, the message as it is kept, and the cases that wait, oldest first.
    """
    check_is_staff(by)
    text = masking.mask_text(db, desk, message.text)
    with transaction(db):
        clippings.drop_unused(db, before=now - KEPT)
        kept = replace(message, text=text[:LONGEST_CLIPPING])
        number = clippings.keep(db, kept, now=now)
    return number, kept, queue.list_queue(db, limit=MOST_CASES)


def add(db: Database, *, ref: str, clipping_id: int, word: str, by: Staff, now: datetime) -> Clipping:
    """Add a message that was taken up to a case, once; its thread shows it."""
    check_is_staff(by)
    with transaction(db, locks=(f"case:{ref}",)):
        case = get_case(db, ref)
        if not clippings.is_kept(db, clipping_id):
            raise ClippingGone
        number = clippings.add(db, case.id, clipping_id, word=word[:LONGEST_WORD], by=by.id, now=now)
        if number is None:
            before = get(db, clippings.get_number(db, case.id, clipping_id))
            raise AlreadyNoted(ref=case.ref, by=before.added_by, at=before.added_at)
        events.add(db, EventTag.CASE_NOTED, f"case:{case.id}", actor=by.id, at=now, note=number)
        queue_note(
            db,
            NoteName.CLIPPING,
            key=f"clipping:{number}",
            values={"clipping_id": number},
            now=now,
            thread_key=f"card:{case.ref}",
            case_id=case.id,
        )
        return get(db, number)


def get(db: Database, number: int) -> Clipping:
    """A message as it was added to a case; raise ClippingGone."""
    found = clippings.find(db, number)
    if found is None:
        raise ClippingGone
    return found
