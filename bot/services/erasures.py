"""Erase somebody: looked at first, asked for on the command line, and agreed to by two."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from bot.domain.approvals import Approval, Grave, check_is_staff, find_right
from bot.domain.cards import TroubleNote
from bot.domain.events import EventTag
from bot.domain.note_names import NoteName
from bot.domain.people import OPEN_ERASURES, Erasure, ErasureCard, ErasurePlan, ErasureState, Person
from bot.domain.people_refusals import (
    ErasureAsked,
    ErasureNotSeen,
    ErasureOutdated,
    ErasureSettled,
    ErasureUnknown,
    ErasureWaits,
)
from bot.domain.staff import Act, Staff
from bot.services import people, step_up
from bot.services.desk import Desk
from bot.services.queueing import queue_note, queue_trouble, refresh_note
from bot.services.rights import at_this_moment
from bot.store import chat_messages, erasures, events
from bot.store.database import transaction

LASTS = timedelta(days=7)  #: in which two have to agree
PERSON = "person to be erased"  #: the purpose under which it is sealed who that is


def ask(db: Database, desk: Desk, name: str, *, seen: str, by: str, now: datetime) -> Erasure:
    """Call two of the group `erasure`; `seen` is what the dry run named, `by` a user of the machine.

    Raise NobodyFound, PeopleShareAddress, ErasureNotSeen, ErasureWaits or ErasureAsked. The command line
    proves no person, so whoever asks there counts for neither of the two.
    """
    with transaction(db, locks=("erasures",)):
        plan = people.plan(db, desk, people.find(db, name))
        if seen != plan.seen:
            raise ErasureNotSeen
        if plan.waits:
            raise ErasureWaits(what=", ".join(what for _, what in plan.waits))
        for other in erasures.list_in(db, *OPEN_ERASURES, ErasureState.RUNNING):
            person = _read(desk, other)
            if person and person.address == plan.person.address and other.digest == plan.digest:
                raise ErasureAsked(ref=other.ref)
        sealed = desk.keyring.seal(PERSON, plan.person.written())
        number = erasures.add(db, sealed=sealed, digest=plan.digest, by=by, now=now, until=now + LASTS)
        made = get(db, number)
        events.add(db, EventTag.ERASURE_ASKED, subject_of(made), actor=by, at=now)
        about = {"erasure_id": number}
        queue_note(db, NoteName.ERASURE, key=_key(made), values=about, now=now)
        return made


def subject_of(erasure: Erasure) -> str:
    return f"erasure:{erasure.id}"


def _key(erasure: Erasure) -> str:
    return f"card:{erasure.ref}"


def _open(desk: Desk, erasure: Erasure) -> Person:
    """Raise ValueError where no key of SECRET_KEY opens it."""
    return Person.read(desk.keyring.open(PERSON, erasure.sealed))


def _read(desk: Desk, erasure: Erasure) -> Person | None:
    try:
        return _open(desk, erasure)
    except ValueError:
        return None


def get(db: Database, erasure_id: int) -> Erasure:
    """Raise ErasureUnknown."""
    found = erasures.find(db, erasure_id)
    if found is None:
        raise ErasureUnknown
    return found


def get_card(db: Database, desk: Desk, erasure_id: int) -> ErasureCard:
    """What staff see: whom it is about only as long as they are to decide."""
    found = get(db, erasure_id)
    plan = None
    if found.state in OPEN_ERASURES:
        plan = people.plan(db, desk, _open(desk, found))
    return ErasureCard(erasure=found, plan=plan)


def check_may_agree(db: Database, desk: Desk, *, erasure_id: int, by: Staff, now: datetime) -> ErasureCard:
    """What they would agree to; raise what keeps them from it."""
    card = get_card(db, desk, erasure_id)
    _right(db, card, by, now)
    return card


def _right(db: Database, card: ErasureCard, by: Staff, now: datetime) -> tuple[str, ErasurePlan]:
    """Whose right it is to say yes to what the card shows now."""
    found = card.erasure
    given = (
        (Approval(by=found.first_by, right_of=found.first_right, at=found.first_at),)
        if found.first_at
        else ()
    )
    address = card.plan.person.address if card.plan else ""
    hands = frozenset({found.asked_by, address})
    right = find_right(Act.ERASURE, ref=found.ref, hands=hands, by=at_this_moment(db, by, now), given=given)
    if card.plan is None or found.until <= now:
        raise ErasureSettled(ref=found.ref)
    if card.plan.waits:
        raise ErasureWaits(what=", ".join(what for _, what in card.plan.waits))
    return right, card.plan


def agree(db: Database, desk: Desk, *, erasure_id: int, by: Staff, code: str, now: datetime) -> ErasureCard:
    """One yes of two; the second begins it. Their code is taken where the policy asks for one.

    Raise what keeps them from it; where what is kept has changed, the erasure is over and ErasureOutdated
    says so.
    """
    check_may_agree(db, desk, erasure_id=erasure_id, by=by, now=now)
    step_up.require(db, desk, by=by, code=code, grave=Grave.ERASURE, now=now)
    with transaction(db, locks=("erasures",)):
        card = get_card(db, desk, erasure_id)
        right, plan = _right(db, card, by, now)
        outdated = plan.digest != card.erasure.digest
        if outdated:
            _end(
                db, card.erasure, ErasureState.OVERTAKEN, tag=EventTag.ERASURE_OVERTAKEN, by="usher", now=now
            )
        else:
            swap = erasures.agree_second if card.erasure.first_at else erasures.agree_first
            if not swap(db, erasure_id, by=by.id, right=right, now=now):
                raise ErasureSettled(ref=card.erasure.ref)
            tag, about = EventTag.ERASURE_AGREED, subject_of(card.erasure)
            events.add(db, tag, about, actor=by.id, at=now, right_of=right)
            chat_messages.mark_named(db, _key(card.erasure))
            refresh(db, card.erasure, now=now)
    if outdated:
        raise ErasureOutdated(ref=card.erasure.ref)
    return get_card(db, desk, erasure_id)


def refuse(db: Database, desk: Desk, *, erasure_id: int, by: Staff, now: datetime) -> ErasureCard:
    """The desk's no, also after one yes."""
    with transaction(db, locks=("erasures",)):
        found = get(db, erasure_id)
        check_is_staff(by)
        find_right(Act.ERASURE, ref=found.ref, hands=frozenset(), by=at_this_moment(db, by, now))
        if found.state not in OPEN_ERASURES:
            raise ErasureSettled(ref=found.ref)
        _end(db, found, ErasureState.REFUSED, tag=EventTag.ERASURE_REFUSED, by=by.id, now=now)
    return get_card(db, desk, erasure_id)


