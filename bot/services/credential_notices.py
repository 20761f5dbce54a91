"""Tell the owner of an account by mail what happened to its phones and codes."""

from datetime import datetime

from sqlite_utils import Database

from bot.domain.accounts import Account, Customer
from bot.domain.credentials import CredentialNotice, Phone
from bot.rendering import account_mails
from bot.rendering.case_facts import Values
from bot.services.account_mails import mail_owner
from bot.services.desk import Desk


def tell(
    db: Database,
    desk: Desk,
    account: Account,
    phone: Phone | None,
    *,
    why: CredentialNotice,
    now: datetime,
    until: datetime | None = None,
) -> str:
    """To the address on file, in the caller's transaction; the number goes out masked. The mail's key."""

    def words(customer: Customer) -> Values:
        return account_mails.credential_notice(
            account,
            customer,
            desk.policy,
            why=why,
            phone=phone.masked if phone else "",
            at=now,
            until=until,
            sign_in_url=desk.page_url("sign-in", lang=account.lang),
        )

    template = "partner_notice" if account.is_partner else "credential_notice"
    return mail_owner(db, desk, account, template, words=words, now=now)
