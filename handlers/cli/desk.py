"""The desk as most commands need it: its database open, who acts, and what time it is."""

import getpass
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.domain.errors import SettingsFault

if TYPE_CHECKING:
    from sqlite_utils import Database

    from bot.services.desk import Desk


@dataclass(frozen=True, kw_only=True)
class OpenDesk:
    """One command's hold of the desk."""

    db: "Database"
    by: str  #: who acts, for the audit trail
    now: datetime
    desk: "Desk"


@contextmanager
def open_desk() -> Iterator[OpenDesk]:
    """Open the database of the settings; it has to be there and of this version, as the service leaves it."""
    from bot import bootstrap
    from bot import settings as settings_room
    from bot.services import mark_keys

    settings = settings_room.load()
    bootstrap.check_database(settings)
    now, desk = bootstrap.make_clock(settings).now(), bootstrap.make_desk(settings)
    try:
        with bootstrap.connect(settings) as db:
            mark_keys.keep(db, desk.keyring)
            yield OpenDesk(db=db, by=operator(), now=now, desk=desk)
    except sqlite3.DatabaseError as exc:
        # These two say that the file, the disk or a lock is in the way; the others are bugs of ours.
        if type(exc) not in (sqlite3.DatabaseError, sqlite3.OperationalError):
            raise
        raise SettingsFault(f"DATABASE_URL: {settings.database_path} cannot be used: {exc}") from None


def operator() -> str:
    """Who acts on the command line, for the audit trail."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):  # a container's user may have no name
        return "cli:unknown"
