"""A partner's account becomes active: with a password, and an authenticator app that has shown a code."""

from datetime import datetime

from sqlite_utils import Database

from bot.domain.accounts import Account, AccountStatus, Origin
from bot.domain.events import EventTag
from bot.domain.passwords import HowSet
from bot.domain.programmes import Programme
from bot.domain.sessions import Strength
from bot.domain.step_up import Authenticator, Enrolment, read_code
from bot.services import lifecycle, passwords, sessions
from bot.services.accounts import ACTIVATION
from bot.services.activation import get_with_draft
from bot.services.authenticators import open_secret, subject_of
from bot.services.desk import Desk
from bot.store import accounts, authenticators, events, links
from bot.store import passwords as password_store
from bot.store.database import transaction


def person_of(account: Account) -> str:
    """Under what an authenticator is an account's."""
    return f"account:{account.id}"


def lacks_first_app(db: Database, account: Account) -> bool:
    """Whether it was imported, and no authenticator was ever set up here: nothing is lost."""
    about = person_of(account)
    return (
        account.origin is Origin.IMPORTED
        and authenticators.find(db, about) is None
        and not events.list_tagged(db, (about,), (EventTag.AUTHENTICATOR_CONFIRMED,))
    )


def get_enrolment(db: Database, desk: Desk, token: str, draft: str, *, now: datetime) -> Enrolment:
    """What the page shows, the same each time; raise DraftGone, LinkUnknown or LinkExpired."""
    found, chosen = get_with_draft(db, token, draft, of=Programme.EXTRANET, now=now)
    secret = open_secret(desk, chosen.sealed)
    issuer, name = desk.policy.extranet.name, found.account.user_id
    return Enrolment(secret=secret, uri=desk.codes.make_uri(secret, name=name, issuer=issuer))


def complete(db: Database, desk: Desk, token: str, draft: str, code: str, *, now: datetime) -> str:
    """Take the first code, and activate; the token of their first session, or "" for a wrong code.

    Wrong ones are not limited: whoever has the link has the secret. Raise DraftGone, LinkUnknown or
    LinkExpired.
    """
    with transaction(db):
        found, chosen = get_with_draft(db, token, draft, of=Programme.EXTRANET, now=now)
        account, digits = found.account, read_code(code)
        step = desk.codes.find_step(open_secret(desk, chosen.sealed), digits, at=now) if digits else None
        if step is None:
            person = person_of(account)
            events.add(db, EventTag.CODE_FAILED, subject_of(person), actor=person, at=now, why="first")
            return ""
        device = Authenticator(
            person=person_of(account), sealed=chosen.sealed, address="", made_at=now, confirmed_at=now,
            last_step=step,
        )  # fmt: skip
        activate(db, desk, account, chosen.hash, device, now=now)
        return sessions.begin(db, desk, account, strength=Strength.PHONE_OTP, now=now)


def activate(
    db: Database, desk: Desk, account: Account, hashed: str, device: Authenticator, *, now: datetime
) -> None:
    """In the caller's transaction: it is theirs from now on, the link is spent, and its clock begins."""
    about = f"account:{account.id}"
    accounts.move(db, account.id, since=AccountStatus.WAITING, to=AccountStatus.ACTIVE, now=now)
    passwords.put(db, desk, account, hashed, since="", how=HowSet.ACTIVATION, now=now)
    authenticators.put(db, device)
    links.end(db, purpose=ACTIVATION, subject=account.ref, now=now)
    password_store.drop_drafts(db, account.id)
    events.add(db, EventTag.ACCOUNT_ACTIVATED, about, actor=about, at=now)
    events.add(db, EventTag.AUTHENTICATOR_CONFIRMED, about, actor=about, at=now)
    lifecycle.begin(db, desk, account, by=about, now=now)
