"""Sessions of the portal: begun by a password, raised by a second factor, ended by time or by hand."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlite_utils import Database

from bot.domain.accounts import Account, AccountStatus
from bot.domain.errors import SignInNeeded
from bot.domain.events import EventTag
from bot.domain.sessions import SEEN_EVERY, Ending, Session, Strength, Visitor
from bot.services import lifecycle, passwords
from bot.services.desk import Desk
from bot.services.phone_resets import stop_by_factor
from bot.store import accounts, events, organisations, sessions
from bot.store.database import transaction
from bot.store.tokens import hash_of


@dataclass(frozen=True, kw_only=True)
class OpenSession:
    """One of the browsers in which somebody is signed in; its name ends it, and opens nothing."""

    name: str
    session: Session
    here: bool  #: it is the one that asks


def begin(db: Database, desk: Desk, account: Account, *, strength: Strength, now: datetime) -> str:
    """A fresh session in the caller's transaction; its token, which stands nowhere else."""
    token = desk.new_token()
    session = Session(account_id=account.id, strength=strength, made_at=now, seen_at=now)
    sessions.add(db, token, session)
    about = f"account:{account.id}"
    events.add(db, EventTag.SESSION_BEGUN, about, actor=about, at=now, strength=int(strength))
    return token


def get(db: Database, desk: Desk, token: str, *, now: datetime) -> Visitor:
    """Whose session that is; raise SignInNeeded for one that is over, or whose account may not be used."""
    session = sessions.find(db, token) if token else None
    account = accounts.find(db, session.account_id) if session else None
    if (
        session is None
        or account is None
        or session.is_over(now)
        or account.status is not AccountStatus.ACTIVE
        or lifecycle.find_end(db, desk, account, now=now)
    ):
        raise SignInNeeded
    if now - session.seen_at >= SEEN_EVERY:
        with transaction(db):
            sessions.touch(db, token, now=now)
    customer = organisations.get_customer(db, account)
    return Visitor(session=session, account=account, customer=customer, token=token)


def find_ending(db: Database, token: str, *, now: datetime) -> Ending:
    """Why a browser that shows that token is signed in no more."""
    session = sessions.find(db, token)
    return session.ending(now) if session else Ending.ELSEWHERE


def raise_strength(db: Database, desk: Desk, visitor: Visitor, *, to: Strength, now: datetime) -> str:
    """A factor was proven, in the caller's transaction: the session goes on under another token.

    No phone of theirs is lost, then: a request to remove them stops.

    Whoever knew the old one, from before the factor, has nothing of it. Raise SignInNeeded where it is over.
    """
    token = desk.new_token()
    session = sessions.find(db, visitor.token)
    if session is None or session.is_over(now) or not sessions.drop(db, visitor.token):
        raise SignInNeeded
    raised = replace(session, strength=max(session.strength, to), seen_at=now)
    sessions.add(db, token, raised)
    about = f"account:{session.account_id}"
    events.add(db, EventTag.SESSION_RAISED, about, actor=about, at=now, strength=int(to))
    stop_by_factor(db, desk, session.account_id, now=now)
    return token


def end(db: Database, token: str, *, now: datetime) -> None:
    """Signing out; a session that is over already is left alone."""
    with transaction(db):
        session = sessions.find(db, token)
        if session is not None and sessions.drop(db, token):
            about = f"account:{session.account_id}"
            events.add(db, EventTag.SESSION_ENDED, about, actor=about, at=now)


def list_open(db: Database, visitor: Visitor, *, now: datetime) -> list[OpenSession]:
    """Where that account is signed in: this browser first, then the newest."""
    here = hash_of(visitor.token)
    found = [
        OpenSession(name=name, session=session, here=name == here)
        for name, session in sessions.list_of_account(db, visitor.account.id).items()
        if not session.is_over(now)
    ]
    return sorted(found, key=lambda one: not one.here)


def end_others(
    db: Database, desk: Desk, visitor: Visitor, *, name: str, password: str, now: datetime
) -> None:
    """End one session of theirs by its name, or with "" all but this one; one that is over stays so.

    Whoever found a browser open shall not sign its owner out: raise PasswordWrong or TriesResting. Slow.
    """
    passwords.check_current(db, desk, visitor, password, now=now)
    account_id = visitor.account.id
    about = f"account:{account_id}"
    with transaction(db, locks=(about,)):
        ended = (
            int(sessions.drop_named(db, account_id, name))
            if name
            else sessions.drop_all(db, account_id, but=visitor.token)
        )
        if ended:
            events.add(db, EventTag.SESSION_ENDED, about, actor=about, at=now, count=ended)
