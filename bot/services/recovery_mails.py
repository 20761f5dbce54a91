"""The mails of Account Recovery: a link to a new password, or why none goes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from bot.domain.accounts import Account, AccountStatus
from bot.domain.addressees import owner_of
from bot.domain.addresses import in_key
from bot.domain.outbox import Job, JobStatus
from bot.domain.recovery import Way
from bot.rendering import account_mails
from bot.services import held_notes, lifecycle, partner_returns, prolong_links
from bot.services.account_mails import mail_owner
from bot.services.accounts import mail_activation_again, with_companies
from bot.services.desk import Desk
from bot.services.queueing import issue_link, queue_mail
from bot.store import accounts, outbox


def send_link(
    db: Database,
    desk: Desk,
    account: Account,
    way: Way,
    *,
    purpose: str,
    until: datetime,
    by_mail: bool = False,
    now: datetime,
) -> None:
    """A link to a new password, in the caller's transaction; one that waits and ends sooner does not go."""
    for job in _list_waiting(db, account, way):
        held_notes.replace(db, job.id, since=(JobStatus.QUEUED, JobStatus.HELD), now=now)
    url = issue_link(db, desk, account.ref, purpose=purpose, path="password", until=until, now=now)
    mail_owner(
        db,
        desk,
        account,
        "recovery",
        words=lambda customer: account_mails.recovery(
            account, customer, desk.policy, way=way, until=until, by_mail=by_mail
        ),
        now=now,
        secrets={"recovery_url": url},
    )


def tell(db: Database, desk: Desk, account: Account, way: Way, *, now: datetime) -> bool:
    """Why no link goes to its address, once a day and in the caller's transaction; False where that waits."""
    if _list_waiting(db, account, way):
        return False
    several = _list_several(db, desk, account, way, now=now)
    expired = way is Way.SEVERAL and all(lifecycle.find_end(db, desk, one, now=now) for one in several)
    page = "sign-in" if way in (Way.ENDLESS, Way.THERE) else "prolong" if expired else ""
    mail_owner(
        db,
        desk,
        account,
        "recovery",
        words=lambda customer: account_mails.recovery(
            account,
            customer,
            desk.policy,
            way=way,
            several=with_companies(db, several),
            page_url=desk.page_url(page, lang=account.lang) if page else None,
        ),
        now=now,
        once=f"{way}:{in_key(account.email)}:{now:%Y-%m-%d}",
    )
    return True


def tell_there(
    db: Database, desk: Desk, there: Sequence[Account], *, typed: bool = False, now: datetime
) -> list[Account]:
    """Whoever wished for an invitation, and has accounts at that address, hears by mail how to get in.

    In the caller's transaction, and once a day. Whose clock has run out gets the way back, or a new
    invitation; returned are those of whom a person has to say who that is (`partner_returns.ask_which`).
    `typed`: they typed the address, and hold no link.
    """
    living = lifecycle.list_living(db, desk, there, now=now)
    active = [account for account in living if account.status is AccountStatus.ACTIVE]
    waiting = [account for account in living if account.status is AccountStatus.WAITING and not active]
    ended = [account for account in active if lifecycle.find_end(db, desk, account, now=now)]
    if first := next((account for account in active if account not in ended), None):
        tell(db, desk, first, Way.THERE, now=now)
    left = partner_returns.list_left(db, desk, there, now=now)
    for account in ended:
        if account not in left:
            prolong_links.mail_link(db, desk, account, now=now)
    if len(waiting) > 1:
        mail_user_ids(db, desk, waiting, now=now)
    elif waiting:
        mail_activation_again(db, desk, waiting[0], typed=typed, now=now)
    elif there and not active:
        tell(db, desk, there[-1], Way.CLOSED, now=now)
    return left


def mail_user_ids(db: Database, desk: Desk, found: Sequence[Account], *, now: datetime) -> None:
    """To an address of several accounts that are alike: how to name one of them; once a day.

    In the caller's transaction, and none while the one before has not gone.
    """
    first, address = found[0], in_key(found[0].email)
    expired = all(lifecycle.find_end(db, desk, one, now=now) for one in found)
    page = "password/forgotten" if first.status is AccountStatus.WAITING else "prolong" if expired else ""
    key = f"user_ids:{address}:{first.status}:{page}:"  # each wording has a day of its own
    if outbox.list_waiting(db, key, to=first.email):
        return
    queue_mail(
        db,
        desk,
        "user_ids",
        replace(owner_of(first), case_id=None),  # it names accounts of several cases
        key=f"{key}{now:%Y-%m-%d}",
        words=account_mails.user_ids(
            with_companies(db, found),
            desk.policy,
            sign_in_url=desk.page_url("sign-in", lang=first.lang),
            page_url=desk.page_url(page, lang=first.lang) if page else None,
        ),
        now=now,
    )


def list_same_address(db: Database, desk: Desk, email: str, *, now: datetime) -> list[Account]:
    """The accounts of an address: whoever reads its mails reads those of all of them."""
    return lifecycle.list_living(db, desk, accounts.list_by_email(db, email), now=now)


def _list_several(
    db: Database, desk: Desk, account: Account, way: Way, *, now: datetime
) -> Sequence[Account]:
    """Those of its address that are as it is: each may be the one that somebody wants back."""
    same = list_same_address(db, desk, account.email, now=now)
    alike = [one for one in same if one.status is account.status]
    return [one for one in alike if not one.is_partner] if way is Way.ENDLESS else alike


def _list_waiting(db: Database, account: Account, way: Way) -> list[Job]:
    """Such mails that have not gone, as while the mail server is away: one is enough when it is back."""
    waiting = outbox.list_waiting(db, f"{account.ref}:recovery:", to=account.email)
    return [job for job in waiting if job.values["words"]["way"] == way]