def lapse(db: Database, *, now: datetime) -> None:
    """Whatever two did not agree to in time is over."""
    for found in erasures.list_in(db, *OPEN_ERASURES):
        if found.until <= now:
            with transaction(db, locks=("erasures",)):
                _end(db, found, ErasureState.LAPSED, tag=EventTag.ERASURE_OVERTAKEN, by="usher", now=now)


def _end(
    db: Database, erasure: Erasure, state: ErasureState, *, tag: EventTag, by: str, now: datetime
) -> None:
    if erasures.end(db, erasure.id, state, by=by, now=now):
        events.add(db, tag, subject_of(erasure), actor=by, at=now)
        refresh(db, erasure, now=now)


def refresh(db: Database, erasure: Erasure, *, now: datetime) -> None:
    """Let its card say what is true now."""
    refresh_note(db, NoteName.ERASURE, key=_key(erasure), values={"erasure_id": erasure.id}, now=now)


def find_note(db: Database, desk: Desk, values: Mapping[str, Any]) -> dict[str, Any]:
    """What its card says."""
    return {"card": get_card(db, desk, values["erasure_id"])}


def list_running(db: Database, desk: Desk, *, now: datetime) -> list[tuple[Erasure, Person]]:
    """What is to be carried out, each with whom it is about; one that no key opens staff are told of once."""
    found = [(one, _read(desk, one)) for one in erasures.list_in(db, ErasureState.RUNNING)]
    for one, person in found:
        if person is None:
            note = TroubleNote(what="erasure_unreadable", subject=one.ref, detail="")
            queue_trouble(db, note, key=f"{_key(one)}:unreadable", now=now)
    return [(one, person) for one, person in found if person is not None]
