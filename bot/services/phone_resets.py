"""All phones or a partner's app lost, and no code: ask, agree with two eyes, let it cool, stop, carry out."""

from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.domain.accounts import Account, AccountStatus
from bot.domain.approvals import Approval
from bot.domain.errors import LinkUnknown, Refusal
from bot.domain.events import EventTag
from bot.domain.member_refusals import AdministratorsOnly, MemberUnknown
from bot.domain.phone_reset_refusals import (
    AgreedBefore,
    AgreeingNeedsOtp,
    NoPhoneToLose,
    NotIndependent,
    OwnReset,
    PhoneResetsRest,
    ResetOpen,
    ResetSettled,
    ResetUnknown,
)
from bot.domain.phone_resets import ASKED_WITHIN, MOST_ASKED, PhoneReset, ResetState, actor
from bot.domain.sessions import Strength, Visitor
from bot.domain.tries import Tried
from bot.services import lifecycle, phone_reset_notices
from bot.services.desk import Desk
from bot.services.phone_reset_eyes import find_eyes
from bot.store import (
    accounts,
    authenticators,
    credentials,
    events,
    links,
    phone_resets,
    recovery_codes,
    sessions,
    tries,
)
from bot.store.database import transaction

_TAGS = {
    ResetState.DONE: EventTag.PHONE_RESET_DONE,
    ResetState.REFUSED: EventTag.PHONE_RESET_REFUSED,
    ResetState.STOPPED: EventTag.PHONE_RESET_STOPPED,
    ResetState.LAPSED: EventTag.PHONE_RESET_LAPSED,
}


def find_open(db: Database, visitor: Visitor) -> PhoneReset | None:
    """What somebody has asked for, and is not over."""
    return phone_resets.find_open(db, visitor.account.id)


def ask(db: Database, desk: Desk, visitor: Visitor, *, now: datetime) -> PhoneReset:
    """Say that all phones, or a partner's app, are lost; whoever may agree hears of it, as does the owner.

    Raise NoPhoneToLose, ResetOpen or PhoneResetsRest.
    """
    account = visitor.account
    with transaction(db, locks=(f"account:{account.id}",)):
        there = visitor.lacks_factor if account.is_partner else credentials.get(db, account.id).verified
        if not there:
            raise NoPhoneToLose
        if phone_resets.find_open(db, account.id):
            raise ResetOpen
        if phone_resets.count_since(db, account.id, since=now - ASKED_WITHIN) >= MOST_ASKED:
            raise PhoneResetsRest(most=MOST_ASKED)
        reset = phone_resets.add(db, account.id, now=now)
        if reset is None:
            raise ResetOpen
        _record(db, EventTag.PHONE_RESET_ASKED, reset, by=actor(account), now=now)
        phone_reset_notices.tell_owner(db, desk, account, reset, now=now)
        _call(db, desk, account, reset, now=now)
        return reset


def _call(db: Database, desk: Desk, account: Account, reset: PhoneReset, *, now: datetime) -> None:
    """Ask whoever is the next eye: administrators, or the desk where none is left."""
    eyes = find_eyes(db, account, reset)
    phone_reset_notices.call_administrators(db, desk, account, reset, eyes, now=now)
    if not eyes:
        phone_reset_notices.call_desk(db, reset, now=now)


def look(db: Database, by: Visitor, account_id: int) -> tuple[PhoneReset, Refusal | None] | None:
    """What is open about one of their people, and what keeps an administrator from agreeing to it."""
    reset = phone_resets.find_open(db, account_id)
    if reset is None:
        return None
    try:
        _check_eye(db, by, account_id=account_id, reset_id=reset.id)
    except Refusal as refusal:
        return reset, refusal
    return reset, None


def agree(
    db: Database, desk: Desk, *, account_id: int, reset_id: int, by: Visitor, now: datetime
) -> PhoneReset:
    """An administrator's yes: the first eye's, or the second's. Raise what keeps them from it."""
    with transaction(db, locks=(f"account:{account_id}",)):
        reset, account = _check_eye(db, by, account_id=account_id, reset_id=reset_id)
        me = actor(by.account)
        return give(db, desk, account, reset, Approval(by=me, right_of=me, at=now))


def give(db: Database, desk: Desk, account: Account, seen: PhoneReset, yes: Approval) -> PhoneReset:
    """One more yes, in the caller's transaction, who has checked the right; raise ResetSettled."""
    now = yes.at
    due_at = now + timedelta(hours=desk.policy.reset_hours(account.programme))
    reset = phone_resets.agree(db, seen, yes, due_at=due_at)
    if reset is None:
        raise ResetSettled(state=seen.state)
    tag, eye = EventTag.PHONE_RESET_AGREED, len(reset.given)
    _record(db, tag, reset, by=yes.by, now=now, eye=eye, right_of=yes.right_of)
    phone_reset_notices.refresh_card(db, reset, now=now)
    if reset.state is ResetState.COOLING:
        phone_reset_notices.tell_owner(db, desk, account, reset, now=now)
    else:
        _call(db, desk, account, reset, now=now)
    return reset


def refuse(
    db: Database, desk: Desk, *, account_id: int, reset_id: int, by: Visitor, now: datetime
) -> PhoneReset:
    """An administrator's no, also in the cooling time and to what they agreed to before."""
    with transaction(db, locks=(f"account:{account_id}",)):
        reset, account = _find(db, by, account_id=account_id, reset_id=reset_id)
        return finish(db, desk, account, reset, ResetState.REFUSED, by=actor(by.account), now=now)


