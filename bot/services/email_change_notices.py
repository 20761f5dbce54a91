"""Changes of address that the desk asked for: their card for a colleague, and word to who asked for them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.accounts import Account
from bot.domain.cooling import CoolingNotice, Told
from bot.domain.email_change_refusals import ChangeUnknown
from bot.domain.email_changes import OPEN, ChangeCard, ChangeState, EmailChange, End, is_unactivated
from bot.domain.note_names import NoteName
from bot.domain.outbox import Job
from bot.services import cooling, lifecycle
from bot.services.queueing import queue_note, refresh_note
from bot.store import accounts, email_changes, organisations

MAIL = "email_change"  #: the template of the mail with the link
_AGAIN = ":stood_in"  #: ends the key of the one that says who stands in


def get_card(db: Database, change_id: int, *, now: datetime) -> ChangeCard:
    """Raise ChangeUnknown; of what its owner asks for the desk sees nothing."""
    change = email_changes.look_up(db, change_id)
    account = accounts.find(db, change.account_id) if change else None
    if change is None or account is None or not change.asked_by:
        raise ChangeUnknown
    state = change.state_at(now)
    if state in OPEN and not may_change(db, account):
        state = ChangeState.OVERTAKEN
    return ChangeCard(
        change=change,
        state=state,
        account=account,
        company=organisations.get_customer(db, account).name,
        notice=find_notice(db, account, change),
    )


def may_change(db: Database, account: Account) -> bool:
    """Whether its address can be changed: somebody has it, or is to activate it."""
    return is_unactivated(account) or lifecycle.is_open(db, account)


def call_desk(db: Database, change: EmailChange, *, now: datetime) -> None:
    """Its card, in the caller's transaction; and what is to be said where nothing comes of it in time."""
    key = _key(change)
    queue_note(db, NoteName.EMAIL_CHANGE, key=key, values={"change_id": change.id}, now=now, stream=key)
    call_late(db, change, now=now)


def call_late(db: Database, change: EmailChange, *, now: datetime) -> None:
    """What is to be said at its end, anew where that has moved."""
    key, later, about = _key(change), f"later:{_key(change)}", {"change_id": change.id}
    end = change.until.isoformat()
    queue_note(
        db, NoteName.EMAIL_CHANGE, key=f"{key}:late:{end}", values=about, now=now,
        stream=later, instead_of=key, not_before=change.until,
    )  # fmt: skip
    queue_note(
        db, NoteName.EMAIL_CHANGE_TOLD, key=f"{key}:told:late:{end}", values=about | {"late": end}, now=now,
        stream=later, thread_key=key, not_before=change.until,
    )  # fmt: skip


def mail_key(account: Account, change: EmailChange, end: End) -> str:
    """Of the mail with the link; the old end gets another where somebody stands in for it."""
    again = _AGAIN if change.agreed_by and end is End.OLD else ""
    return f"{account.ref}:{MAIL}:{change.id}:{end}{again}"


def link_of(key: str) -> str:
    """What the link in the mail of that key is about."""
    _, _, number, end, *_ = key.split(":")
    return f"E-{number}:{end}"


def still_asks(db: Database, words: Mapping[str, Any]) -> bool:
    """Whether the change that a queued mail asks about is neither over nor made."""
    change = email_changes.look_up(db, _number_in(words["key"]))
    return change is not None and change.ended_at is None and change.changed_at is None


def _number_in(key: str) -> int:
    return int(key.split(":")[2])


def list_unreached(db: Database, account: Account, change: EmailChange) -> tuple[End, ...]:
    """The ends that have not said yes, and to which a mail could not be delivered: that is known."""
    notices = {end: cooling.find_notice(db, mail_key(account, change, end)) for end in End}
    return tuple(
        end
        for end, found in notices.items()
        if end not in change.confirmed and found and found.told.in_vain and found.told is not Told.UNSURE
    )


def find_notice(db: Database, account: Account, change: EmailChange) -> CoolingNotice | None:
    """How far the mail about who stands in is; None where nobody does."""
    return cooling.find_notice(db, mail_key(account, change, End.OLD)) if change.agreed_by else None


def follow_mail(db: Database, job: Job, *, now: datetime) -> None:
    """Let the card say how far that mail is, in the caller's transaction; of any other nothing happens."""
    if job.template != MAIL or not job.key.endswith(_AGAIN):
        return
    change = email_changes.look_up(db, _number_in(job.key))
    if change is not None:
        refresh_card(db, change, now=now)


def refresh_card(db: Database, change: EmailChange, *, now: datetime) -> None:
    """Let the card say what is true now, where there is one."""
    refresh_note(db, NoteName.EMAIL_CHANGE, key=_key(change), values={"change_id": change.id}, now=now)


def end(db: Database, account_id: int, *, now: datetime, by: str = "") -> None:
    """What is asked for of an account is over, in the caller's transaction; `by`: who said no.

    A colleague who asked for it hears what became of it.
    """
    change = email_changes.find_of(db, account_id, now=now)
    email_changes.drop(db, account_id, by=by, now=now)
    if change is not None and change.asked_by:
        key = _key(change)
        refresh_card(db, change, now=now)
        queue_note(
            db,
            NoteName.EMAIL_CHANGE_TOLD,
            key=f"{key}:told",
            values={"change_id": change.id},
            now=now,
            thread_key=key,
        )


def find_told(db: Database, values: Mapping[str, Any], *, now: datetime) -> dict[str, Any] | None:
    """What its asker is told; None where it was to be told that it lapsed, and has not."""
    card = get_card(db, values["change_id"], now=now)
    lapsed = card.change.ended_at is None and card.change.until.isoformat() == values.get("late")
    return {"card": card} if lapsed or "late" not in values else None


def _key(change: EmailChange) -> str:
    return f"card:{change.ref}"
