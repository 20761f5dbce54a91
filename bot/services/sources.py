"""The raw bytes of mails, sealed from the moment they are recorded: nobody knows yet what is in them."""

from dataclasses import replace

from sqlite_utils import Database

from bot.domain.errors import UnknownMail
from bot.domain.mail import FetchedMail
from bot.services.desk import Desk
from bot.store import ledger

#: for what mails are sealed (`Keyring`)
SOURCE = "mail source"


def seal(desk: Desk, fetched: FetchedMail) -> FetchedMail:
    """The same mail as the ledger keeps it."""
    return replace(fetched, raw=desk.keyring.seal_bytes(SOURCE, fetched.raw))


def find(db: Database, desk: Desk, mail_id: int) -> bytes | None:
    """The raw bytes of a mail, None where they were not kept; raise ValueError when no key opens them."""
    found = ledger.find_raw(db, mail_id)
    if found is None:
        return None
    raw, sealed = found
    return desk.keyring.open_bytes(SOURCE, raw) if sealed else raw


def get(db: Database, desk: Desk, mail_id: int) -> bytes:
    """As `find`; raise UnknownMail where none are kept."""
    raw = find(db, desk, mail_id)
    if raw is None:
        raise UnknownMail(id=mail_id)
    return raw


def find_readable(db: Database, desk: Desk, mail_id: int) -> bytes | None:
    """As `find`; None as well where SECRET_KEY has lost the key that would open them."""
    try:
        return find(db, desk, mail_id)
    except ValueError:
        return None
