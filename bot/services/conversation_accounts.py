"""The accounts of an asker's address as they stand, a line each: what may be why they write."""

from datetime import datetime

from sqlite_utils import Database

from bot.domain.account_views import AccountView
from bot.domain.cases import case_ref
from bot.domain.conversations import AccountLine
from bot.services import account_views
from bot.services.desk import Desk
from bot.store import accounts, passwords

MOST = 5  #: accounts of one address


def list_lines(db: Database, desk: Desk, address: str, *, now: datetime) -> tuple[AccountLine, ...]:
    """None of an address that is on file nowhere."""
    found = accounts.list_by_email(db, address.lower()) if address else []
    views = (account_views.get(db, desk, one.id, now=now) for one in found[:MOST])
    return tuple(_line(db, view) for view in views)


def _line(db: Database, view: AccountView) -> AccountLine:
    account, last = view.account, passwords.find_last(db, view.account.id)
    return AccountLine(
        user_id=account.user_id,
        ref=case_ref(account.organisation) if account.organisation else "",
        status=account.status,
        since=account.activated_at or account.made_at,
        locked_until=view.tries.locked_until if view.is_locked else None,
        waits_for_terms=view.waits,
        lacks_key=not account.is_partner and not view.key_entered,
        password_at=last[0] if last else None,
        bounced=next((mail.template for mail in view.mails if mail.came_back), ""),
        life=view.life.life.state if view.life else None,
        is_over=view.life is not None and view.life.is_over,
        ends_on=view.life.life.ends_on if view.life else None,
    )
