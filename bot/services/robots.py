"""Mails that came as a robot's or a list's, which nobody answers: what people have to see all the same."""

from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.domain.answer_texts import read_answers
from bot.domain.cases import Case, case_id
from bot.domain.intake import Understood
from bot.domain.mail import Kind
from bot.domain.parties import is_party
from bot.services import conversations, organisations, questions
from bot.services.desk import Desk
from bot.store import cases, ledger

_SHOWN_WITHIN = timedelta(days=1)
_MOST_SHOWN = 5  #: forms of one sender within that time; a robot may send any number


def note(db: Database, desk: Desk, understood: Understood, *, now: datetime) -> None:
    """Show staff a form, and a party's words in its thread, in the caller's transaction.

    Absences stay quiet: of what answers by itself only a form or answers under our numbers are shown.
    """
    if understood.found.kind not in (Kind.AUTO_REPLY, Kind.LIST) or not _is_worth_a_look(db, understood):
        return
    ref = understood.found.thread_ref or ""
    case = _find_case(db, desk, understood, ref)
    if case is not None:
        thread_key = f"card:{case.ref}"
        questions.note_follow_up(
            db, understood, case.ref, thread_key, now=now, case_id=case.id, aloud=True, robot=True
        )
    elif _is_askers(db, understood, ref):
        key = conversations.card_key(ref)
        questions.note_follow_up(db, understood, ref, key, now=now, aloud=True, robot=True)
    elif understood.form.has_form:
        questions.note_set_aside(db, understood, now=now)


def _is_worth_a_look(db: Database, understood: Understood) -> bool:
    mail, came = understood.mail, understood.row.received_at
    if understood.form.has_form:
        known = ledger.count_forms(db, understood.form_of, after=came - _SHOWN_WITHIN, until=came)
        return known < _MOST_SHOWN
    if understood.found.kind is Kind.LIST:
        return bool(mail.text or mail.attachments)
    return bool(read_answers(mail.text, mail.quoted_text))


def _find_case(db: Database, desk: Desk, understood: Understood, ref: str) -> Case | None:
    """In whose thread a verified party wrote."""
    number = case_id(ref)
    case = cases.find(db, number) if number is not None else None
    if case is None or not understood.verified:
        return None
    case = organisations.find_heir(db, case)
    return case if is_party(case, understood.mail.sender.address, desk.sponsors) else None


def _is_askers(db: Database, understood: Understood, ref: str) -> bool:
    conversation = conversations.find(db, ref)
    if conversation is None or not understood.verified:
        return False
    return conversation.address == understood.mail.sender.address
