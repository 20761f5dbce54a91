"""Mail the owner of an account, in their own language."""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlite_utils import Database

from bot.domain.accounts import Account, Customer
from bot.domain.addressees import owner_of
from bot.domain.mail_refusals import MailWaits
from bot.rendering.case_facts import Values
from bot.services.desk import Desk
from bot.services.queueing import queue_mail
from bot.store import organisations, outbox
from bot.store.numbers import next_number


def mail_owner(
    db: Database,
    desk: Desk,
    account: Account,
    template: str,
    *,
    words: Callable[[Customer], Values],
    now: datetime,
    secrets: Mapping[str, str] | None = None,
    once: str = "",
) -> str:
    """Queue one in the caller's transaction, to the address on file; its key.

    Of several with the same `once` the account gets the first only: "" where it is not queued.
    """
    key = f"{account.ref}:{template}:{once or next_number(db, template)}"
    queued = queue_mail(
        db,
        desk,
        template,
        owner_of(account),
        key=key,
        words=words(organisations.get_customer(db, account)),
        now=now,
        secrets=dict(secrets or {}),
    )
    return key if queued else ""


def find_waiting(db: Database, account: Account, *templates: str) -> datetime | None:
    """Since when such a mail to its owner has not gone yet; None where all are through."""
    waiting = [
        job.created_at
        for one in templates
        for job in outbox.list_waiting(db, f"{account.ref}:{one}:", to=account.email)
    ]
    return min(waiting, default=None)


def check_gone(db: Database, account: Account, *templates: str) -> None:
    """Raise MailWaits where such a mail to its owner has not gone yet."""
    if since := find_waiting(db, account, *templates):
        raise MailWaits(since=since)
