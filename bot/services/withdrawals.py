"""A sponsor takes a case back: at once where it is plain and undecided, else by a click of staff."""

from dataclasses import asdict, replace
from datetime import datetime

from sqlite_utils import Database

from bot.domain.addressees import sponsor_of
from bot.domain.approvals import VoidReason, check_is_staff
from bot.domain.cards import WithdrawalNote
from bot.domain.cases import BEFORE_LIVE, OPEN, STANDING, Case, CaseStatus, Thread
from bot.domain.errors import ContentChanged, NotWithdrawable
from bot.domain.events import EventTag
from bot.domain.intake import Understood
from bot.domain.note_names import NoteName
from bot.domain.parties import is_party
from bot.domain.staff import Staff
from bot.domain.withdrawals import Irrevocable, Wish, list_named, may_be_withdrawn, read_wish
from bot.rendering import order_mails
from bot.services import provisioning, questions
from bot.services.cases import get_case, get_seen, move_or_explain, refresh_others, refusals_recorded
from bot.services.desk import Desk
from bot.services.queueing import queue_case_card, queue_mail, queue_note
from bot.services.undoing import find_obstacle, void_decision
from bot.store import cases, events
from bot.store.database import transaction
from bot.store.numbers import next_number


def hear(db: Database, desk: Desk, understood: Understood, case: Case, *, now: datetime) -> bool:
    """A verified party's reply, in the caller's transaction; False where it goes on as words or as a form.

    A form that comes with such words is looked at first: who sends one does not want nothing.
    """
    mail = understood.mail
    if understood.form.has_form or understood.too_large or not may_be_withdrawn(case):
        return False
    if case.status is CaseStatus.RECEIVED:
        return False  # nobody took it in: staff read the words, and discard it
    wish = read_wish(mail.text, case_id=case.id, subject=mail.subject, sender=mail.sender.name)
    if wish is Wish.NONE:
        return False
    if wish is Wish.UNCLEAR or not case.authorised:
        what = "kept" if find_obstacle(db, case) else "unclear"
        note(db, case, what, now=now, other=find_obstacle(db, case))
        return False
    copied = dict.fromkeys((*case.cc, mail.sender.address))  # a colleague of the sponsor may have written
    cc = tuple(address for address in copied if address != case.sponsor.address)
    answering = replace(case, thread=Thread.answering(mail), cc=cc)
    questions.note_follow_up(db, understood, case.ref, f"card:{case.ref}", now=now, case_id=case.id)
    if case.status in OPEN:
        standing = _withdraw(db, desk, answering, by="usher", mail_id=understood.row.id, now=now)
        note(db, case, "done", now=now, standing=standing)
    elif obstacle := find_obstacle(db, case):
        _tell(db, desk, answering, automatic=True, now=now)
        note(db, case, "kept", now=now, other=obstacle)
    else:
        note(db, case, "asked", now=now)
    return True


def hear_by_number(db: Database, desk: Desk, understood: Understood, *, asked: str, now: datetime) -> None:
    """A party's mail outside the case's own thread, in the caller's transaction: staff get the button there.

    Never by rule: such a mail shows no token, and a number is easily mistaken for another. `asked`: the
    conversation in which its words stand.
    """
    mail = understood.mail
    if not understood.verified or understood.too_large:
        return
    for number in list_named(f"{mail.subject}\n{mail.text}"):
        case = cases.find(db, number)
        if case is None or not is_party(case, mail.sender.address, desk.sponsors):
            continue
        if case.status is CaseStatus.RECEIVED or not may_be_withdrawn(case):
            continue
        if read_wish(mail.text, case_id=number, subject=mail.subject) is not Wish.NONE:
            obstacle = find_obstacle(db, case)
            note(db, case, "kept" if obstacle else "named", now=now, other=obstacle or asked)


def is_approved(db: Database, ref: str) -> bool:
    """Whether taking it back ends what the desk has said yes to: then `case_step_hands.stop` does it."""
    return get_case(db, ref).status in BEFORE_LIVE


