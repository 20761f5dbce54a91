"""What a case's sponsor wrote in words, below its card, until staff have dealt with it."""

from datetime import datetime

from sqlite_utils import Database

from bot.domain.approvals import check_is_staff
from bot.domain.cases import Case
from bot.domain.errors import NothingUnread
from bot.domain.events import EventTag
from bot.domain.staff import Staff
from bot.services import thread_notes
from bot.services.cases import get_case, refusals_recorded
from bot.services.queueing import queue_case_card
from bot.store import case_words
from bot.store.database import transaction


def mark_read(db: Database, *, ref: str, to: int, by: Staff, now: datetime) -> Case:
    """There is nothing to answer in the mails as far as the card showed them (`to`); what came since stays.

    Raise NothingUnread where somebody has dealt with them.
    """
    with refusals_recorded(db, ref, by, now), transaction(db, locks=(f"case:{ref}",)):
        check_is_staff(by)
        case = get_case(db, ref)
        before = case_words.find_unread(db, case.id).many
        case_words.mark_read(db, case.id, to)
        read = before - case_words.find_unread(db, case.id).many
        if not read:
            raise NothingUnread(ref=case.ref)
        thread_notes.record(db, EventTag.CASE_READ, case.id, actor=by.id, at=now, mails=read)
        queue_case_card(db, case.id, now=now)
    return get_case(db, ref)
