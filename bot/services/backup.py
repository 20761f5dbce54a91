"""Copy the database while it is in use, and put a copy back so that nothing goes out twice."""

from datetime import datetime
from pathlib import Path

from bot.domain.errors import SettingsFault
from bot.domain.events import EventTag
from bot.store import database, events, migrations, outbox
from bot.store.database import transaction


def back_up(source: Path, target: Path) -> None:
    """Write a consistent copy; refuse to overwrite a file."""
    if target.exists():
        raise SettingsFault(f"{target}: is there already; name another file")
    with database.connect(source) as db:
        try:
            database.copy_to(db, target)
        except database.OPEN_ERRORS as exc:
            raise SettingsFault(f"{target}: cannot be written: {exc}") from None


def restore(backup: Path, target: Path, *, by: str, now: datetime) -> int:
    """Put a backup in the database's place, everything that was waiting held; return how many that is.

    What was queued at the time of the backup may have gone out since: a person lets it go
    (`usher jobs release`). Refused while a service uses the database.
    """
    if not backup.is_file():
        raise SettingsFault(f"{backup}: no such file")
    fresh = target.with_name(f"{target.name}.restoring")
    fresh.unlink(missing_ok=True)
    with database.exclusively(target):
        try:
            with database.connect(backup) as db:
                _check_ours(db, backup)
                database.copy_to(db, fresh)
        except database.OPEN_ERRORS as exc:
            raise SettingsFault(f"{backup}: is not a backup of Usher: {exc}") from None
        with database.connect(fresh) as db:
            migrations.migrate(db)
            with transaction(db):
                held = outbox.hold_waiting(db)
                events.add(db, EventTag.DATABASE_RESTORED, "database", actor=by, at=now, held=held)
        database.put_in_place(fresh, target)
    return held


def _check_ours(db: database.Database, path: Path) -> None:
    if not migrations.is_ours(db):
        raise SettingsFault(f"{path}: is not a backup of Usher")
