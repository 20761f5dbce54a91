"""Send a code to a phone, and take it: the factor that makes a session stronger."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.domain.accounts import Account
from bot.domain.credential_refusals import PhoneCodeRefused, PhoneCodesRest, TextsRest
from bot.domain.credentials import CODE_LIMIT, CredentialNotice, Phone
from bot.domain.errors import Refusal
from bot.domain.events import EventTag
from bot.domain.outbox import JobStatus
from bot.domain.phone_codes import LASTS, LATE, MOST_TEXTS, TEXTS_WITHIN, PhoneCode, fits, make_digits
from bot.domain.sessions import Strength, Visitor
from bot.domain.step_up import read_code
from bot.domain.tries import Tried
from bot.services import credential_notices, sessions
from bot.services.credentials import check_may_change, get_phone
from bot.services.desk import Desk
from bot.services.queueing import queue_text
from bot.store import credentials, events, outbox, phone_codes, tries
from bot.store.database import transaction
from bot.store.tokens import hash_of

_ON_ITS_WAY = frozenset({JobStatus.QUEUED, JobStatus.SENDING})
KEPT = timedelta(days=1)  #: codes and texts that count no more


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A phone that is asked for its code; `code` is the newest of this session that can still be entered."""

    phone: Phone
    code: PhoneCode | None
    seems_lost: bool  #: the last text to it of which anything is known did not go out, as far as we see


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What a right code has opened: the session goes on under that token."""

    token: str
    phone: Phone  #: as it was before


def send(db: Database, desk: Desk, visitor: Visitor, *, phone_id: int, lang: str, now: datetime) -> PhoneCode:
    """Text a code to one of their phones: the same again while it repeats, else a new one.

    A phone that is not verified gets one only where phones may be changed. Raise what stands in the way.
    """
    account = visitor.account
    with transaction(db, locks=(f"account:{account.id}",)):
        phone = _usable(db, visitor, phone_id)
        _check_resting(db, account.id, now)
        if phone_codes.count_texts(db, account.id, since=now - TEXTS_WITHIN) >= MOST_TEXTS:
            raise TextsRest(most=MOST_TEXTS)
        code = _newest_or_new(db, desk, visitor, phone, now)
        number = phone_codes.add_text(db, account.id, now=now)
        queue_text(db, desk, key=_text_key(account, number), to=phone.number, lang=lang, code=code, now=now)
        _record(db, EventTag.PHONE_CODE_SENT, visitor, phone, now)
    return code


def _newest_or_new(db: Database, desk: Desk, visitor: Visitor, phone: Phone, now: datetime) -> PhoneCode:
    known = _living(db, desk, visitor, phone, now)
    if known and known[-1].repeats(now):
        return known[-1]
    phone_codes.drop_old(db, visitor.account.id, before=now - KEPT)
    code = PhoneCode(phone_id=phone.id, digits=make_digits(desk.new_token()), made_at=now)
    session = hash_of(visitor.token)
    phone_codes.add(db, desk.keyring, code, account_id=visitor.account.id, session=session)
    return code


def find_asked(db: Database, desk: Desk, visitor: Visitor, *, phone_id: int, now: datetime) -> Asked:
    """What the page says that waits for the code of one of their phones."""
    phone = _usable(db, visitor, phone_id)
    living = _living(db, desk, visitor, phone, now)
    lost = _seems_lost(db, visitor, phone, now)
    return Asked(phone=phone, code=living[-1] if living else None, seems_lost=lost)


def _seems_lost(db: Database, visitor: Visitor, phone: Phone, now: datetime) -> bool:
    """Texts go out on their own, after the page: so it looks how the newest fared that is not brand new."""
    for number in phone_codes.list_texts(db, visitor.account.id, since=now - LASTS):
        job = outbox.find_by_key(db, _text_key(visitor.account, number))
        if job is None or job.recipient != phone.number:
            continue
        if job.status in _ON_ITS_WAY and not job.error and now - job.created_at < LATE:
            continue
        return job.status is not JobStatus.SENT
    return False


def _text_key(account: Account, number: int) -> str:
    return f"{account.ref}:text:{number}"


def take(db: Database, desk: Desk, visitor: Visitor, *, phone_id: int, text: str, now: datetime) -> Taken:
    """Take a code once, in the session that asked for it; raise PhoneCodeRefused or PhoneCodesRest.

    Looking at a code and counting it is one step, however many try at once.
    """
    with transaction(db, locks=(f"account:{visitor.account.id}",)):
        phone = _usable(db, visitor, phone_id)
        outcome = _take(db, desk, visitor, phone, text=text, now=now)
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


def _take(
    db: Database, desk: Desk, visitor: Visitor, phone: Phone, *, text: str, now: datetime
) -> Taken | Refusal:
    """The refusal is returned, not raised: what it counts has to be committed."""
    account = visitor.account
    try:
        _check_resting(db, account.id, now)
    except PhoneCodesRest as refusal:
        return refusal
    digits = read_code(text)
    if not digits:
        return PhoneCodeRefused()
    living = _living(db, desk, visitor, phone, now)
    if not living and phone.verified_at and visitor.session.strength >= Strength.PHONE_OTP:
        return Taken(token=visitor.token, phone=phone)  # the second click of two: the first has proven it
    if not fits(living, digits, now):
        return _count_wrong(db, desk, visitor, phone, now)
    tries.drop(db, account.id, Tried.PHONE_CODE)
    phone_codes.end_all(db, account.id)
    credentials.note_code(db, phone.id, now=now)
    if phone.verified_at:
        _record(db, EventTag.PHONE_CODE_TAKEN, visitor, phone, now)
    else:
        _record(db, EventTag.PHONE_VERIFIED, visitor, phone, now)
        credential_notices.tell(db, desk, account, phone, why=CredentialNotice.PHONE_ADDED, now=now)
    token = sessions.raise_strength(db, desk, visitor, to=Strength.PHONE_OTP, now=now)
    return Taken(token=token, phone=phone)


def _count_wrong(db: Database, desk: Desk, visitor: Visitor, phone: Phone, now: datetime) -> Refusal:
    """A guess at each code that lives, and one of this person; whoever owns the account hears of too many."""
    phone_codes.count_wrong(db, phone_id=phone.id, session=hash_of(visitor.token))
    after = tries.find(db, visitor.account.id, Tried.PHONE_CODE).after_wrong(CODE_LIMIT, now)
    tries.put(db, visitor.account.id, Tried.PHONE_CODE, after, now=now)
    _record(db, EventTag.PHONE_CODE_FAILED, visitor, phone, now)
    if after.locked_until is None:
        return PhoneCodeRefused()
    why, until = CredentialNotice.CODES_LOCKED, after.locked_until
    credential_notices.tell(db, desk, visitor.account, phone, why=why, now=now, until=until)
    return PhoneCodesRest(until=until)


def _living(db: Database, desk: Desk, visitor: Visitor, phone: Phone, now: datetime) -> list[PhoneCode]:
    """Codes that this session had sent to that phone and that can still be entered, the oldest first."""
    session = hash_of(visitor.token)
    known = phone_codes.list_since(db, desk.keyring, phone_id=phone.id, session=session, since=now - LASTS)
    return [code for code in known if code.lives(now)]


def _record(db: Database, tag: EventTag, visitor: Visitor, phone: Phone, now: datetime) -> None:
    about = f"account:{visitor.account.id}"
    events.add(db, tag, about, actor=about, at=now, phone=phone.id)


def _usable(db: Database, visitor: Visitor, phone_id: int) -> Phone:
    phone = get_phone(db, visitor, phone_id)
    if not phone.verified_at:
        check_may_change(db, visitor)
    return phone


def _check_resting(db: Database, account_id: int, now: datetime) -> None:
    known = tries.find(db, account_id, Tried.PHONE_CODE)
    if known.locked_until and known.is_locked(now):
        raise PhoneCodesRest(until=known.locked_until)
