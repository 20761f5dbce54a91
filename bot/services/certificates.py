"""FIS MLOA hardware: certificates that the desk registers, and sessions that they make stronger."""

from datetime import datetime

from sqlite_utils import Database

from bot.domain.accounts import Account, fold_user_id
from bot.domain.credential_refusals import (
    AccountUnknown,
    CertificateOfNoUse,
    CertificateRefused,
    CertificateTaken,
)
from bot.domain.credentials import CredentialNotice
from bot.domain.events import EventTag
from bot.domain.note_names import NoteName
from bot.domain.sessions import Strength, Visitor
from bot.services import account_notes, credential_notices, sessions
from bot.services.desk import Desk
from bot.store import accounts, certificates, events
from bot.store.database import transaction
from bot.store.numbers import next_number


def register(db: Database, desk: Desk, *, user_id: str, subject: str, by: str, now: datetime) -> Account:
    """From now on a certificate of that subject is this account's; its owner and the desk are told.

    Raise AccountUnknown, CertificateTaken, and CertificateOfNoUse for a partner: there it is an app.
    """
    with transaction(db, locks=("certificates",)):
        account = _account(db, user_id)
        if account.is_partner:
            raise CertificateOfNoUse(user_id=account.user_id)
        subject = fold_subject(subject)
        owner = certificates.find_account(db, subject)
        if owner not in (None, account.id):
            other = accounts.find(db, owner or 0)
            raise CertificateTaken(user_id=other.user_id if other else "?")
        if owner is None:
            certificates.add(db, subject, account.id, by=by, now=now)
            _tell(db, desk, account, EventTag.CERTIFICATE_REGISTERED, by=by, now=now)
    return account


def drop(db: Database, desk: Desk, *, user_id: str, subject: str, by: str, now: datetime) -> bool:
    """It signs nobody in any more, and both are told; False where it was not this account's."""
    with transaction(db, locks=("certificates",)):
        account = _account(db, user_id)
        dropped = certificates.drop(db, fold_subject(subject), account.id)
        if dropped:
            _tell(db, desk, account, EventTag.CERTIFICATE_DROPPED, by=by, now=now)
    return dropped


def _tell(db: Database, desk: Desk, account: Account, tag: EventTag, *, by: str, now: datetime) -> None:
    """The trail, the desk and the owner hear of it together; a partner had no use of it, and gets no mail."""
    events.add(db, tag, f"account:{account.id}", actor=by, at=now)
    added = tag is EventTag.CERTIFICATE_REGISTERED
    values = {"added": added, "by": by}
    once = str(next_number(db, NoteName.CERTIFICATE_TOLD))
    account_notes.tell(db, NoteName.CERTIFICATE_TOLD, account, once=once, now=now, values=values)
    if not account.is_partner:
        why = CredentialNotice.CERTIFICATE_ADDED if added else CredentialNotice.CERTIFICATE_REMOVED
        credential_notices.tell(db, desk, account, None, why=why, now=now)


def has_any(db: Database, account: Account) -> bool:
    """Whether one is registered for it."""
    return certificates.has_any(db, account.id)


def tell_lacking(db: Database, account: Account, *, now: datetime) -> None:
    """The desk hears once, in the caller's transaction, whose certificate it is to register."""
    if account.has_hardware and not has_any(db, account):
        account_notes.tell(db, NoteName.CERTIFICATE, account, once="activated", now=now)


def list_lacking(db: Database) -> list[str]:
    """The User IDs of active accounts whose credential is a certificate that nobody has registered."""
    return certificates.list_lacking(db)


def take(db: Database, desk: Desk, visitor: Visitor, *, subject: str, now: datetime) -> str:
    """The token under which the session goes on; raise CertificateRefused unless it is this account's.

    `subject` is that of a certificate which the proxy has checked; "" for none.
    """
    about = f"account:{visitor.account.id}"
    with transaction(db, locks=(about,)):
        owner = certificates.find_account(db, fold_subject(subject))
        is_theirs = owner == visitor.account.id and not visitor.account.is_partner
        tag = EventTag.CERTIFICATE_TAKEN if is_theirs else EventTag.CERTIFICATE_FAILED
        events.add(db, tag, about, actor=about, at=now)
        token = (
            sessions.raise_strength(db, desk, visitor, to=Strength.MLOA_HARDWARE, now=now)
            if is_theirs
            else ""
        )
    if not token:
        raise CertificateRefused
    return token


def fold_subject(text: str) -> str:
    """As it is compared: the proxy's words, but for spaces at their ends and in a row."""
    return " ".join(text.split())


def _account(db: Database, user_id: str) -> Account:
    account = accounts.find_by_user_id(db, fold_user_id(user_id))
    if account is None or account.erased:
        raise AccountUnknown(user_id=user_id)
    return account
