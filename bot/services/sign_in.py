"""Sign in by User ID or e-mail address and password: the same work and the same words, whoever it was."""

from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.domain.accounts import Account, AccountStatus, Customer
from bot.domain.events import EventTag
from bot.domain.lifecycle import LifeState
from bot.domain.lifecycle_refusals import LifeClosed
from bot.domain.password_refusals import AccountDeactivated
from bot.domain.passwords import normal
from bot.domain.programmes import Programme
from bot.domain.prolongation_refusals import AccountExpired
from bot.domain.sessions import Strength
from bot.domain.tries import Limit, Tried
from bot.rendering import account_mails
from bot.rendering.case_facts import Values
from bot.services import lifecycle, prolong_links, recovery_mails, sessions
from bot.services.account_mails import mail_owner
from bot.services.accounts import list_named, mail_activation_again
from bot.services.desk import Desk
from bot.store import accounts, events, passwords, tries
from bot.store.database import transaction

NOBODY = 0  #: the account of whoever has none: wrong tries of theirs cost the same write


def limit_of(desk: Desk, programme: Programme) -> Limit:
    own = desk.policy.of(programme)
    return Limit(most=own.sign_in_tries, lasts=timedelta(minutes=own.sign_in_lock_minutes))


def sign_in(db: Database, desk: Desk, *, name: str, password: str, now: datetime) -> str:
    """The token of a fresh session; "" where they do not fit, and nobody is told why.

    Argon2 is asked once and something is written once, whether or not there is such an account. So the
    password of an address with several accounts is not tried at all: its owner gets the User IDs by mail.
    Only who knows the password of an account that is over hears so: raise AccountExpired, with a link on its
    way to the address on file, LifeClosed, with a new invitation, or AccountDeactivated.
    """
    found = _list_meant(db, desk, name, now=now)
    account = found[0] if len(found) == 1 else None
    hashed = accounts.find_password(db, account.id) if account else ""
    secret = normal(password)
    fits = desk.hasher.verify(hashed, secret)
    renewed = desk.hasher.hash(secret) if fits and desk.hasher.is_outdated(hashed) else ""
    with transaction(db, locks=(f"account:{account.id if account else NOBODY}",)):
        if account is None:
            _count_wrong(db, desk, None, now)
            if found:
                recovery_mails.mail_user_ids(db, desk, found, now=now)
            else:
                _mail_waiting(db, desk, name, now)
            return ""
        if not fits or not _may_sign_in(db, account, hashed, now):
            _count_wrong(db, desk, account, now)
            return ""
        if renewed:
            passwords.rehash(db, account.id, renewed, since=hashed)
        tries.drop(db, account.id, Tried.PASSWORD)
        end = lifecycle.find_end(db, desk, account, now=now)
        if account.status is AccountStatus.ACTIVE and end is None:
            return sessions.begin(db, desk, account, strength=Strength.PASSWORD, now=now)
        prolong_links.mail_link(db, desk, account, now=now)
    if account.status is AccountStatus.DEACTIVATED:
        raise AccountDeactivated(programme=account.programme)
    raise LifeClosed if end is LifeState.CLOSED else AccountExpired


def _list_meant(db: Database, desk: Desk, name: str, *, now: datetime) -> list[Account]:
    """Those who may be meant: one by a User ID, one or several by an address.

    Those that were deactivated only where there is no other: they only hear what is so.
    """
    named = list_named(db, name)
    if all(account.status is AccountStatus.DEACTIVATED for account in named):
        return named
    active = [account for account in named if account.status is AccountStatus.ACTIVE]
    return lifecycle.list_living(db, desk, active, now=now)


def _may_sign_in(db: Database, account: Account, hashed: str, now: datetime) -> bool:
    """Looked at anew, for checking a password takes its time: who else tried meanwhile has counted."""
    still = accounts.find(db, account.id)
    return (
        still is not None
        and still.status is account.status
        and accounts.find_password(db, account.id) == hashed
        and not tries.find(db, account.id, Tried.PASSWORD).is_locked(now)
    )


def _count_wrong(db: Database, desk: Desk, account: Account | None, now: datetime) -> None:
    """A lock that stands is neither counted nor made longer: or a stranger could keep an owner out."""
    number = account.id if account else NOBODY
    limit = limit_of(desk, account.programme if account else Programme.MAG)
    before = tries.find(db, number, Tried.PASSWORD)
    after = before if before.is_locked(now) else before.after_wrong(limit, now)
    tries.put(db, number, Tried.PASSWORD, after, now=now)
    if account is None or before.is_locked(now):
        return
    about = f"account:{account.id}"
    events.add(db, EventTag.SIGN_IN_FAILED, about, actor="usher", at=now, wrong=after.wrong)
    if after.locked_until:
        events.add(db, EventTag.SIGN_IN_LOCKED, about, actor="usher", at=now)
    if after.locked_until and account.status is AccountStatus.ACTIVE:
        _mail_locked(db, desk, account, after.locked_until, now)


def _mail_locked(db: Database, desk: Desk, account: Account, until: datetime, now: datetime) -> None:
    def words(customer: Customer) -> Values:
        return account_mails.account_locked(
            account,
            customer,
            desk.policy,
            tries=desk.policy.of(account.programme).sign_in_tries,
            until=until,
            sign_in_url=desk.page_url("sign-in", lang=account.lang),
        )

    mail_owner(db, desk, account, "account_locked", words=words, now=now)


def _mail_waiting(db: Database, desk: Desk, name: str, now: datetime) -> None:
    """Whoever has not activated their account hears how, once a day; the page says nothing of it."""
    waiting = [account for account in list_named(db, name) if account.status is AccountStatus.WAITING]
    if len(waiting) > 1:
        recovery_mails.mail_user_ids(db, desk, waiting, now=now)
    elif waiting:
        mail_activation_again(db, desk, waiting[0], typed=True, now=now)
