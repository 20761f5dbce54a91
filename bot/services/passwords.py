"""Passwords of accounts: check one, find what is wrong with a new one, set it, change it when signed in."""

from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.domain.accounts import Account
from bot.domain.events import EventTag
from bot.domain.password_refusals import (
    PasswordMeanwhile,
    PasswordTooSoon,
    PasswordWrong,
    TriesResting,
)
from bot.domain.passwords import HowSet, Owner, PasswordFault, find_faults, may_change_at, normal
from bot.domain.programmes import Programme
from bot.domain.recovery import LINK, RESET
from bot.domain.sessions import Visitor
from bot.domain.tries import Limit, Tried
from bot.rendering import account_mails
from bot.services import email_change_notices
from bot.services.account_mails import mail_owner
from bot.services.desk import Desk
from bot.store import accounts, events, links, partner_invitations, passwords, sessions, tries
from bot.store.database import transaction

#: of the secrets that are asked here; after so many wrong ones in a row none is taken for that long
LIMITS = {
    Tried.PASSWORD_AGAIN: Limit(most=5, lasts=timedelta(minutes=15)),
    Tried.ANSWER: Limit(most=5, lasts=timedelta(hours=1)),
    Tried.RECOVERY_CODE: Limit(most=5, lasts=timedelta(hours=1)),
}

MOMENT = timedelta(minutes=1)  #: within which a form that is sent again is held to be a second click


def check_password(db: Database, desk: Desk, account_id: int | None, password: str) -> bool:
    """Whether that is the account's password; None is nobody's, and costs as much: one argon2 call.

    Slow, so never inside a transaction. It counts no tries, and asks for no status.
    """
    hashed = accounts.find_password(db, account_id) if account_id is not None else ""
    if len(password) > max(desk.policy.of(one).password.max_length for one in Programme):
        hashed, password = "", ""  # none of ours is as long
    return desk.hasher.verify(hashed, normal(password))


def owner_of(account: Account) -> Owner:
    return Owner(user_id=account.user_id, first_name=account.first_name, last_name=account.last_name)


def find_plain_faults(desk: Desk, account: Account, password: str) -> tuple[PasswordFault, ...]:
    """Every rule that it breaks by itself, at once: their history is not looked at."""
    return find_faults(password, owner_of(account), desk.policy.password_rules(account.programme))


def find_all_faults(db: Database, desk: Desk, account: Account, password: str) -> tuple[PasswordFault, ...]:
    """Every rule that a new password breaks; its owner's history is looked at when no other is.

    Whoever came back by a new invitation brings along the history of the account before. Slow, one argon2
    call for each password they had: never inside a transaction.
    """
    if faults := find_plain_faults(desk, account, password):
        return faults
    history = desk.policy.password_rules(account.programme).history
    had = passwords.list_hashes(db, partner_invitations.list_places(db, account.id), limit=history)
    used = any(desk.hasher.verify(hashed, normal(password)) for hashed in had)
    return (PasswordFault.USED,) if used else ()


def make_hash(desk: Desk, password: str) -> str:
    """As it is kept; slow: never inside a transaction."""
    return desk.hasher.hash(normal(password))


def put(
    db: Database, desk: Desk, account: Account, hashed: str, *, since: str, how: HowSet, now: datetime
) -> bool:
    """Set a password in the caller's transaction; False where the present hash is not `since`."""
    keep = desk.policy.password_rules(account.programme).history
    return passwords.swap(db, account.id, hashed, since=since, how=how, keep=keep, now=now)


def get_wait(db: Database, desk: Desk, account: Account) -> datetime | None:
    """From when on its owner may change it; None where nothing has to be waited for."""
    last = passwords.find_last(db, account.id)
    set_at, how = last or (None, None)
    return may_change_at(set_at, how, desk.policy.password_rules(account.programme))


