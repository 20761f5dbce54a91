"""The life of a License Key once it is issued: mailed, sent again, handed over, void, used, looked up."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import chain

from sqlite_utils import Database

from bot.domain.accounts import Account
from bot.domain.approvals import Grave, check_is_staff
from bot.domain.cases import Case, case_ref
from bot.domain.errors import Refusal
from bot.domain.events import EventTag
from bot.domain.key_refusals import (
    BadHolderAddress,
    BadHolderName,
    HasSeat,
    KeyAlreadyVoid,
    KeyJustSent,
    KeyNotIssued,
    KeySentOften,
    KeyStillWaits,
    KeysUnreadable,
    SameHolder,
    UnknownKey,
)
from bot.domain.license_keys import (
    AGAIN_AFTER,
    AGAIN_WITHIN,
    KEY,
    KEYS_A_PAGE,
    LONGEST_NAME,
    MOST_AGAIN,
    CaseKeys,
    FoundKey,
    Holder,
    KeyMail,
    KeyState,
    KeysTo,
    KeyVoided,
    LicenseKey,
    Mailed,
    Seat,
    SeatShown,
    list_marks,
)
from bot.domain.member_refusals import NeedsNoKey
from bot.domain.organisations import KNOWN
from bot.domain.outbox import JobStatus
from bot.domain.registration_refusals import OwnAddress
from bot.domain.review_values import is_address
from bot.domain.ris import Credential, User
from bot.domain.staff import Staff
from bot.rendering import key_mails as key_mail_words
from bot.services import held_keys, key_mails, step_up, thread_notes
from bot.services.cases import get_case, refresh_others, refusals_recorded
from bot.services.desk import Desk
from bot.store import accounts, cases, events, license_keys, seats
from bot.store import key_mails as key_mail_store
from bot.store.database import transaction

_WAITING = frozenset({JobStatus.QUEUED, JobStatus.SENDING, JobStatus.HELD})
_UNUSED = (KeyState.STOCK, KeyState.ISSUED)

AT_ONCE = 500  #: mails that are queued in one transaction


def mail_keys(db: Database, desk: Desk, case: Case, *, now: datetime) -> int:
    """Queue the mails of a case's keys that were issued and never mailed, in the caller's transaction.

    To whom, `keys_to` of the policy says. Of mails to single users there are `AT_ONCE` at most, so that
    nobody waits long for the database: call it until nothing is left. Return how many mails that makes: 0
    when repeated. Raise KeyUnreadable where a key cannot be unsealed.
    """
    due = [seat for seat in seats.list_of_case(db, case.id) if _is_due(seat, case)]
    if desk.policy.mag.keys_to is KeysTo.USERS:
        due = due[:AT_ONCE]
    made = key_mails.queue_all(db, desk, case, due, now=now)
    if due:
        tag, count = EventTag.KEYS_MAILED, len(due)
        thread_notes.record(db, tag, case.id, actor="usher", at=now, number=count)
    return made


def _is_due(seat: Seat, case: Case) -> bool:
    waits = seat.key is not None and seat.key.state is KeyState.ISSUED and seat.key.mailed_at is None
    return waits and seat.holder is not None and seat.used_in == case.id and seat.closed_at is None


# What staff see


def get_keys(db: Database, desk: Desk, ref: str, *, by: Staff, page: int = 1) -> CaseKeys:
    """One page of a case's seats with their keys and mails; raise NotStaff or UnknownCase."""
    check_is_staff(by)
    case = get_case(db, ref)
    found = seats.list_of_case(db, case.id)
    pages = max(1, -(-len(found) // KEYS_A_PAGE))
    page = min(max(1, page), pages)
    shown = found[(page - 1) * KEYS_A_PAGE : page * KEYS_A_PAGE]
    newest = key_mail_store.list_newest(db, [seat.key.id for seat in shown if seat.key])
    return CaseKeys(
        ref=case.ref,
        company=case.ris.company.name,
        keys_to=desk.policy.mag.keys_to,
        seats=tuple(
            SeatShown(seat=seat, mail=newest.get(seat.key.id) if seat.key else None) for seat in shown
        ),
        page=page,
        pages=pages,
        total=len(found),
        entered_outside=bool(desk.policy.mag.key_url),
    )


def find(db: Database, desk: Desk, text: str, *, by: Staff, now: datetime) -> FoundKey:
    """Whose the pasted key is; the look stands in the trail.

    Raise UnknownKey, which says nothing more; KeysUnreadable where keys were sealed with a key that is lost.
    """
    check_is_staff(by)
    marks = list_marks(desk.keyring, text)
    with transaction(db):
        key = license_keys.find_by_mark(db, marks)
        if key is not None:
            events.add(db, EventTag.KEY_LOOKED_UP, f"key:{key.id}", actor=by.id, at=now)
    if key is None:
        raise _not_found(db, desk)  # opens them all: with no transaction to hold others up
    seat = seats.find(db, key.seat_id) if key.seat_id else None
    if seat is None:
        return FoundKey(key=key)
    case = get_case(db, case_ref(seat.case_of_holder))
    return FoundKey(key=key, seat=seat, ref=case.ref, company=case.ris.company.name)


def _not_found(db: Database, desk: Desk) -> Refusal:
    closed = sum(not desk.keyring.opens(KEY, sealed) for sealed in license_keys.list_sealed(db))
    return KeysUnreadable(count=closed) if closed else UnknownKey()


def get_movable(db: Database, desk: Desk, *, key_id: int, by: Staff, now: datetime) -> tuple[FoundKey, bool]:
    """A key that they may hand over or void, and whether that asks for a code.

    Raise what keeps them from it before anybody types.
    """
    key, seat, case = held_keys.find_all(db, key_id)
    ref = case.ref if case else ""
    with refusals_recorded(db, ref, by, now):
        held_keys.check_open(key, seat)
        held_keys.find_purchase_right(db, ref, by, now)
        asks = step_up.asks_code(desk, Grave.PURCHASE)
        if asks:
            step_up.check_ready(db, desk, by=by, now=now)
    return FoundKey(key=key, seat=seat, ref=ref, company=case.ris.company.name if case else ""), asks


# What staff do


def send_again(db: Database, desk: Desk, *, seat_id: int, by: Staff, now: datetime) -> KeyMail:
    """Mail the same key once more to the party on file, who may have lost the first mail; return that mail.

    A few times a day at most. A mail that waits still is not doubled, and one that failed is given up for it.
    """
    check_is_staff(by)
    with transaction(db, locks=(f"seat:{seat_id}",)):
        held = held_keys.get_held(db, seat_id)
        key = held.key
        before = key_mail_store.list_newest(db, [key.id]).get(key.id)
        if before and before.status in _WAITING:
            raise KeyStillWaits(status=before.status)
        if before and before.why is Mailed.AGAIN and before.sent_at and now < before.sent_at + AGAIN_AFTER:
            raise KeyJustSent
        if key_mail_store.count_since(db, key.id, Mailed.AGAIN, since=now - AGAIN_WITHIN) >= MOST_AGAIN:
            raise KeySentOften(most=MOST_AGAIN)
        _mail_again(db, desk, held, by=by.id, now=now)
        return key_mail_store.list_newest(db, [key.id])[key.id]


def _mail_again(db: Database, desk: Desk, held: held_keys.Held, *, by: str, now: datetime) -> None:
    key_mails.queue_one(db, desk, held.case, held.seat, why=Mailed.AGAIN, now=now)
    key_mails.withdraw(db, held.key.id, replaced=True, now=now)
    held_keys.record(db, EventTag.KEY_SENT_AGAIN, held.case, held.seat, by=by, now=now)


def follow_holder(
    db: Database, desk: Desk, seat: Seat | None, *, theirs: bool, by: str, now: datetime
) -> None:
    """Mail a holder who has another address the unused key that went, or was to go, to the earlier one.

    In the caller's transaction. `theirs`: they have read what went there. Where a contact or the sponsor
    keeps the keys, they have it.
    """
    key = seat.key if seat else None
    mailed = key is not None and key.state is KeyState.ISSUED and key.mailed_at is not None
    has_it = key is not None and theirs and key_mails.may_be_known(db, key.id)
    if seat and mailed and not has_it and desk.policy.mag.keys_to is KeysTo.USERS:
        _mail_again(db, desk, held_keys.get_held(db, seat.id), by=by, now=now)


def hand_over(
    db: Database,
    desk: Desk,
    *,
    seat_id: int,
    seen: str,
    to: Holder,
    by: Staff,
    now: datetime,
    code: str = "",
) -> Seat:
    """Give a seat with its unused key to somebody else (`seen`: the seat's seal as it was shown).

    Whoever is to have it gets the key, whoever had it hears that it is theirs no more; a mail that has not
    gone yet never reaches them. A spare one may so take the place of a void one. Raise what stands in the
    way, SeatChanged where somebody was faster.
    """
    check_is_staff(by)
    to = _read_holder(desk, to)
    ref = held_keys.get_unused(db, seat_id)[2].ref
    with refusals_recorded(db, ref, by, now):
        _check_heir(db, seat_id, seen=seen, to=to, by=by, now=now)
        step_up.require(db, desk, by=by, code=code, grave=Grave.PURCHASE, now=now)
        with transaction(db, locks=(f"seat:{seat_id}",)):
            right = _check_heir(db, seat_id, seen=seen, to=to, by=by, now=now)
            if held_keys.get_unused(db, seat_id)[1].holder is None:
                _give_spare(db, desk, seat_id, to, by=by.id, right_of=right, now=now)
            else:
                pass_on(db, desk, held_keys.get_held(db, seat_id), to, by=by.id, right_of=right, now=now)
    return held_keys.get_held(db, seat_id).seat


def _give_spare(
    db: Database, desk: Desk, seat_id: int, to: Holder, *, by: str, right_of: str, now: datetime
) -> None:
    """A holder for a seat that has none, and the first mail with its key, in the caller's transaction."""
    _, spare, case = held_keys.get_unused(db, seat_id)
    if not seats.hold(db, seat_id, replace(to, lang=case.lang), used_in=case.id):
        raise held_keys.overtaken(db, spare)
    seat = held_keys.get_held(db, seat_id).seat
    key_mails.queue_one(db, desk, case, seat, why=Mailed.FIRST, now=now)
    held_keys.record(db, EventTag.KEY_GIVEN, case, seat, by=by, now=now, right_of=right_of)
    refresh_others(db, case, now=now)


def pass_on(
    db: Database, desk: Desk, held: held_keys.Held, to: Holder, *, by: str, right_of: str, now: datetime
) -> None:
    """Another holder for a seat with its unused key, and both told, in the caller's transaction.

    Whether that may be is for the caller to have seen. Raise SeatChanged where somebody was faster.
    """
    if not seats.hand_over(db, held.seat, replace(to, lang=held.case.lang)):
        raise held_keys.overtaken(db, held.seat)
    _tell_both(db, desk, held, now=now)
    tag = EventTag.KEY_HANDED_OVER
    held_keys.record(db, tag, held.case, held.seat, by=by, now=now, right_of=right_of)
    refresh_others(db, held.case, now=now)


def _tell_both(db: Database, desk: Desk, before: held_keys.Held, *, now: datetime) -> None:
    """The key goes to its new holder; to whom it went before, unless the same party keeps it for all."""
    case, key = before.case, before.key
    reader = key_mails.find_reader(db, key.id)
    after = held_keys.get_held(db, before.seat.id).seat
    party = key_mails.queue_handed_over(db, desk, case, after, before.holder, now=now)
    key_mails.withdraw(db, key.id, replaced=True, now=now)
    if reader and reader.to != party.address:
        words = key_mail_words.key_taken_over(
            case, key, desk.policy, to_name=held_keys.name_of(before, reader.to)
        )
        held_keys.tell(db, desk, "key_taken_over", before, to=reader.to, words=words, now=now)


def void(
    db: Database,
    desk: Desk,
    *,
    key_id: int,
    seen: str,
    why: KeyVoided,
    by: Staff,
    now: datetime,
    code: str = "",
) -> LicenseKey:
    """Make an unused key worthless, in stock or issued; its seat is closed, and its money stays spent.

    `seen`: the seal of its seat, "" of one in stock. Whoever got it is told.
    """
    check_is_staff(by)
    case = held_keys.find_all(db, key_id)[2]
    with refusals_recorded(db, case.ref if case else "", by, now):
        _check_voidable(db, key_id, seen, by, now)
        step_up.require(db, desk, by=by, code=code, grave=Grave.PURCHASE, now=now)
        with transaction(db, locks=(f"key:{key_id}",)):
            right = _check_voidable(db, key_id, seen, by, now)
            key, seat, case = held_keys.find_all(db, key_id)
            if not license_keys.move(db, key_id, since=_UNUSED, to=KeyState.VOID, now=now):
                raise KeyAlreadyVoid(holder=held_keys.shown(seat))
            if seat is None or case is None:
                tag, about = EventTag.KEY_VOIDED, f"key:{key_id}"
                events.add(db, tag, about, actor=by.id, at=now, reason=why, right_of=right)
            else:
                if seat.holder:
                    held = held_keys.Held(seat=seat, case=case, key=key, holder=seat.holder)
                    _tell_void(db, desk, held, why, now=now)
                seats.close(db, seat.id, now=now)
                tag = EventTag.KEY_VOIDED
                held_keys.record(db, tag, case, seat, by=by.id, now=now, reason=why, right_of=right)
                refresh_others(db, case, now=now)
    return key


def _tell_void(db: Database, desk: Desk, held: held_keys.Held, why: KeyVoided, *, now: datetime) -> None:
    """Whoever may know it; what of its mails has not gone never goes."""
    case, key = held.case, held.key
    reader = key_mails.find_reader(db, key.id)
    key_mails.withdraw(db, key.id, replaced=False, now=now)
    if reader is not None:
        name = held_keys.name_of(held, reader.to)
        words = key_mail_words.key_voided(
            case, key, desk.policy, to_name=name, name=held.holder.name, why=why
        )
        held_keys.tell(db, desk, "key_voided", held, to=reader.to, words=words, now=now)


def mark_used(db: Database, *, key_id: int, now: datetime, by: Staff | None = None) -> None:
    """Its owner has entered it: from now on it is bound to them. `by`: staff who say so, else the portal."""
    if by is not None:
        check_is_staff(by)
    with transaction(db, locks=(f"key:{key_id}",)):
        use(db, key_id=key_id, by=by.id if by else "usher", now=now)


def use(db: Database, *, key_id: int, by: str, now: datetime) -> None:
    """The same in the caller's transaction."""
    key, seat, case = held_keys.find_all(db, key_id)
    held_keys.check_open(key, seat)
    if seat is None or case is None or seat.holder is None:
        raise KeyNotIssued
    license_keys.move(db, key_id, since=(KeyState.ISSUED,), to=KeyState.USED, now=now)
    held_keys.record(db, EventTag.KEY_USED, case, seat, by=by, now=now)


def _check_voidable(db: Database, key_id: int, seen: str, by: Staff, now: datetime) -> str:
    """Whose right lets them void it."""
    key, seat, case = held_keys.find_all(db, key_id)
    right = held_keys.find_purchase_right(db, case.ref if case else "", by, now)
    held_keys.check_open(key, seat)
    if (seat.seal if seat else "") != seen:
        raise held_keys.overtaken(db, seat) if seat else KeyNotIssued
    return right


def _check_heir(db: Database, seat_id: int, *, seen: str, to: Holder, by: Staff, now: datetime) -> str:
    """Whose right lets them hand it over to that person."""
    _, seat, case = held_keys.get_unused(db, seat_id)
    right = held_keys.find_purchase_right(db, case.ref, by, now)
    check_heir(db, seat, to, seen=seen)
    if _has_certificate(db, seat.organisation, to.email):
        raise NeedsNoKey
    return right


def check_heir(db: Database, seat: Seat, to: Holder, *, seen: str) -> None:
    """Raise what keeps that person from having the key: they have one, or it has changed since.

    `seen`: the seat's seal as it was shown.
    """
    if seat.seal != seen:
        raise held_keys.overtaken(db, seat)
    if seat.holder and seat.holder.email.lower() == to.email:
        raise SameHolder(holder=seat.holder.name)
    for other in seats.list_held(db, seat.organisation):
        if other.holder and other.holder.email.lower() == to.email:
            raise HasSeat(holder=other.holder.name)


def _has_certificate(db: Database, organisation: int, email: str) -> bool:
    """Whether a form of the organisation, or an account there, has a certificate for that address."""
    additions = cases.list_additions(db, organisation, KNOWN)
    forms = [get_case(db, case_ref(number)).ris.users for number in (organisation, *additions)]
    people: Iterator[User | Account] = chain(*forms, accounts.list_of_organisation(db, organisation))
    return any(
        one.email.strip().lower() == email and one.credential != Credential.PHONE_OTP for one in people
    )


def _read_holder(desk: Desk, to: Holder) -> Holder:
    """A person's name on one line and their address; raise BadHolderName, BadHolderAddress or OwnAddress."""
    name, address = " ".join(to.name.split()), to.email.strip().lower()
    if not any(sign.isalpha() for sign in name) or len(name) > LONGEST_NAME or not name.isprintable():
        raise BadHolderName(most=LONGEST_NAME)
    if not is_address(address):
        raise BadHolderAddress
    if desk.is_reached_at(address):
        raise OwnAddress(found=address)
    return replace(to, name=name, email=address)
