"""An issued License Key: whose it is, whose right it is to move it, and what is told and written of that."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.addressees import somebody_of
from bot.domain.approvals import find_right
from bot.domain.cases import Case, case_ref
from bot.domain.events import EventTag
from bot.domain.key_refusals import (
    KeyAlreadyUsed,
    KeyAlreadyVoid,
    NobodyHolds,
    NoKeyYet,
    SeatChanged,
    UnknownKey,
    UnknownSeat,
)
from bot.domain.license_keys import Holder, KeyState, LicenseKey, Seat
from bot.domain.people import GONE_ADDRESS
from bot.domain.staff import Act, Staff
from bot.services import thread_notes
from bot.services.cases import get_case
from bot.services.desk import Desk
from bot.services.queueing import queue_mail
from bot.services.rights import at_this_moment
from bot.store import events, key_mails, license_keys, seats

#: whoever did one of these was faster than who comes now
_CHANGES = frozenset({EventTag.KEY_HANDED_OVER, EventTag.KEY_GIVEN, EventTag.KEY_VOIDED, EventTag.KEY_USED})
NOBODY = "-"


@dataclass(frozen=True, kw_only=True)
class Held:
    """An unused key in somebody's hands."""

    seat: Seat
    case: Case
    key: LicenseKey
    holder: Holder


def get_held(db: Database, seat_id: int) -> Held:
    """Raise why there is nothing to be mailed or moved."""
    key, seat, case = get_unused(db, seat_id)
    if seat.holder is None or seat.holder.email == GONE_ADDRESS:
        raise NobodyHolds(ref=case.ref)
    return Held(seat=seat, case=case, key=key, holder=seat.holder)


def get_unused(db: Database, seat_id: int) -> tuple[LicenseKey, Seat, Case]:
    """A seat's unused key, be it a spare one; raise why there is none."""
    seat = seats.find(db, seat_id)
    if seat is None:
        raise UnknownSeat
    case = get_case(db, case_ref(seat.case_of_holder))
    if seat.key is None:
        raise NoKeyYet(ref=case.ref)
    check_open(seat.key, seat)
    return seat.key, seat, case


def find_all(db: Database, key_id: int) -> tuple[LicenseKey, Seat | None, Case | None]:
    key = license_keys.find(db, key_id)
    if key is None:
        raise UnknownKey
    seat = seats.find(db, key.seat_id) if key.seat_id else None
    return key, seat, get_case(db, case_ref(seat.case_of_holder)) if seat else None


def check_open(key: LicenseKey, seat: Seat | None) -> None:
    """Raise by name whose key is used or void."""
    if key.state is KeyState.USED:
        raise KeyAlreadyUsed(holder=shown(seat))
    if key.state is KeyState.VOID:
        raise KeyAlreadyVoid(holder=shown(seat))


def shown(seat: Seat | None) -> str:
    return seat.holder.name if seat and seat.holder else NOBODY


def find_purchase_right(db: Database, ref: str, by: Staff, now: datetime) -> str:
    return find_right(Act.PURCHASE, ref=ref, hands=frozenset(), by=at_this_moment(db, by, now))


def overtaken(db: Database, seat: Seat) -> SeatChanged:
    """Who was faster, and when."""
    about = events.list_about(db, [f"case:{number}" for number in {seat.case_id, seat.case_of_holder}])
    theirs = (event for event in reversed(about) if event.data.get("seat") == seat.id)
    last = next((event for event in theirs if event.tag in _CHANGES), None)
    return SeatChanged(
        holder=shown(seat), by=last.actor if last else "usher", **({"at": last.at} if last else {})
    )


def name_of(held: Held, address: str) -> str:
    """By which name a party of the case is greeted."""
    company, sponsor = held.case.ris.company, held.case.sponsor
    names = {
        sponsor.address: sponsor.name,
        company.contact_email.strip().lower(): company.contact_name,
        held.holder.email.lower(): held.holder.name,
    }
    return names.get(address, "")


def tell(
    db: Database,
    desk: Desk,
    template: str,
    held: Held,
    *,
    to: str,
    words: Mapping[str, Any],
    now: datetime,
) -> None:
    """A mail without a key; the sponsor's stands in their thread."""
    case, whom = held.case, somebody_of(held.case, to)
    if to == case.sponsor.address:
        whom = replace(whom, thread=case.thread)
    number = key_mails.count_mails(db, held.key.id)
    key = f"{case.ref}:{template}:{held.key.id}:{number}"
    queue_mail(db, desk, template, whom, key=key, words=words, now=now)


def record(
    db: Database, tag: EventTag, case: Case, seat: Seat, *, by: str, now: datetime, **more: str
) -> None:
    """In the trail and in the case's thread: which seat, by its number."""
    number = f"{seat.number}" if seat.case_id == case.id else f"{case_ref(seat.case_id)}/{seat.number}"
    key_id = seat.key.id if seat.key else 0
    thread_notes.record(db, tag, case.id, actor=by, at=now, seat=seat.id, key=key_id, number=number, **more)
