"""Ask those who decide for a code of their authenticator: take one, count wrong ones, lock, and reset."""

from datetime import datetime

from sqlite_utils import Database

from bot.domain.addressees import Addressee
from bot.domain.approvals import Approval, Grave, find_right
from bot.domain.errors import (
    AlreadyApproved,
    NothingToReset,
    OwnDevice,
    OwnWork,
    ResetAskedAlready,
)
from bot.domain.events import EventTag
from bot.domain.staff import Act, Member, Staff
from bot.domain.step_up import RESET_LASTS, ResetAsked
from bot.rendering import staff_mails
from bot.services import authenticators
from bot.services.authenticators import find_counting, subject_of
from bot.services.desk import Desk
from bot.services.enrolments import end_links, say
from bot.services.queueing import queue_mail
from bot.services.rights import at_this_moment
from bot.store import authenticators as authenticator_store
from bot.store import events
from bot.store.database import transaction
from bot.store.numbers import next_number


def asks_code(desk: Desk, grave: Grave) -> bool:
    """Whether the desk's policy asks for a code at that act."""
    return grave in desk.policy.approvals.rules.step_up


def require(db: Database, desk: Desk, *, by: Staff, code: str, grave: Grave, now: datetime) -> None:
    """Take their code if the policy asks for one at that act; call it before the deciding transaction."""
    if asks_code(desk, grave):
        take_code(db, desk, by=by, code=code, now=now)


def check_ready(db: Database, desk: Desk, *, by: Staff, now: datetime) -> None:
    """Raise what would keep any code of theirs from being taken, before they are asked for one."""
    authenticators.check_ready(find_counting(db, desk, by.id), now)


def take_code(db: Database, desk: Desk, *, by: Staff, code: str, now: datetime) -> None:
    """Take a code once, or raise why not, in a transaction of its own.

    Looking at a code and counting it is one step: whatever becomes of the act, and however many try at
    once, a wrong code is counted and a right one is used up.
    """

    def tell(until: datetime) -> None:
        say(db, EventTag.CODES_LOCKED, by.id, by=by.id, now=now, until=until)

    with transaction(db, locks=(f"authenticator:{by.id}",)):
        refusal = authenticators.take(db, desk, by.id, code, on_locked=tell, now=now)
    if refusal is not None:
        raise refusal


def check_may_reset(db: Database, desk: Desk, *, person: str, by: Staff, now: datetime) -> None:
    """Raise what keeps them from agreeing that a colleague's device is lost."""
    _right_to_reset(db, desk, person, by, now)


def reset(db: Database, desk: Desk, *, whose: Member, by: Staff, code: str, now: datetime) -> bool:
    """Agree that a colleague's authenticator is lost; True when that was the second yes, and it is gone.

    Both are asked for their own code where the policy asks for one at an override.
    """
    check_may_reset(db, desk, person=whose.id, by=by, now=now)
    require(db, desk, by=by, code=code, grave=Grave.OVERRIDE, now=now)
    with transaction(db, locks=(f"authenticator:{whose.id}",)):
        right, first = _right_to_reset(db, desk, whose.id, by, now)
        tag = EventTag.AUTHENTICATOR_RESET_ASKED if first is None else EventTag.AUTHENTICATOR_RESET
        events.add(db, tag, subject_of(whose.id), actor=by.id, at=now, right_of=right)
        say(db, tag, whose.id, by=by.id, now=now)
        if first is None:
            authenticator_store.put_reset(db, whose.id, ResetAsked(by=by.id, right_of=right, at=now))
        else:
            _forget(db, desk, whose, now)
    return first is not None


def _right_to_reset(
    db: Database, desk: Desk, person: str, by: Staff, now: datetime
) -> tuple[str, ResetAsked | None]:
    """Whose right it is, and who has agreed before."""
    first = authenticator_store.find_reset(db, person, since=now - RESET_LASTS)
    given = (Approval(by=first.by, right_of=first.right_of, at=first.at),) if first else ()
    who, hands = at_this_moment(db, by, now), frozenset({person})
    try:
        right = find_right(Act.OVERRIDE, ref=person, hands=hands, by=who, given=given)
    except OwnWork:
        raise OwnDevice(who=person) from None
    except AlreadyApproved:
        raise ResetAskedAlready(who=person) from None
    if find_counting(db, desk, person) is None:
        raise NothingToReset(who=person)
    return right, first


def _forget(db: Database, desk: Desk, whose: Member, now: datetime) -> None:
    """The device is gone; its owner hears of it by mail, wherever a thief of the session may read along."""
    authenticator_store.drop(db, whose.id)
    end_links(db, whose.id, now=now)
    if not whose.email:
        return
    number = next_number(db, "staff_mail")
    queue_mail(
        db,
        desk,
        "authenticator_reset",
        Addressee(address=whose.email.lower(), lang="en", ref=f"S-{number}"),
        key=f"authenticator_reset:{number}",
        words=staff_mails.authenticator_reset(lang="en", policy=desk.policy, at=now),
        now=now,
    )
