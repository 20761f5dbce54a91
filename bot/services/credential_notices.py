"""Tell the owner of an account by mail what happened to its phones and codes."""

from datetime import datetime

from sqlite_utils import Database

from bot.domain.accounts import Account
from bot.domain.credentials import Notice, Phone
from bot.rendering import account_mails
from bot.services.desk import Desk
from bot.services.queueing import queue_mail
from bot.store import organisations
from bot.store.numbers import next_number


def tell(
    db: Database,
    desk: Desk,
    account: Account,
    phone: Phone | None,
    *,
    why: Notice,
    now: datetime,
    until: datetime | None = None,
) -> str:
    """To the address on file, in the caller's transaction; the number goes out masked. The mail's key."""
    words = account_mails.credential_notice(
        account,
        desk.policy,
        company=organisations.get_customer(db, account.organisation).name,
        why=why,
        phone=phone.masked if phone else "",
        at=now,
        until=until,
        sign_in_url=f"{desk.portal_url.rstrip('/')}/sign-in",
    )
    key = f"{account.ref}:notice:{next_number(db, 'credential_notice')}"
    queue_mail(
        db,
        desk,
        "credential_notice",
        key=key,
        to=account.email,
        lang=account.lang,
        ref=f"C-{account.case_id}",
        words=words,
        now=now,
    )
    return key
