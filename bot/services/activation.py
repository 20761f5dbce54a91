"""Activate an account: a password is chosen, questions are answered, and only then does it all count."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.domain.accounts import Account, AccountStatus, Customer, account_id
from bot.domain.errors import LinkUnknown
from bot.domain.events import EventTag
from bot.domain.password_refusals import DraftGone
from bot.domain.passwords import HowSet, PasswordFault
from bot.domain.programmes import Programme
from bot.domain.security_questions import Given, find_faults
from bot.domain.sessions import Strength
from bot.rendering import account_mails
from bot.services import (
    certificates,
    email_change_notices,
    passwords,
    recovery_mails,
    seat_holders,
    security_questions,
    sessions,
)
from bot.services.account_mails import mail_owner
from bot.services.accounts import ACTIVATION
from bot.services.authenticators import SECRET
from bot.services.desk import Desk
from bot.services.security_questions import Faults
from bot.store import accounts, events, links, organisations
from bot.store import passwords as password_store
from bot.store import security_questions as security_question_store
from bot.store.database import transaction
from bot.store.passwords import Chosen

DRAFT_LASTS = timedelta(hours=24)  #: from the password to the answers


@dataclass(frozen=True, kw_only=True)
class Activation:
    """What the holder of a link sees."""

    account: Account
    customer: Customer


def get(db: Database, token: str, *, now: datetime) -> Activation:
    """Raise LinkUnknown or LinkExpired; an account that is active needs no link any more."""
    number = account_id(links.get_subject(db, token, purpose=ACTIVATION, now=now))
    account = accounts.find(db, number) if number else None
    if account is None or account.status is not AccountStatus.WAITING:
        raise LinkUnknown
    return Activation(account=account, customer=organisations.get_customer(db, account))


def was_for(db: Database, token: str, account: Account) -> bool:
    """Whether that account was activated by the link, or can be."""
    return links.find_subject(db, token, purpose=ACTIVATION) == account.ref


def choose_password(
    db: Database, desk: Desk, token: str, password: str, *, now: datetime
) -> tuple[str, tuple[PasswordFault, ...]]:
    """Keep the hash until the rest is done; the draft's token, or "" and what is wrong with it.

    The rest are security questions, or a partner's authenticator, whose secret is the draft's own.
    Each choice is a draft of its own: another tab, or whoever else has read the mail, changes none.
    Raise LinkUnknown or LinkExpired.
    """
    account = get(db, token, now=now).account
    if faults := passwords.find_all_faults(db, desk, account, password):
        return "", faults
    hashed, draft = passwords.make_hash(desk, password), desk.new_token()
    sealed = desk.keyring.seal(SECRET, desk.codes.new_secret()) if account.is_partner else ""
    with transaction(db, locks=(f"account:{account.id}",)):
        get(db, token, now=now)
        password_store.drop_old_drafts(db, before=now - DRAFT_LASTS)
        password_store.add_draft(db, draft, account.id, hashed, sealed=sealed, now=now)
    return draft, ()


def get_with_draft(
    db: Database, token: str, draft: str, *, of: Programme = Programme.MAG, now: datetime
) -> tuple[Activation, Chosen]:
    """The same with the chosen password; raise DraftGone, LinkUnknown or LinkExpired.

    The two programmes go on in different ways, and neither way is open to the other's accounts.
    """
    found = get(db, token, now=now)
    if found.account.programme is not of:
        raise LinkUnknown
    chosen = password_store.find_draft(db, draft, found.account.id, since=now - DRAFT_LASTS)
    if chosen is None:
        raise DraftGone
    return found, chosen


def complete(
    db: Database, desk: Desk, token: str, draft: str, given: Sequence[Given], *, now: datetime
) -> tuple[str, Faults]:
    """Activate it; the token of its owner's first session, or "" and what is wrong with each answer.

    Raise DraftGone, LinkUnknown or LinkExpired.
    """
    account = get_with_draft(db, token, draft, now=now)[0].account
    if any(faults := find_faults(given)):
        return "", faults
    answers = security_questions.make_hashes(desk, given)
    with transaction(db, locks=(f"account:{account.id}",)):
        _, chosen = get_with_draft(db, token, draft, now=now)
        accounts.move(db, account.id, since=AccountStatus.WAITING, to=AccountStatus.ACTIVE, now=now)
        passwords.put(db, desk, account, chosen.hash, since="", how=HowSet.ACTIVATION, now=now)
        security_question_store.put(db, account.id, answers, now=now)
        links.end(db, purpose=ACTIVATION, subject=account.ref, now=now)
        password_store.drop_drafts(db, account.id)
        email_change_notices.end(db, account.id, now=now)  # its address is read
        about = f"account:{account.id}"
        events.add(db, EventTag.ACCOUNT_ACTIVATED, about, actor=about, at=now)
        _say_activated(db, desk, account, now=now)
        certificates.tell_lacking(db, account, now=now)
        return sessions.begin(db, desk, account, strength=Strength.PASSWORD, now=now), ()


def _say_activated(db: Database, desk: Desk, account: Account, *, now: datetime) -> None:
    mail_owner(
        db,
        desk,
        account,
        "activated",
        words=lambda customer: account_mails.activated(
            account, customer, desk.policy, at=now, has_seat=seat_holders.find(db, account) is not None
        ),
        now=now,
    )


def renew(db: Database, desk: Desk, token: str, *, now: datetime) -> None:
    """For whoever holds a link, old or not: mail a new one to the address on file, if it is still needed.

    Where the account is active, or somebody has deactivated it, the mail says that.
    Nothing is returned and nothing raised, so that everybody is told the same.
    """
    with transaction(db):
        ref = links.find_subject(db, token, purpose=ACTIVATION)
        number = account_id(ref) if ref else None
        account = accounts.find(db, number) if number else None
        if account is not None and not account.erased:
            recovery_mails.tell_there(db, desk, [account], now=now)
