"""What is known by its mark alone stays known when the SECRET_KEY goes under which it was marked."""

from sqlite_utils import Database

from bot.domain.keyring import Keyring
from bot.domain.license_keys import KEY, VOUCHER
from bot.domain.recovery_codes import PURPOSE as RECOVERY_CODE
from bot.services import sealed as seals
from bot.services.sealed import MARK_KEY
from bot.store import mark_keys
from bot.store.database import transaction

#: used License Keys, and codes that nobody has but their owner: nothing is kept of them but marks
MARKED = (VOUCHER, KEY, RECOVERY_CODE)


def keep(db: Database, ring: Keyring) -> None:
    """Write down by what this ring marks, under its newest key, and tell it by what earlier ones did.

    So a key that was listed once may go. What no key of the ring opens is left; `usher doctor` says so. A
    ring that opens nothing at all is a slip: it leaves no trace, so that the right one is content again.
    """
    kept_by_any = mark_keys.list_all(db)
    there = [(purpose, sealed) for purpose, sealed in kept_by_any if ring.opens(MARK_KEY, sealed)]
    if not there and seals.opens_nothing(db, ring):
        return
    for purpose in MARKED:
        sealed = [text for name, text in there if name == purpose]
        kept = [bytes.fromhex(ring.open(MARK_KEY, text)) for text in sealed]
        known = list(dict.fromkeys((*kept, *ring.list_keys(purpose))))
        if known != kept:
            fresh = [ring.seal(MARK_KEY, key.hex()) for key in known]
            with transaction(db):
                mark_keys.replace(db, purpose, fresh, since=sealed)
        ring.remember(purpose, known)
