"""Whoever's account of the Extranet is closed comes back by a new invitation, filled with their old data."""

from datetime import datetime

from sqlite_utils import Database

from bot.domain.accounts import Account, AccountStatus
from bot.domain.lifecycle import LifeState
from bot.domain.partners import NewInvitation
from bot.services import partner_invitations, partner_requests
from bot.services.desk import Desk
from bot.store import accounts, lifecycle, partners
from bot.store import partner_invitations as invitations
from bot.store.database import transaction

BY_THEMSELVES = "usher"  #: who has made an invitation that somebody asked for without the desk


def ask(db: Database, desk: Desk, *, email: str, name: str, company: str, lang: str, now: datetime) -> None:
    """Somebody wishes for an invitation: whose account the clock has closed gets one, the desk sees the rest.

    Nothing is returned and nothing raised, so that everybody is told the same.
    """
    with transaction(db, locks=("partner_invitations",)):
        closed = accounts.find(db, partners.list_closed(db, [email]).get(email, 0))
        if closed is not None and may_return(db, closed):
            invite(db, desk, closed, by=BY_THEMSELVES, now=now)
            return
    partner_requests.ask(db, desk, email=email, name=name, company=company, lang=lang, now=now)


def may_return(db: Database, account: Account) -> bool:
    """Whether its owner comes back without the desk: the clock has closed it, and no person has."""
    found = lifecycle.find(db, account.id)
    closed = found is not None and found.life.state is LifeState.CLOSED
    return closed and account.status is AccountStatus.ACTIVE


def invite(db: Database, desk: Desk, account: Account, *, by: str, now: datetime) -> bool:
    """A new invitation to the owner of a closed account, in the caller's transaction, or an open one again.

    False where one was mailed a moment ago or often today, or they have another account.
    """
    if there := invitations.find_open(db, account.email, now=now):
        return partner_invitations.mail_again(db, desk, there, now=now)
    partner, email = partners.find(db, account.id), account.email
    if not desk.policy.extranet.keeps_accounts or partner is None or partners.list_user_ids(db, [email]):
        return False
    new = NewInvitation(email=email, lang=account.lang, role=partner.role)
    partner_invitations.open_one(db, desk, new, by=by, now=now)
    return True
