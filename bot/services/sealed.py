"""Whether SECRET_KEY opens what is sealed: a wrong one leaves mails and keys that nobody can use."""

from sqlite_utils import Database

from bot.domain.health import Check
from bot.domain.keyring import Keyring
from bot.domain.license_keys import KEY, KeyState
from bot.services.authenticators import SECRET as DEVICES
from bot.services.queueing import SECRETS
from bot.store import authenticators, license_keys, mark_keys, outbox

MARK_KEY = "mark key"  #: for what the keys are sealed by which used ones stay known


def examine(db: Database, ring: Keyring) -> Check:
    """Everything that is sealed, marks included: content means that no former key is needed any more."""
    return _check(ring, [*_list_used(db), *_list_marks(db)])


def watch(db: Database, ring: Keyring) -> Check:
    """What a running service needs: marks of a key that is lost for good are no trouble beside its own."""
    marks = _list_marks(db)
    known = any(ring.opens(*one) for one in marks)
    return _check(ring, [*_list_used(db), *([] if known else marks)])


def opens_nothing(db: Database, ring: Keyring) -> bool:
    """Whether something is sealed, marks aside, and no key of the ring opens any of it, nor a mark."""
    used = _list_used(db)
    return bool(used) and not any(ring.opens(*one) for one in (*used, *_list_marks(db)))


def is_of_another_key(db: Database, ring: Keyring) -> bool:
    """Whether no key of the ring opens anything here: each under which it ever ran has left its marks."""
    there = [*_list_used(db), *_list_marks(db)]
    return bool(there) and not any(ring.opens(*one) for one in there)


def count_closed(ring: Keyring, keys: list[str]) -> int:
    """How many of these sealed License Keys no key of the ring opens."""
    return sum(not ring.opens(KEY, one) for one in keys)


def list_lost_marks(db: Database, ring: Keyring) -> list[str]:
    """By what marks were made that no key of the ring opens."""
    return [text for purpose, text in _list_marks(db) if not ring.opens(purpose, text)]


def list_lost_stock(db: Database, ring: Keyring) -> list[str]:
    """License Keys in stock that nobody can read any more, and that would be given out all the same."""
    return [text for text in license_keys.list_all_sealed(db, KeyState.STOCK) if not ring.opens(KEY, text)]


def _check(ring: Keyring, sealed: list[tuple[str, str]]) -> Check:
    closed = sum(not ring.opens(*one) for one in sealed)
    what = "waiting mails, authenticators, License Keys and marks"
    sentence = f"{closed} of {len(sealed)} {what} were sealed with another key"
    return Check(
        name="SECRET_KEY",
        well=not closed,
        sentence=sentence if closed else "opens everything that is sealed",
        mend="put the former key behind the present one: SECRET_KEY=PRESENT,FORMER; "
        "is it lost for good, `usher sealed forget` says what to do",
    )


def _list_used(db: Database) -> list[tuple[str, str]]:
    """What may still be opened, each with its purpose."""
    return [
        *((SECRETS, text) for text in outbox.list_sealed(db)),
        *((DEVICES, text) for text in authenticators.list_sealed(db)),
        *((KEY, text) for text in license_keys.list_sealed(db)),
    ]


def _list_marks(db: Database) -> list[tuple[str, str]]:
    return [(MARK_KEY, text) for _, text in mark_keys.list_all(db)]
