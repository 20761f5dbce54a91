"""Tell by mail who is an administrator now, and whose account was ended or opened again."""

from datetime import datetime

from sqlite_utils import Database

from bot.domain.accounts import Account, AccountStatus
from bot.domain.members import MemberNotice
from bot.rendering import account_mails
from bot.services.account_mails import mail_owner
from bot.services.desk import Desk
from bot.store import accounts


def tell(
    db: Database,
    desk: Desk,
    account: Account,
    *,
    why: MemberNotice,
    now: datetime,
    about: Account | None = None,
) -> None:
    """To the owner of an account, in the caller's transaction; `about`: a colleague, where it is of one."""
    mail_owner(
        db,
        desk,
        account,
        "member_notice",
        words=lambda customer: account_mails.member_notice(
            account,
            customer,
            desk.policy,
            why=why,
            about=about or account,
            at=now,
            portal_url=desk.portal_url,
        ),
        now=now,
    )


def tell_administrators(
    db: Database,
    desk: Desk,
    joined: Account,
    *,
    by: str,
    now: datetime,
    why: MemberNotice = MemberNotice.JOINED,
) -> None:
    """To everybody else who looks after the organisation, but not to whoever did it (`by`: "account:7")."""
    for one in accounts.list_of_organisation(db, joined.organisation):
        active = one.is_administrator and one.status is AccountStatus.ACTIVE
        if active and one.id != joined.id and f"account:{one.id}" != by:
            tell(db, desk, one, why=why, about=joined, now=now)
