"""Register the phone OTP: enter the License Key once, then add, verify and change phones."""

from datetime import datetime

from sqlite_utils import Database

from bot.domain.credential_refusals import (
    ChangeNeedsOtp,
    HasCredential,
    LastPhone,
    LicenseKeyRefused,
    LicenseKeysRest,
    NoCredential,
    PhoneNotValid,
    PhonesFull,
    PhoneThere,
    PhoneUnknown,
)
from bot.domain.credentials import KEY_LIMIT, MOST_PHONES, CredentialNotice, Credentials, Phone
from bot.domain.errors import Refusal
from bot.domain.events import EventTag
from bot.domain.license_keys import KeyState, LicenseKey, fold_key, list_marks
from bot.domain.phones import e164, takes_texts
from bot.domain.sessions import Visitor
from bot.domain.tries import Tried
from bot.services import credential_notices, license_keys, seat_holders
from bot.services.desk import Desk
from bot.store import credentials, events, seats, tries
from bot.store import license_keys as license_key_store
from bot.store.database import transaction

__all__ = ["MOST_PHONES"]

#: a number that was theirs may be somebody else's after that
_PHONES_GONE = (EventTag.PHONE_REMOVED, EventTag.PHONE_RESET_DONE, EventTag.RECOVERY_CODE_USED)
LONGEST_KEY = 200  #: characters that somebody may have typed


def get(db: Database, visitor: Visitor) -> Credentials:
    return credentials.get(db, visitor.account.id)


def list_free(db: Database, visitor: Visitor) -> list[str]:
    """Numbers of their form that are not registered; none once a phone was removed or lost.

    One click would send a code there, and others may have that phone by now.
    """
    if events.list_tagged(db, (f"account:{visitor.account.id}",), _PHONES_GONE):
        return []
    known = {phone.number for phone in get(db, visitor).phones}
    return [number for number in visitor.account.phones if number not in known]


def enter_key(db: Database, desk: Desk, visitor: Visitor, *, text: str, now: datetime) -> None:
    """Use their License Key, once; raise one refusal for whatever else was typed, in anybody's name."""
    with transaction(db, locks=(_lock(visitor),)):
        refusal = _enter(db, desk, visitor, text, now)
    if refusal is not None:
        raise refusal


def _enter(db: Database, desk: Desk, visitor: Visitor, text: str, now: datetime) -> Refusal | None:
    """The refusal is returned, not raised: what it counts has to be committed."""
    account = visitor.account
    if credentials.get(db, account.id).registered_at:
        return HasCredential()
    before = tries.find(db, account.id, Tried.LICENSE_KEY)
    if before.locked_until and before.is_locked(now):
        return LicenseKeysRest(until=before.locked_until)
    typed = text[:LONGEST_KEY]
    key = license_key_store.find_by_mark(db, list_marks(desk.keyring, typed))
    if key is None or not _is_theirs(db, desk, key, visitor, now):
        after = before.after_wrong(KEY_LIMIT, now)
        tries.put(db, account.id, Tried.LICENSE_KEY, after, now=now)
        _record(db, EventTag.CREDENTIAL_FAILED, visitor, now)
        if after.locked_until:
            return LicenseKeysRest(until=after.locked_until)
        return LicenseKeyRefused(signs=len(fold_key(typed)))
    license_keys.use(db, key_id=key.id, by=f"account:{account.id}", now=now)
    credentials.add(db, account.id, key_id=key.id, now=now)
    tries.drop(db, account.id, Tried.LICENSE_KEY)
    _record(db, EventTag.CREDENTIAL_REGISTERED, visitor, now, key=key.id)
    return None


def _is_theirs(db: Database, desk: Desk, key: LicenseKey, visitor: Visitor, now: datetime) -> bool:
    """A key works in its owner's account only: of whoever holds its seat, not of who has the same mailbox."""
    seat = seats.find(db, key.seat_id) if key.seat_id else None
    held = seat_holders.find(db, visitor.account)
    return (
        seat is not None
        and held is not None
        and held.id == seat.id
        and key.state is KeyState.ISSUED
        and seat.closed_at is None
        and (key.expires_on is None or desk.policy.desk.day_of(now) <= key.expires_on)
        and seat.organisation == visitor.account.organisation
    )


def add_phone(db: Database, visitor: Visitor, *, text: str, now: datetime) -> Phone:
    """A number that is to be verified; raise why it cannot be one of theirs."""
    number = e164(text[:60], visitor.customer.country or None)
    if number is None or not takes_texts(number):
        raise PhoneNotValid
    with transaction(db, locks=(_lock(visitor),)):
        mine = check_may_change(db, visitor)
        same = next((phone for phone in mine.phones if phone.number == number), None)
        if same and not same.verified_at:
            return same  # its code is sent again
        if same:
            raise PhoneThere
        if len(mine.phones) >= MOST_PHONES:
            raise PhonesFull(most=MOST_PHONES)
        phone_id = credentials.add_phone(db, visitor.account.id, number, now=now)
        _record(db, EventTag.PHONE_ADDED, visitor, now, phone=phone_id)
    return get_phone(db, visitor, phone_id)


def remove_phone(db: Database, desk: Desk, visitor: Visitor, *, phone_id: int, now: datetime) -> None:
    """One that is verified always remains; its owner is told of one that goes. None of theirs is gone."""
    with transaction(db, locks=(_lock(visitor),)):
        mine = check_may_change(db, visitor)
        phone = credentials.find_phone(db, visitor.account.id, phone_id)
        if phone is None:
            return
        if mine.verified == (phone,):
            raise LastPhone
        credentials.drop_phone(db, phone_id)
        _record(db, EventTag.PHONE_REMOVED, visitor, now, phone=phone_id)
        if phone.verified_at:
            credential_notices.tell(
                db, desk, visitor.account, phone, why=CredentialNotice.PHONE_REMOVED, now=now
            )


def check_may_change(db: Database, visitor: Visitor) -> Credentials:
    """Their credentials; raise what keeps them from changing phones in this session."""
    mine = credentials.get(db, visitor.account.id)
    if mine.registered_at is None:
        raise NoCredential
    if not mine.may_change(visitor.session.strength):
        raise ChangeNeedsOtp
    return mine


def get_phone(db: Database, visitor: Visitor, phone_id: int) -> Phone:
    """One of their own; raise PhoneUnknown."""
    phone = credentials.find_phone(db, visitor.account.id, phone_id)
    if phone is None:
        raise PhoneUnknown
    return phone


def _lock(visitor: Visitor) -> str:
    return f"account:{visitor.account.id}"


def _record(db: Database, tag: EventTag, visitor: Visitor, now: datetime, **ids: int) -> None:
    about = _lock(visitor)
    events.add(db, tag, about, actor=about, at=now, **ids)
