"""Whoever's account of the Extranet is closed comes back by a new invitation, filled with their old data."""

from collections.abc import Sequence
from datetime import datetime

from sqlite_utils import Database

from bot.domain.accounts import Account, AccountStatus
from bot.domain.lifecycle import LifeState
from bot.domain.partners import NewInvitation, find_user_id, may_be_same
from bot.services import lifecycle, partner_invitations, partner_requests
from bot.services.desk import Desk
from bot.store import accounts, partners
from bot.store import partner_invitations as partner_invitation_store
from bot.store.database import transaction

BY_THEMSELVES = partner_invitations.BY_ANYBODY  #: who has made one that somebody asked for


def ask(db: Database, desk: Desk, *, email: str, name: str, company: str, lang: str, now: datetime) -> None:
    """Somebody wishes for an invitation: whose account the clock has closed gets one, the desk sees the rest.

    Which of several people of an address is meant, a person decides. An open invitation is mailed again.
    Nothing is returned, so that everybody is told the same.
    """
    with transaction(db, locks=("partner_invitations",)):
        if there := partner_invitation_store.list_open(db, [email], now=now).get(email):
            for one in there:
                partner_invitations.mail_again(db, desk, one, now=now)
            return
        closed = _find_only(db, email)
        if closed is not None and may_return(db, desk, closed, now=now):
            invite(db, desk, closed, by=BY_THEMSELVES, now=now)
            return
    partner_requests.ask(db, desk, email=email, name=name, company=company, lang=lang, now=now)


def list_left(db: Database, desk: Desk, there: Sequence[Account], *, now: datetime) -> list[Account]:
    """Of several accounts that an address alone means, those which the clock has closed: see `ask_which`."""
    closed = [account for account in there if may_return(db, desk, account, now=now)]
    return closed if len(there) > 1 else []


def ask_which(db: Database, desk: Desk, left: Sequence[Account], *, now: datetime) -> None:
    """Let a person decide who of them comes back; nothing where there is none."""
    for account in left[:1]:
        ask(db, desk, email=account.email, name="", company="", lang=account.lang, now=now)


def _find_only(db: Database, email: str) -> Account | None:
    """The closed account of an address that no other person has an account at."""
    holders = partners.list_holders(db, [email]).get(email, [])
    if not all(may_be_same(one, holders[0]) for one in holders) or any(not one.closed for one in holders):
        return None
    return accounts.find(db, max((one.account_id for one in holders), default=0))


def may_return(db: Database, desk: Desk, account: Account, *, now: datetime) -> bool:
    """Whether its owner comes back without the desk: the clock has closed it, and no person has."""
    life = lifecycle.find_today(db, desk, account.id, now=now)
    closed = life is not None and life.state is LifeState.CLOSED
    return closed and account.status is AccountStatus.ACTIVE


def invite(db: Database, desk: Desk, account: Account, *, by: str, now: datetime) -> bool:
    """A new invitation to the owner of a closed account, in the caller's transaction, or an open one again.

    False where one was mailed a moment ago or often today, or they have another account.
    """
    partner, email = partners.find(db, account.id), account.email
    if not desk.policy.extranet.keeps_accounts or partner is None or find_newer(db, account):
        return False
    new = NewInvitation(
        email=email, first_name=account.first_name, last_name=account.last_name, lang=account.lang,
        role=partner.role,
    )  # fmt: skip
    for one in partner_invitation_store.list_open(db, [email], now=now).get(email, []):
        if one.closed_id == account.id or (one.last_name and may_be_same(one, new)):
            return partner_invitations.mail_again(db, desk, one, by=by, now=now)
    partner_invitations.open_one(db, desk, new, closed_id=account.id, by=by, now=now)
    return True


def find_newer(db: Database, account: Account) -> str:
    """The User ID of the account that its owner has instead, or ""."""
    followers = [
        accounts.find(db, number) for number in partner_invitation_store.list_followers(db, account.id)
    ]
    if came := next((one for one in followers if one and one.status is not AccountStatus.DEACTIVATED), None):
        return came.user_id
    holders = partners.list_holders(db, [account.email]).get(account.email, [])
    others = [one for one in holders if one.account_id != account.id]
    me = NewInvitation(
        email=account.email, first_name=account.first_name, last_name=account.last_name, lang="", role=""
    )
    return find_user_id(others, me)
