"""A partner's authenticator app: its code raises a session, and another app takes its place."""

from datetime import datetime

from sqlite_utils import Database

from bot.domain.accounts import Account
from bot.domain.credentials import CredentialNotice
from bot.domain.errors import CodesLocked, NotEnrolled, SignInNeeded
from bot.domain.events import EventTag
from bot.domain.partner_refusals import AppCodeWrong, AppGone
from bot.domain.password_refusals import TriesResting
from bot.domain.phone_resets import ResetState
from bot.domain.sessions import Strength, Visitor
from bot.domain.step_up import Authenticator, Enrolment, read_code
from bot.services import authenticators, credential_notices, passwords, sessions
from bot.services.authenticators import SECRET
from bot.services.desk import Desk
from bot.services.partner_activation import lacks_first_app, person_of
from bot.store import authenticators as authenticator_store
from bot.store import events, phone_resets
from bot.store import sessions as session_store
from bot.store.database import transaction

_LONG = 32  #: base32 signs, of 160 bits (RFC 4226, 4)
_OFFER = "new authenticator"  #: the purpose of what a session's offered secret is made with


def take(db: Database, desk: Desk, visitor: Visitor, *, code: str, now: datetime) -> str:
    """Take a code once: the session has both factors, under the token that is returned.

    Looking at it and counting it is one transaction. Raise CodeMissing, WrongCode, CodeUsed, TriesResting,
    AppGone, or SignInNeeded where the session is over.
    """
    account = visitor.account

    def tell(until: datetime) -> None:
        _tell(db, desk, account, CredentialNotice.CODES_LOCKED, now, until=until)

    token = ""
    with transaction(db, locks=(f"authenticator:{account.id}",)):
        refusal = authenticators.take(db, desk, person_of(account), code, on_locked=tell, now=now)
        if refusal is None:
            token = sessions.raise_strength(db, desk, visitor, to=Strength.PHONE_OTP, now=now)
    if isinstance(refusal, CodesLocked):
        raise TriesResting(**refusal.values)
    if isinstance(refusal, NotEnrolled):
        raise AppGone
    if refusal is not None:
        raise refusal
    return token


def offer(desk: Desk, visitor: Visitor) -> Enrolment:
    """What another app needs: the same secret for as long as this session lasts, and kept nowhere."""
    halves = (desk.keyring.sign(_OFFER, f"{half} {visitor.token}") for half in (1, 2))
    secret = "".join(halves)[:_LONG].upper()
    issuer, name = desk.policy.extranet.name, visitor.account.user_id
    return Enrolment(secret=secret, uri=desk.codes.make_uri(secret, name=name, issuer=issuer))


def replace(db: Database, desk: Desk, visitor: Visitor, *, code: str, current: str, now: datetime) -> str:
    """Set up the offered app in the place of the one before; every other session ends, and its owner is told.

    The password is asked again: slow. The session goes on under the token that is returned, so that its page
    shows that secret no more, and none is ever set up twice. Raise PasswordWrong, TriesResting, AppCodeWrong
    or SignInNeeded.
    """
    step = _find_step(desk, visitor, code, now=now)
    passwords.check_current(db, desk, visitor, current, now=now)
    with transaction(db, locks=(f"authenticator:{visitor.account.id}",)):
        there = session_store.find(db, visitor.token)
        if there is None or there.strength < Strength.PHONE_OTP:
            raise SignInNeeded
        return _set_up(db, desk, visitor, step, now=now)


def may_start_anew(db: Database, account: Account) -> bool:
    """Whether their app was lost and removed, or none was ever set up: the password leads to one, once.

    Of an imported account no password is known before a link to the mailbox has set the first.
    """
    if lacks_first_app(db, account):
        return True
    asked = phone_resets.list_of_account(db, account.id)
    removed = bool(asked) and asked[-1].state is ResetState.DONE
    return removed and authenticator_store.find(db, person_of(account)) is None


def start_anew(db: Database, desk: Desk, visitor: Visitor, *, code: str, now: datetime) -> str:
    """Set up the offered app as the first, or in the place of one that was removed; a whole session's token.

    Raise AppCodeWrong, or SignInNeeded where there is one, or somebody was faster.
    """
    step = _find_step(desk, visitor, code, now=now)
    with transaction(db, locks=(f"authenticator:{visitor.account.id}",)):
        if not may_start_anew(db, visitor.account):
            raise SignInNeeded
        return _set_up(db, desk, visitor, step, now=now)


def _find_step(desk: Desk, visitor: Visitor, code: str, *, now: datetime) -> int:
    """The step of what the offered app shows; raise AppCodeWrong."""
    digits = read_code(code)
    step = desk.codes.find_step(offer(desk, visitor).secret, digits, at=now) if digits else None
    if step is None:
        raise AppCodeWrong
    return step


def _set_up(db: Database, desk: Desk, visitor: Visitor, step: int, *, now: datetime) -> str:
    """The offered app counts, in the caller's transaction."""
    account, about = visitor.account, person_of(visitor.account)
    sealed = desk.keyring.seal(SECRET, offer(desk, visitor).secret)
    device = Authenticator(
        person=about, sealed=sealed, address="", made_at=now, confirmed_at=now, last_step=step
    )
    authenticator_store.put(db, device)
    token = sessions.raise_strength(db, desk, visitor, to=Strength.PHONE_OTP, now=now)
    session_store.drop_all(db, account.id, but=token)
    events.add(db, EventTag.AUTHENTICATOR_CONFIRMED, about, actor=about, at=now)
    _tell(db, desk, account, CredentialNotice.APP_CHANGED, now)
    return token


def _tell(
    db: Database,
    desk: Desk,
    account: Account,
    why: CredentialNotice,
    now: datetime,
    *,
    until: datetime | None = None,
) -> None:
    credential_notices.tell(db, desk, account, None, why=why, now=now, until=until)
