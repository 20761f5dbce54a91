"""Mails that came as a robot's, a list's or our own, which nobody answers: what people have to see."""

from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.domain.answer_texts import read_answers
from bot.domain.cases import Case
from bot.domain.intake import Understood
from bot.domain.mail import Kind
from bot.domain.mail_kinds import answers_invitation, says_automatic, says_somebody_left
from bot.domain.parties import is_party
from bot.services import conversations, organisations, questions
from bot.services.desk import Desk
from bot.services.queueing import queue_case_card
from bot.store import ledger

_SHOWN_WITHIN = timedelta(days=1)
_MOST_SHOWN = 5  #: mails of one sender within that time; a robot may send any number


def note(db: Database, desk: Desk, understood: Understood, *, now: datetime) -> None:
    """Show staff a form, and a party's words in its thread, in the caller's transaction.

    Absences stay quiet: of what answers by itself only a form, answers under our numbers, words with the
    answer to an invitation, and that somebody works there no more are shown. Mail of our own addresses, which
    people use too, is of no thread.
    """
    if understood.found.kind is Kind.LOOP:
        _note_own(db, desk, understood, now=now)
        return
    kind, ref = understood.found.kind, understood.found.thread_ref or ""
    has_left = kind is Kind.AUTO_REPLY and says_somebody_left(understood.mail)
    if kind not in (Kind.AUTO_REPLY, Kind.LIST) or not (has_left or _is_worth_a_look(db, understood)):
        return
    case = organisations.find_of_thread(db, ref)
    if case is not None and (has_left or _is_partys(desk, understood, case)):
        counts, card = _is_partys(desk, understood, case), f"card:{case.ref}"
        questions.note_follow_up(
            db, understood, case.ref, card, now=now, case_id=case.id, aloud=True, robot=True, counts=counts
        )
        queue_case_card(db, case.id, now=now)  # it says that there are words
    elif _is_askers(db, understood, ref):
        key = conversations.card_key(ref)
        questions.note_follow_up(db, understood, ref, key, now=now, aloud=True, robot=True)
    elif understood.form.has_form:
        questions.note_set_aside(db, desk, understood, now=now)


def _note_own(db: Database, desk: Desk, understood: Understood, *, now: datetime) -> None:
    """A form or words, a few times: our own mail has another Message-ID where a server gives it a new one."""
    mail, came = understood.mail, understood.row.received_at
    if understood.form.has_form:
        shows = _is_worth_a_look(db, understood)
    elif says_automatic(mail) or not (mail.text or mail.attachments):
        shows = False
    else:
        sender, after = mail.sender.address, came - _SHOWN_WITHIN
        shows = ledger.count_of_kind(db, Kind.LOOP, sender, after=after, until=came) < _MOST_SHOWN
    if shows:
        questions.note_set_aside(db, desk, understood, now=now)


def _is_worth_a_look(db: Database, understood: Understood) -> bool:
    mail, came = understood.mail, understood.row.received_at
    if understood.form.has_form:
        known = ledger.count_forms(db, understood.form_of, after=came - _SHOWN_WITHIN, until=came)
        return known < _MOST_SHOWN
    if understood.found.kind is Kind.LIST:
        return bool(mail.text or mail.attachments)
    if answers_invitation(mail):
        return bool(mail.text)
    return bool(read_answers(mail.text, mail.quoted_text))


def _is_partys(desk: Desk, understood: Understood, case: Case) -> bool:
    return understood.verified and is_party(case, understood.mail.sender.address, desk.sponsors)


def _is_askers(db: Database, understood: Understood, ref: str) -> bool:
    conversation = conversations.find(db, ref)
    if conversation is None or not understood.verified:
        return False
    return conversation.address == understood.mail.sender.address
