"""Whoever wishes on the portal for an invitation to the Extranet: what goes to them, and to the desk."""

from datetime import datetime

from sqlite_utils import Database

from bot.domain.accounts import Account, AccountStatus
from bot.domain.events import EventTag
from bot.domain.registration_refusals import OwnAddress
from bot.services import partner_returns, recovery_mails, registration
from bot.services.desk import Desk
from bot.store import accounts, events, partners
from bot.store import partner_invitations as partner_invitation_store
from bot.store import registration as registration_store
from bot.store.database import transaction


def ask(db: Database, desk: Desk, *, email: str, name: str, company: str, lang: str, now: datetime) -> None:
    """Somebody wishes for an invitation: who has one, or an account, of either programme hears so by mail.

    Then `partner_returns.ask` looks at the wish.
    Nothing is returned, so that everybody is told the same. Raise OwnAddress.
    """
    if desk.is_reached_at(email):
        raise OwnAddress(found=email)
    desk.hasher.verify("", "")  # as everywhere where a stranger could tell by the time who has an account
    with transaction(db, locks=("partner_invitations",)):
        events.add(db, EventTag.INVITATION_ASKED, "account:none", actor="usher", at=now)
        for case_id in registration_store.list_invited(db, email):
            registration.mail_again(db, desk, case_id, now=now)
        if not partner_invitation_store.list_open(db, [email], now=now):
            there = [*_list_others(db, email), *_list_living(db, email)]
            recovery_mails.tell_there(db, desk, there, typed=True, now=now)
    partner_returns.ask(db, desk, email=email, name=name, company=company, lang=lang, now=now)


def _list_others(db: Database, email: str) -> list[Account]:
    """The accounts of an organisation's people, which stand in the way of no invitation."""
    found = accounts.list_by_email(db, email)
    return [one for one in found if not one.is_partner and one.status is not AccountStatus.DEACTIVATED]


def _list_living(db: Database, email: str) -> list[Account]:
    """The accounts of an address, where none of them is closed: nobody there needs another."""
    holders = partners.list_holders(db, [email]).get(email, [])
    found = [accounts.find(db, one.account_id) for one in holders if not one.closed]
    return [account for account in found if account] if len(found) == len(holders) else []
