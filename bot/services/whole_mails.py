"""All of somebody's words, for staff whose card shows their beginning."""

from datetime import datetime

from sqlite_utils import Database

from bot.domain.approvals import check_is_staff
from bot.domain.cards import WholeMail
from bot.domain.cases import case_id
from bot.domain.events import EventTag
from bot.domain.staff import Staff
from bot.ports import Reader
from bot.services import conversations, kinds, views
from bot.services.desk import Desk
from bot.store import events
from bot.store.database import transaction


def read(
    db: Database, desk: Desk, reader: Reader, *, ref: str, mail_id: int, by: Staff, now: datetime
) -> WholeMail:
    """The mail, while it is kept; `mail_id` 0: how that conversation began. Who looked stands in the trail.

    Outside any transaction. Raise NotStaff, UnknownConversation, UnknownMail, MailNotKept, MailSealed.
    """
    check_is_staff(by)
    whole = _read_mail(db, desk, reader, mail_id) if mail_id else _read_question(db, ref)
    if one := conversations.find(db, whole.ref):
        _note(db, EventTag.CONVERSATION_VIEWED, f"conversation:{one.id}", by=by, now=now)
    elif case_id(whole.ref) is None:
        _note(db, EventTag.MAIL_VIEWED, f"mail:{mail_id}", by=by, now=now)
    views.note(db, desk, [whole.ref], viewer=by, now=now)
    return whole


def _note(db: Database, tag: EventTag, subject: str, *, by: Staff, now: datetime) -> None:
    with transaction(db):
        events.add(db, tag, subject, actor=by.id, at=now)


def _read_mail(db: Database, desk: Desk, reader: Reader, mail_id: int) -> WholeMail:
    understood = kinds.read_again(db, desk, reader, mail_id)
    mail = understood.mail
    sender = f"{mail.sender.name} <{mail.sender.address}>".strip()
    ref = understood.row.subject_ref or ""
    return WholeMail(ref=ref, mail_id=mail_id, sender=sender, subject=mail.subject, text=mail.text)


def _read_question(db: Database, ref: str) -> WholeMail:
    one = conversations.get(db, ref)
    sender = f"{one.name} <{one.address}>" if one.address else one.name
    return WholeMail(ref=one.ref, mail_id=0, sender=sender.strip(), subject=one.subject, text=one.words)
