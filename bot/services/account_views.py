"""The desk looks at one account and mends it: the way in again, a lock lifted, closed, opened again."""

from datetime import datetime

from sqlite_utils import Database

from bot.domain.account_views import (
    MAILS,
    AccountAct,
    AccountMail,
    AccountView,
    ActTooLate,
    NoSuchAccount,
    SeveralAccounts,
)
from bot.domain.accounts import Account, AccountStatus, Customer, Programme
from bot.domain.events import EventTag
from bot.domain.member_refusals import LastAdministrator
from bot.domain.members import is_last_administrator
from bot.domain.tries import Tried
from bot.services import applications, terms
from bot.services.accounts import deactivate, list_named, mail_activation, reopen
from bot.services.desk import Desk
from bot.services.recovery import send_reset
from bot.store import (
    accounts,
    bounces,
    credentials,
    email_changes,
    events,
    organisations,
    outbox,
    sessions,
    tries,
)
from bot.store.database import transaction


def find(db: Database, name: str) -> Account:
    """By a User ID or an address; raise NoSuchAccount or SeveralAccounts."""
    found = list_named(db, name)
    if not found:
        raise NoSuchAccount(name=name.strip()[:80])
    if len(found) > 1:
        raise SeveralAccounts(user_ids=", ".join(one.user_id for one in found))
    return found[0]


def look_up(db: Database, desk: Desk, name: str, *, by: str, now: datetime) -> AccountView:
    """Whoever looks stands in the trail. Raise as `find` does."""
    account = find(db, name)
    with transaction(db):
        events.add(db, EventTag.ACCOUNT_VIEWED, f"account:{account.id}", actor=by, at=now)
    return _view(db, desk, account, now=now)


def _view(db: Database, desk: Desk, account: Account, *, now: datetime) -> AccountView:
    customer, mine = organisations.get_customer(db, account), credentials.get(db, account.id)
    began = [one.at for one in events.list_about(db, [f"account:{account.id}"]) if one.tag in _WAYS_IN]
    waits, waits_for = _terms(db, desk, account, customer)
    return AccountView(
        account=account,
        customer=customer,
        now=now,
        tries=tries.find(db, account.id, Tried.PASSWORD),
        signed_in_at=max(began, default=None),
        sessions=sum(not one.is_over(now) for one in sessions.list_of_account(db, account.id).values()),
        phones=tuple(phone.masked for phone in mine.verified),
        key_entered=mine.registered_at is not None,
        waits_for=waits_for,
        waits=waits,
        mails=_mails(db, account),
        change=email_changes.find_of(db, account.id, now=now),
    )


_WAYS_IN = (EventTag.SESSION_BEGUN, EventTag.SESSION_RAISED)


def _terms(db: Database, desk: Desk, account: Account, customer: Customer) -> tuple[bool, tuple[str, ...]]:
    """Whether terms stand in the way of an application of theirs, and who may accept them."""
    if account.programme is not Programme.MAG:
        return False, ()
    found = [terms.get_standing(db, desk, account, name) for name in applications.names_of(desk, customer)]
    lacking = [one for one in found if not one.is_open]
    return bool(lacking), tuple(dict.fromkeys(name for one in lacking for name in one.waits_for))


def _mails(db: Database, account: Account) -> tuple[AccountMail, ...]:
    return tuple(
        AccountMail(
            template=job.template,
            at=job.sent_at or job.created_at,
            status=job.status,
            came_back=any(one.gave_up for one in bounces.list_of_job(db, job.id)),
        )
        for job in outbox.list_mails_from(db, f"{account.ref}:", limit=MAILS)
    )


def act(db: Database, desk: Desk, act: AccountAct, *, account_id: int, by: str, now: datetime) -> AccountView:
    """Do it and return how the account is then; raise ActTooLate where there is nothing of that to do.

    `by`: a member of staff, or `cli:anna`. Raise ResetOften and LastAdministrator.
    """
    with transaction(db, locks=(f"account:{account_id}",)):
        account = accounts.find(db, account_id)
        if account is None or act not in _view(db, desk, account, now=now).acts:
            raise ActTooLate(user_id=account.user_id if account else "")
        if tag := _ACTS[act](db, desk, account, by, now):
            events.add(db, tag, f"account:{account.id}", actor=by, at=now)
    changed = accounts.find(db, account_id)
    assert changed is not None  # noqa: S101 - nothing removes one
    return _view(db, desk, changed, now=now)


def _resend(db: Database, desk: Desk, account: Account, by: str, now: datetime) -> EventTag | None:
    if account.status is AccountStatus.ACTIVE:
        send_reset(db, desk, account, by=by, now=now)
        return None  # it records itself
    mail_activation(db, desk, account, now=now)
    return EventTag.ACTIVATION_MAILED


def _unlock(db: Database, desk: Desk, account: Account, by: str, now: datetime) -> EventTag:
    del desk, by, now
    tries.drop(db, account.id, Tried.PASSWORD)
    return EventTag.ACCOUNT_UNLOCKED


def _close(db: Database, desk: Desk, account: Account, by: str, now: datetime) -> EventTag:
    if account.organisation and is_last_administrator(
        account, accounts.list_of_organisation(db, account.organisation)
    ):
        raise LastAdministrator
    deactivate(db, desk, account, by=by, now=now)
    return EventTag.ACCOUNT_DEACTIVATED


def _reopen(db: Database, desk: Desk, account: Account, by: str, now: datetime) -> EventTag:
    del by
    reopen(db, desk, account, now=now)
    return EventTag.ACCOUNT_REOPENED


_ACTS = {
    AccountAct.RESEND: _resend,
    AccountAct.UNLOCK: _unlock,
    AccountAct.CLOSE: _close,
    AccountAct.REOPEN: _reopen,
}