def withdraw(db: Database, desk: Desk, *, ref: str, seen: str, by: Staff, now: datetime) -> Case:
    """Staff read that its sponsor takes an undecided case back: the sponsor is told.

    Raise ContentChanged where it was approved meanwhile.
    """
    with refusals_recorded(db, ref, by, now), transaction(db, locks=(f"case:{ref}",)):
        check_is_staff(by)
        case = get_seen(db, ref, seen)
        if not may_be_withdrawn(case):
            raise NotWithdrawable(ref=case.ref, status=case.status, standing=case.status in STANDING)
        if case.status in BEFORE_LIVE:
            raise ContentChanged(ref=case.ref, version=case.version)
        end(db, desk, case, by=by, right_of=by.id, now=now)
        return replace(case, status=CaseStatus.WITHDRAWN)


def end(
    db: Database, desk: Desk, case: Case, *, by: Staff, right_of: str, now: datetime, reason: str = ""
) -> None:
    """Take it back at its sponsor's wish, which staff have read, in the caller's transaction."""
    standing = _withdraw(
        db, desk, case, by=by.id, right_of=right_of, mail_id=case.mail_id, now=now, reason=reason
    )
    note(db, case, "by_staff", now=now, by=by.id, standing=standing)


def _withdraw(
    db: Database,
    desk: Desk,
    case: Case,
    *,
    by: str,
    mail_id: int,
    now: datetime,
    right_of: str = "",
    reason: str = "",
) -> tuple[Irrevocable, ...]:
    """`by` "usher": at the word of the mail `mail_id`; `right_of`: in whose place."""
    standing = void_decision(db, desk, case, why=VoidReason.WITHDRAWN, by=by, now=now, note=reason)
    if provisioning.call_off(db, desk, case, now=now):  # also of an approval that was taken back before
        standing = (*standing, Irrevocable.MADE)
    move_or_explain(db, case, (case.status,), CaseStatus.WITHDRAWN, now=now)
    events.add(
        db,
        EventTag.CASE_WITHDRAWN,
        f"case:{case.id}",
        actor=by,
        at=now,
        mail=mail_id,
        before=case.status,
        hash=case.content_hash,
        right_of=right_of,
    )
    automatic = by == "usher"
    _tell(db, desk, replace(case, status=CaseStatus.WITHDRAWN), standing, automatic=automatic, now=now)
    queue_case_card(db, case.id, now=now)
    refresh_others(db, case, now=now)
    return standing


def _tell(
    db: Database,
    desk: Desk,
    case: Case,
    standing: tuple[Irrevocable, ...] = (),
    *,
    automatic: bool,
    now: datetime,
) -> None:
    """To its sponsor and whoever gets copies: withdrawn, or why not."""
    queue_mail(
        db,
        desk,
        "withdrawal",
        sponsor_of(case),
        key=f"{case.ref}:{case.version}:withdrawal:{case.status}",
        words=order_mails.withdrawal(case, desk.policy, standing),
        now=now,
        with_status_link=True,
        automatic=automatic,
        once=case.status is CaseStatus.WITHDRAWN,
    )


def note(
    db: Database,
    case: Case,
    what: str,
    *,
    now: datetime,
    by: str = "",
    other: str = "",
    standing: tuple[Irrevocable, ...] = (),
) -> None:
    """Below the card, for everybody, in the caller's transaction; see WithdrawalNote.

    In the channel too where its sponsor caused it: the card may be far up, and nobody's turn.
    """
    said = WithdrawalNote(
        ref=case.ref, what=what, content_hash=case.content_hash, by=by, other=other, standing=standing
    )
    key = f"withdrawal:{case.ref}:{next_number(db, 'withdrawal_note')}"
    thread_key = f"card:{case.ref}"
    queue_note(
        db, NoteName.WITHDRAWAL, key=key, values=asdict(said), now=now,
        thread_key=thread_key, case_id=case.id, aloud=not by,
    )  # fmt: skip
