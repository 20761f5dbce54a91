"""Make an account's recovery codes, and take one in the place of a phone: each once."""

from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.domain.credential_refusals import ChangeNeedsOtp, RecoveryCodeRefused
from bot.domain.credentials import CredentialNotice
from bot.domain.events import EventTag
from bot.domain.recovery_codes import MADE, PURPOSE, fold_code, make_code
from bot.domain.sessions import Strength, Visitor
from bot.domain.tries import Tried
from bot.services import credential_notices, passwords, sessions
from bot.services.credentials import check_may_change
from bot.services.desk import Desk
from bot.services.queueing import queue_notice
from bot.store import credentials, events, recovery_codes, tries
from bot.store import sessions as session_store
from bot.store.database import transaction

TEXT_LASTS = timedelta(days=1)  #: for which the text about a used code is still news


def count_left(db: Database, visitor: Visitor) -> int:
    return recovery_codes.count_left(db, visitor.account.id)


def make(db: Database, desk: Desk, visitor: Visitor, *, now: datetime) -> tuple[str, ...]:
    """A new set, which is nowhere but in what is returned; the old one is void, and its owner is told.

    Raise NoCredential or ChangeNeedsOtp: whoever has only the password makes none.
    """
    codes = tuple(make_code(desk.new_token()) for _ in range(MADE))
    account = visitor.account
    with transaction(db, locks=(f"account:{account.id}",)):
        _check_may_make(db, visitor)
        recovery_codes.put_all(db, account.id, [desk.keyring.sign(PURPOSE, one) for one in codes], now=now)
        _record(db, EventTag.RECOVERY_CODES_MADE, visitor, now)
        credential_notices.tell(db, desk, account, None, why=CredentialNotice.CODES_MADE, now=now)
    return codes


def _check_may_make(db: Database, visitor: Visitor) -> None:
    """A partner has a second factor from the start, anybody else once a phone is verified."""
    has_factor = visitor.account.is_partner or bool(check_may_change(db, visitor).verified)
    there = session_store.find(db, visitor.token)
    if not has_factor or there is None or there.strength < Strength.PHONE_OTP:
        raise ChangeNeedsOtp


def take(db: Database, desk: Desk, visitor: Visitor, *, code: str, now: datetime) -> str:
    """Take a code once: the session counts as signed in by phone, under the token that is returned.

    The try is counted before the code is looked at. Raise RecoveryCodeRefused, TriesResting, or
    SignInNeeded where the session is over.
    """
    account, folded = visitor.account, fold_code(code)
    if not folded:
        raise RecoveryCodeRefused
    passwords.take_try(db, account.id, Tried.RECOVERY_CODE, now=now)
    with transaction(db, locks=(f"account:{account.id}",)):
        marks = desk.keyring.list_signatures(PURPOSE, folded)
        used = recovery_codes.use(db, account.id, marks, now=now)
        if used:
            tries.drop(db, account.id, Tried.RECOVERY_CODE)
            _record(db, EventTag.RECOVERY_CODE_USED, visitor, now)
            _tell_used(db, desk, visitor, now)
            return sessions.raise_strength(db, desk, visitor, to=Strength.PHONE_OTP, now=now)
        _record(db, EventTag.RECOVERY_CODE_FAILED, visitor, now)
        if until := tries.find(db, account.id, Tried.RECOVERY_CODE).locked_until:
            why = CredentialNotice.CODES_LOCKED
            credential_notices.tell(db, desk, account, None, why=why, now=now, until=until)
    raise RecoveryCodeRefused


def _tell_used(db: Database, desk: Desk, visitor: Visitor, now: datetime) -> None:
    """By mail, and by text to every phone: whoever found one of them in a drawer should know."""
    account = visitor.account
    key = credential_notices.tell(db, desk, account, None, why=CredentialNotice.CODE_USED, now=now)
    for phone in credentials.get(db, account.id).verified:
        queue_notice(
            db,
            desk,
            "recovery_code_used",
            key=f"{key}:{phone.id}",
            to=phone.number,
            lang=account.lang,
            until=now + TEXT_LASTS,
            now=now,
        )


def _record(db: Database, tag: EventTag, visitor: Visitor, now: datetime) -> None:
    about = f"account:{visitor.account.id}"
    events.add(db, tag, about, actor=about, at=now)
