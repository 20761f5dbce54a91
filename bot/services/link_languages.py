"""In which language a link speaks: in that of the mail that brought it."""

from collections.abc import Callable
from datetime import datetime

from sqlite_utils import Database

from bot.store import (
    accounts,
    cases,
    conversations,
    email_changes,
    links,
    member_invitations,
    partner_invitations,
    phone_resets,
)


def find_language(db: Database, token: str, *, now: datetime) -> str:
    """The language of the person or case that a link is about; "" where none is known.

    A link that is over speaks as one that never was: its page shall tell nobody which of them it is.
    """
    kind, _, number = links.find_living(db, token, now=now).partition("-")
    number = number.partition(":")[0]  # "E-7:old" names an end of a change
    return _LOOK[kind](db, int(number), now) if kind in _LOOK and number.isdecimal() else ""


def _of_account(db: Database, account_id: int, _: datetime) -> str:
    account = accounts.find(db, account_id)
    return account.lang if account else ""


def _of_case(db: Database, case_id: int, _: datetime) -> str:
    case = cases.find(db, case_id)
    return case.lang if case else ""


def _of_change(db: Database, change_id: int, now: datetime) -> str:
    change = email_changes.find(db, change_id, now=now)
    return _of_account(db, change.account_id, now) if change else ""


def _of_invitation(db: Database, invitation_id: int, now: datetime) -> str:
    found = member_invitations.find_open(db, invitation_id, now=now)
    return found[0].lang if found else ""


def _of_partner(db: Database, invitation_id: int, _: datetime) -> str:
    found = partner_invitations.find(db, invitation_id)
    return found.lang if found else ""


def _of_question(db: Database, conversation_id: int, _: datetime) -> str:
    question = conversations.find(db, conversation_id)
    return question.lang if question else ""


def _of_reset(db: Database, reset_id: int, now: datetime) -> str:
    reset = phone_resets.find(db, reset_id)
    return _of_account(db, reset.account_id, now) if reset else ""


#: by the letter with which a link's subject begins
_LOOK: dict[str, Callable[[Database, int, datetime], str]] = {
    "A": _of_account,
    "C": _of_case,
    "E": _of_change,
    "I": _of_invitation,
    "P": _of_partner,
    "Q": _of_question,
    "R": _of_reset,
}
