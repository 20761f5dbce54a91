"""Authenticator apps, of staff and of partners alike: find one, and take each of its codes once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from bot.domain.errors import CodeMissing, CodesLocked, CodeUsed, NotEnrolled, Refusal, WrongCode
from bot.domain.events import EventTag
from bot.domain.step_up import MOST_WRONG, Authenticator, read_code
from bot.services.desk import Desk
from bot.store import authenticators, events

SECRET = "authenticator"  # noqa: S105 - the purpose under which devices' secrets are sealed

#: what is done when too many wrong codes lock a device, and until when it is locked
OnLocked = Callable[[datetime], None]


def find_counting(db: Database, desk: Desk, person: str) -> Authenticator | None:
    """Their confirmed device, whose secret can be read; None where they have none that counts."""
    device = authenticators.find(db, person)
    counts = device is not None and device.confirmed_at is not None and bool(open_secret(desk, device.sealed))
    return device if counts else None


def open_secret(desk: Desk, sealed: str) -> str:
    """Its secret; "" once SECRET_KEY has lost the key that sealed it: such a device is as good as none."""
    try:
        return desk.keyring.open(SECRET, sealed)
    except ValueError:
        return ""


def subject_of(person: str) -> str:
    """What an event about somebody's authenticator is about; a partner is an account."""
    return person if person.startswith("account:") else f"staff:{person}"


def check_ready(device: Authenticator | None, now: datetime) -> Authenticator:
    """Raise NotEnrolled or CodesLocked, which keep any code from being taken."""
    if device is None:
        raise NotEnrolled
    if device.locked_until is not None and device.is_locked(now):
        raise CodesLocked(until=device.locked_until)
    return device


def take(
    db: Database, desk: Desk, person: str, code: str, *, on_locked: OnLocked, now: datetime
) -> Refusal | None:
    """Take a code once, in the caller's transaction; the refusal is returned: what it counts is committed.

    Looking at a code and counting it is one step: however many try at once, a wrong code is counted and a
    right one is used up, with its step and every step before.
    """
    try:
        device = check_ready(find_counting(db, desk, person), now)
    except Refusal as refusal:
        return refusal
    digits = read_code(code)
    if not digits:
        return CodeMissing()
    secret = open_secret(desk, device.sealed)
    step = desk.codes.find_step(secret, digits, at=now)
    if step is None:
        return _count_wrong(db, device, on_locked, now)
    if device.has_used(step):
        events.add(db, EventTag.CODE_FAILED, subject_of(person), actor=person, at=now, why="used")
        return CodeUsed()
    # Sealed anew each time, so that an older SECRET_KEY falls out of use.
    authenticators.put(db, replace(device.after_right(step), sealed=desk.keyring.seal(SECRET, secret)))
    events.add(db, EventTag.CODE_TAKEN, subject_of(person), actor=person, at=now)
    return None


def _count_wrong(db: Database, device: Authenticator, on_locked: OnLocked, now: datetime) -> Refusal:
    person, device = device.person, device.after_wrong(now)
    authenticators.put(db, device)
    left = MOST_WRONG - device.wrong
    events.add(db, EventTag.CODE_FAILED, subject_of(person), actor=person, at=now, why="wrong", left=left)
    if device.locked_until is None:
        return WrongCode(left=left)
    events.add(db, EventTag.CODES_LOCKED, subject_of(person), actor=person, at=now)
    on_locked(device.locked_until)
    return CodesLocked(until=device.locked_until)
