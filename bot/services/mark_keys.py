"""What is known by its mark alone stays known when the SECRET_KEY goes under which it was marked."""

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from bot.domain.events import EventTag
from bot.domain.keyring import Keyring
from bot.domain.license_keys import KEY, VOUCHER
from bot.domain.recovery_codes import PURPOSE as RECOVERY_CODE
from bot.services import sealed as seals
from bot.services.sealed import MARK_KEY
from bot.store import events, license_keys, mark_keys
from bot.store.database import transaction

#: used License Keys, and codes that nobody has but their owner: nothing is kept of them but marks
MARKED = (VOUCHER, KEY, RECOVERY_CODE)


@dataclass(frozen=True, kw_only=True)
class Lost:
    """What no key of SECRET_KEY opens, and nothing but its former key would mend."""

    marks: int  #: by which used License Keys and recovery codes of that time were known
    stock: int  #: License Keys that would be given out all the same
    all_closed: bool  #: nothing at all opens: more likely SECRET_KEY is a slip


def keep(db: Database, ring: Keyring) -> None:
    """Write down by what this ring marks, under its newest key, and tell it by what earlier ones did.

    So a key that was listed once may go. What no key of the ring opens is left; `usher doctor` says so. A
    ring that opens nothing at all is a slip: it leaves no trace, so that the right one is content again.
    """
    if _list_open(db, ring) or not seals.opens_nothing(db, ring):
        _write(db, ring)


def _list_open(db: Database, ring: Keyring) -> list[tuple[str, str]]:
    return [(purpose, text) for purpose, text in mark_keys.list_all(db) if ring.opens(MARK_KEY, text)]


def _write(db: Database, ring: Keyring) -> None:
    there = _list_open(db, ring)
    for purpose in MARKED:
        sealed = [text for name, text in there if name == purpose]
        kept = [bytes.fromhex(ring.open(MARK_KEY, text)) for text in sealed]
        known = list(dict.fromkeys((*kept, *ring.list_keys(purpose))))
        if known != kept:
            fresh = [ring.seal(MARK_KEY, key.hex()) for key in known]
            with transaction(db):
                mark_keys.replace(db, purpose, fresh, since=sealed)
        ring.remember(purpose, known)


def find_lost(db: Database, ring: Keyring) -> Lost:
    marks, stock = seals.list_lost_marks(db, ring), seals.list_lost_stock(db, ring)
    return Lost(marks=len(marks), stock=len(stock), all_closed=seals.opens_nothing(db, ring))


def forget_lost(db: Database, ring: Keyring, *, by: str, now: datetime) -> Lost:
    """A key is lost for good: let go of what it marked, and give out no License Key that it sealed.

    From then on the database belongs to this ring, whatever else it does not open. Return what was forgotten.
    """
    with transaction(db):
        lost = find_lost(db, ring)
        mark_keys.drop(db, seals.list_lost_marks(db, ring))
        license_keys.void_stock(db, seals.list_lost_stock(db, ring), now=now)
        if lost.marks or lost.stock:
            tag, numbers = EventTag.KEY_LOST, {"marks": lost.marks, "stock": lost.stock}
            events.add(db, tag, "database", actor=by, at=now, **numbers)
    _write(db, ring)
    return lost
