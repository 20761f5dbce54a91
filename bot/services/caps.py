"""How many forms of one sender are taken in; the rest waits in the ledger for a word of staff."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.domain.approvals import check_is_staff
from bot.domain.cards import CappedNote
from bot.domain.errors import NothingWaits, UnknownMail
from bot.domain.events import EventTag
from bot.domain.intake import Understood
from bot.domain.ledger import LedgerMail, MailStatus
from bot.domain.mail import Kind
from bot.domain.note_names import NoteName
from bot.domain.staff import Staff
from bot.services.desk import Desk
from bot.services.queueing import queue_note
from bot.store import events, ledger
from bot.store.database import transaction


@dataclass(frozen=True, kw_only=True)
class Released:
    """What became of the forms that waited."""

    taken: int  #: are decided about now
    same: int  #: hold what an earlier one holds, and stay where they are


def holds_back(db: Database, desk: Desk, understood: Understood, *, now: datetime) -> bool:
    """Whether a form comes beyond its sender's cap; the first of a pile is told in Slack, in one note.

    By when the mail server received it: what came in over a weekend is no flood on Monday.
    """
    row, whose = understood.row, understood.form_of
    if row.released or not whose or understood.found.kind not in (Kind.RIS, Kind.REPLY):
        return False
    limits = desk.policy.limits
    after = row.received_at - timedelta(hours=limits.forms_within_hours)
    if ledger.count_forms(db, whose, after=after, until=row.received_at) < limits.forms_per_sender:
        return False
    if not ledger.has_waiting(db, whose):
        events.add(db, EventTag.FORMS_CAPPED, f"mail:{row.id}", actor="usher", at=now)
        note = CappedNote(
            sender=understood.mail.sender.address,
            verified=understood.verified,
            limit=limits.forms_per_sender,
            hours=limits.forms_within_hours,
            mail_id=row.id,
        )
        queue_note(db, NoteName.CAPPED, key=f"forms_capped:{row.id}", values=asdict(note), now=now)
    return True


def release(db: Database, mail_id: int, *, by: Staff, now: datetime) -> Released:
    """Take in what waits of that mail's sender; of several with the same content the first only."""
    with transaction(db, locks=(f"mail:{mail_id}",)):
        check_is_staff(by)
        waiting = _list_waiting(db, mail_id)
        known = {done.form_hash: done for done in ledger.list_forms(db, waiting[0].form_of, MailStatus.DONE)}
        taken = 0
        for mail in waiting:
            if (first := known.setdefault(mail.form_hash, mail)) is mail:
                ledger.reopen(db, mail.id)
                taken += 1
            else:
                _settle(
                    db, mail, MailStatus.DUPLICATE, f"the same form as mail {first.id}", first.subject_ref
                )
        same = len(waiting) - taken
        tag, subject = EventTag.FORMS_RELEASED, f"mail:{mail_id}"
        events.add(db, tag, subject, actor=by.id, at=now, taken=taken, same=same)
    return Released(taken=taken, same=same)


def leave(db: Database, mail_id: int, *, by: Staff, now: datetime) -> int:
    """Leave what waits of that mail's sender undone; each stays in the ledger and can be replayed."""
    with transaction(db, locks=(f"mail:{mail_id}",)):
        check_is_staff(by)
        waiting = _list_waiting(db, mail_id)
        for mail in waiting:
            _settle(db, mail, MailStatus.DONE, f"staff: left aside; before: {mail.reason}", "")
        events.add(db, EventTag.FORMS_LEFT, f"mail:{mail_id}", actor=by.id, at=now, mails=len(waiting))
    return len(waiting)


def _list_waiting(db: Database, mail_id: int) -> list[LedgerMail]:
    mail = ledger.find(db, mail_id)
    if mail is None:
        raise UnknownMail(id=mail_id)
    waiting = ledger.list_forms(db, mail.form_of, MailStatus.WAITING)
    if not waiting:
        raise NothingWaits
    return waiting


def _settle(db: Database, mail: LedgerMail, to: MailStatus, reason: str, ref: str) -> None:
    ledger.settle(db, mail.id, since=MailStatus.WAITING, to=to, reason=reason[:200], subject_ref=ref)