def finish(
    db: Database,
    desk: Desk,
    account: Account,
    seen: PhoneReset,
    to: ResetState,
    *,
    by: str,
    now: datetime,
) -> PhoneReset:
    """It ends, in the caller's transaction, and its owner hears how; raise ResetSettled."""
    reset = phone_resets.end(db, seen, to, by=by, now=now) if seen.is_open else None
    if reset is None:
        raise ResetSettled(state=seen.state)
    _record(db, _TAGS[to], reset, by=by, now=now)
    phone_reset_notices.tell_owner(db, desk, account, reset, now=now)
    phone_reset_notices.refresh_card(db, reset, now=now)
    return reset


def get_stoppable(db: Database, token: str, *, now: datetime) -> tuple[PhoneReset, Account]:
    """What the holder of a link may stop, or what became of it; raise LinkUnknown or LinkExpired."""
    subject = links.get_subject(db, token, purpose=phone_reset_notices.STOP, now=now)
    reset = phone_resets.find(db, int(subject.removeprefix("R-")))
    account = accounts.find(db, reset.account_id) if reset else None
    if reset is None or account is None:
        raise LinkUnknown
    return reset, account


def stop(db: Database, desk: Desk, token: str, *, now: datetime) -> PhoneReset:
    """Its owner says no by the link of any channel; raise ResetSettled where it is too late."""
    with transaction(db):
        reset, account = get_stoppable(db, token, now=now)
        return finish(db, desk, account, reset, ResetState.STOPPED, by=actor(account), now=now)


def stop_by_factor(db: Database, desk: Desk, account_id: int, *, now: datetime) -> None:
    """A factor was proven, in the caller's transaction: nothing is lost, and what is open stops."""
    reset, account = phone_resets.find_open(db, account_id), accounts.find(db, account_id)
    if reset is not None and account is not None:
        finish(db, desk, account, reset, ResetState.STOPPED, by=actor(account), now=now)


def carry_out(db: Database, desk: Desk, *, now: datetime) -> None:
    """The clock's look: remove the phones that are due, call the desk and remind it, end what lapses."""
    for reset in phone_resets.list_open(db):
        account = accounts.find(db, reset.account_id)
        if account is None:
            raise LookupError(f"phone reset {reset.id} has no account")  # a foreign key keeps it
        if not lifecycle.is_open(db, account):
            _move_on(db, desk, account, reset, ResetState.LAPSED, now=now)
        elif reset.is_due(phone_reset_notices.find_notice(db, account, reset), now=now):
            _move_on(db, desk, account, reset, ResetState.DONE, now=now)
        elif now >= reset.lapses_at:
            _move_on(db, desk, account, reset, ResetState.LAPSED, now=now)
        elif reset.is_undecided and not find_eyes(db, account, reset):
            with transaction(db):
                if not phone_reset_notices.call_desk(db, reset, now=now):
                    phone_reset_notices.remind_desk(db, desk, reset, now=now)


def _move_on(
    db: Database, desk: Desk, account: Account, seen: PhoneReset, to: ResetState, *, now: datetime
) -> None:
    """Where it was stopped or decided in this moment, that stands."""
    with transaction(db, locks=(f"account:{account.id}",)):
        reset = phone_resets.find(db, seen.id)
        if reset != seen:
            return
        finish(db, desk, account, seen, to, by="usher", now=now)
        if to is ResetState.DONE:
            _remove_factor(db, account)


def _remove_factor(db: Database, account: Account) -> None:
    """With whatever was signed in by it; a credential stays, and takes new phones."""
    if account.is_partner:
        authenticators.drop(db, actor(account))
    for phone in credentials.get(db, account.id).phones:
        credentials.drop_phone(db, phone.id)
    recovery_codes.drop_all(db, account.id)
    tries.drop(db, account.id, Tried.PHONE_CODE)
    sessions.drop_all(db, account.id)


def _find(db: Database, by: Visitor, *, account_id: int, reset_id: int) -> tuple[PhoneReset, Account]:
    """An open one of their own organisation, and never their own; who they are is looked up anew."""
    me, account = accounts.find(db, by.account.id), accounts.find(db, account_id)
    if me is None or not me.is_administrator or me.status is not AccountStatus.ACTIVE:
        raise AdministratorsOnly
    if account is None or account.organisation != me.organisation:
        raise MemberUnknown
    if account.email == me.email:  # their own, or that of another account of theirs
        raise OwnReset
    reset = phone_resets.find(db, reset_id)
    if reset is None or reset.account_id != account.id:
        raise ResetUnknown
    if not reset.is_open:
        raise ResetSettled(state=reset.state)
    return reset, account


def _check_eye(db: Database, by: Visitor, *, account_id: int, reset_id: int) -> tuple[PhoneReset, Account]:
    """The same, where they may agree to it; raise what keeps them."""
    reset, account = _find(db, by, account_id=account_id, reset_id=reset_id)
    if not reset.is_undecided:
        raise ResetSettled(state=reset.state)
    if by.account.id not in {one.id for one in find_eyes(db, account, reset)}:
        raise AgreedBefore if actor(by.account) in {one.by for one in reset.given} else NotIndependent
    if by.session.strength < Strength.PHONE_OTP:
        raise AgreeingNeedsOtp
    return reset, account


def _record(
    db: Database, tag: EventTag, reset: PhoneReset, *, by: str, now: datetime, **more: str | int
) -> None:
    events.add(db, tag, f"account:{reset.account_id}", actor=by, at=now, reset=reset.id, **more)