def take_try(db: Database, account_id: int, what: Tried, *, now: datetime) -> None:
    """Count a try as wrong before it is looked at, so that many at once are no more than one by one.

    A transaction of its own. Raise TriesResting after too many.
    """
    with transaction(db, locks=(f"account:{account_id}",)):
        before = tries.find(db, account_id, what)
        if before.locked_until is not None and before.is_locked(now):
            raise TriesResting(until=before.locked_until)
        after = before.after_wrong(LIMITS[what], now)
        tries.put(db, account_id, what, after, now=now)
        if after.locked_until is not None:
            about = f"account:{account_id}"
            events.add(db, EventTag.TRIES_RESTED, about, actor=about, at=now, what=what)


def check_current(db: Database, desk: Desk, visitor: Visitor, password: str, *, now: datetime) -> None:
    """Ask who is signed in for their password again; raise PasswordWrong or TriesResting. Slow."""
    _check_own(db, desk, visitor.account.id, password, now=now)


def _check_own(db: Database, desk: Desk, account_id: int, password: str, *, now: datetime) -> None:
    take_try(db, account_id, Tried.PASSWORD_AGAIN, now=now)
    if not check_password(db, desk, account_id, password):
        raise PasswordWrong
    with transaction(db, locks=(f"account:{account_id}",)):
        tries.drop(db, account_id, Tried.PASSWORD_AGAIN)


def change(
    db: Database, desk: Desk, visitor: Visitor, *, current: str, new: str, now: datetime
) -> tuple[PasswordFault, ...]:
    """Set a new password, end the account's other sessions and tell its owner; or return what is wrong.

    Of two clicks the second is answered as the first. Raise PasswordTooSoon, PasswordWrong, TriesResting, or
    PasswordMeanwhile.
    """
    try:
        return _change(db, desk, visitor, current=current, new=new, now=now)
    except (PasswordTooSoon, PasswordWrong, PasswordMeanwhile):
        if was_just_set(db, desk, visitor.account.id, new, how=HowSet.CHANGE, now=now):
            return ()
        raise


def was_just_set(db: Database, desk: Desk, account_id: int, new: str, *, how: HowSet, now: datetime) -> bool:
    """Whether it was set to that one, in that way, a moment ago; it counts as a try, as any other. Slow."""
    set_at, last = passwords.find_last(db, account_id) or (None, None)
    if set_at is None or last is not how or now - set_at > MOMENT:
        return False
    try:
        _check_own(db, desk, account_id, new, now=now)
    except (PasswordWrong, TriesResting):
        return False
    return True


def _change(
    db: Database, desk: Desk, visitor: Visitor, *, current: str, new: str, now: datetime
) -> tuple[PasswordFault, ...]:
    account = visitor.account
    wait = get_wait(db, desk, account)
    if wait is not None and now < wait:
        raise PasswordTooSoon(until=wait)
    since = accounts.find_password(db, account.id)
    check_current(db, desk, visitor, current, now=now)
    if faults := find_all_faults(db, desk, account, new):
        return faults
    hashed = make_hash(desk, new)
    with transaction(db, locks=(f"account:{account.id}",)):
        if not put(db, desk, account, hashed, since=since, how=HowSet.CHANGE, now=now):
            raise PasswordMeanwhile
        sessions.drop_all(db, account.id, but=visitor.token)
        end_open_ways(db, account, now=now)
        about = f"account:{account.id}"
        events.add(db, EventTag.PASSWORD_CHANGED, about, actor=about, at=now)
        say_changed(db, desk, account, now=now)
    return ()


def end_open_ways(db: Database, account: Account, *, now: datetime) -> None:
    """In the caller's transaction: what was mailed to an earlier address, or asked for under an earlier
    password, lets nobody in any more, nor moves the account to another address.
    """  # noqa: D205 - one sentence
    for purpose in (LINK, RESET):
        links.end(db, purpose=purpose, subject=account.ref, now=now)
    email_change_notices.end(db, account.id, now=now)


def say_changed(db: Database, desk: Desk, account: Account, *, now: datetime, reset: bool = False) -> None:
    """Tell its owner, in the caller's transaction: they would not know of a change by somebody else."""
    mail_owner(
        db,
        desk,
        account,
        "password_changed",
        words=lambda of: account_mails.password_changed(account, of, desk.policy, at=now, reset=reset),
        now=now,
    )
