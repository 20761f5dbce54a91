"""How many forms of one sender are taken in; the rest waits in the ledger for a word of staff."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.domain.approvals import check_is_staff
from bot.domain.cards import CappedNote, Pile, PileEnd
from bot.domain.errors import NothingWaits, UnknownMail
from bot.domain.events import EventTag
from bot.domain.intake import Understood
from bot.domain.ledger import LedgerMail, MailStatus
from bot.domain.mail import Kind
from bot.domain.note_names import NoteName
from bot.domain.staff import Staff
from bot.services.desk import Desk
from bot.services.queueing import queue_note, refresh_note
from bot.store import events, ledger, outbox
from bot.store.database import transaction

_LEFT = "staff: left aside"  #: how the reason of a mail begins that was left undone


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
        queue_note(db, NoteName.CAPPED, key=_key(row.id), values=asdict(note), now=now)
    return True


def release(db: Database, mail_id: int, *, left_to: int = 0, by: Staff, now: datetime) -> Released:
    """Take in what waits of that mail's sender; of several with the same content the first only.

    `left_to`: instead of what waits, what was left aside from that mail to this one.
    """
    with transaction(db, locks=(f"mail:{mail_id}",)):
        check_is_staff(by)
        if not left_to and _is_left(_get(db, mail_id)):
            raise NothingWaits  # what waits by now has a note of its own
        pile = _list_left(db, mail_id, left_to) if left_to else _list_waiting(db, mail_id)
        done = ledger.list_forms(db, pile[0].form_of, MailStatus.DONE)
        taken_in = ledger.list_forms(db, pile[0].form_of, MailStatus.RECORDED)
        known = {form.form_hash: form for form in (*(one for one in done if not _is_left(one)), *taken_in)}
        taken = 0
        for mail in pile:
            if (first := known.setdefault(mail.form_hash, mail)) is mail:
                ledger.reopen(db, mail.id)
                taken += 1
            else:
                _settle(
                    db, mail, MailStatus.DUPLICATE, f"the same form as mail {first.id}", first.subject_ref
                )
        same = len(pile) - taken
        tag, subject = EventTag.FORMS_RELEASED, f"mail:{mail_id}"
        events.add(db, tag, subject, actor=by.id, at=now, taken=taken, same=same)
        _end(db, mail_id, now=now, ended=PileEnd.TAKEN, by=by.id, count=taken, same=same)
    return Released(taken=taken, same=same)


def get_pile(db: Database, mail_id: int, *, by: Staff) -> Pile:
    """What waits of that mail's sender; raise NothingWaits."""
    check_is_staff(by)
    waiting = _list_waiting(db, mail_id)
    sender, last = waiting[0].sender, waiting[-1].id
    return Pile(sender=sender, mail_id=mail_id, count=len(waiting), last=last)


def leave(db: Database, mail_id: int, *, last: int, by: Staff, now: datetime) -> int:
    """Leave what waits of that mail's sender undone, up to the last that was shown.

    Each stays in the ledger. What came meanwhile goes on waiting, under a note of its own.
    """
    with transaction(db, locks=(f"mail:{mail_id}",)):
        check_is_staff(by)
        waiting = _list_waiting(db, mail_id)
        left = [mail for mail in waiting if mail.id <= last]
        if not left:
            raise NothingWaits
        for mail in left:
            _settle(db, mail, MailStatus.DONE, f"{_LEFT}; before: {mail.reason}", "")
        events.add(db, EventTag.FORMS_LEFT, f"mail:{mail_id}", actor=by.id, at=now, mails=len(left))
        words = _end(db, mail_id, now=now, ended=PileEnd.LEFT, by=by.id, count=len(left), last=left[-1].id)
        if words and (newer := waiting[len(left) :]):
            queue_note(
                db,
                NoteName.CAPPED,
                key=_key(newer[0].id),
                values={**words, "mail_id": newer[0].id},
                now=now,
            )
    return len(left)


def _key(mail_id: int) -> str:
    return f"forms_capped:{mail_id}"


def _end(
    db: Database, mail_id: int, *, now: datetime, ended: PileEnd, **said: str | int
) -> dict[str, str | int]:
    """Let the pile's note say who did what with it; what it said before, or {} where it was erased."""
    shown = outbox.find_by_key(db, _key(mail_id))
    words: dict[str, str | int] = shown.values["words"] if shown is not None else {}
    if "mail_id" not in words:
        return {}
    refresh_note(db, NoteName.CAPPED, key=_key(mail_id), values={**words, "ended": ended, **said}, now=now)
    return words


def _list_left(db: Database, mail_id: int, last: int) -> list[LedgerMail]:
    mail = _get(db, mail_id)
    forms = ledger.list_forms(db, mail.form_of, MailStatus.DONE)
    left = [form for form in forms if mail_id <= form.id <= last and _is_left(form)]
    kept = [form for form in left if ledger.find_raw(db, form.id) is not None]
    if not kept:
        raise NothingWaits
    return kept


def _is_left(mail: LedgerMail) -> bool:
    return mail.reason.startswith(_LEFT)


def _list_waiting(db: Database, mail_id: int) -> list[LedgerMail]:
    waiting = ledger.list_forms(db, _get(db, mail_id).form_of, MailStatus.WAITING)
    if not waiting:
        raise NothingWaits
    return waiting


def _get(db: Database, mail_id: int) -> LedgerMail:
    mail = ledger.find(db, mail_id)
    if mail is None:
        raise UnknownMail(id=mail_id)
    return mail


def _settle(db: Database, mail: LedgerMail, to: MailStatus, reason: str, ref: str) -> None:
    ledger.settle(db, mail.id, since=mail.status, to=to, reason=reason[:200], subject_ref=ref)
