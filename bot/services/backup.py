"""Copy the database while it is in use, and put a copy back so that nothing goes out twice."""

from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from bot.domain.errors import SettingsFault
from bot.domain.events import EventTag
from bot.services.outbox import show_held
from bot.store import database, events, holds, migrations, outbox
from bot.store.database import transaction


def back_up(source: Path, target: Path) -> None:
    """Write a consistent copy of whatever version it is; refuse to overwrite a file.

    The copy gets its name when it is whole: what a full disk leaves must not look like a backup.
    """
    if target.exists():
        raise SettingsFault(f"{target}: is there already; name another file")
    if not target.parent.is_dir():
        raise SettingsFault(f"{target}: there is no folder {target.parent}")
    part = target.with_name(f"{target.name}.part")
    try:
        with database.look_into(source) as db:
            _check_backup(db, source)
            _write_copy(db, part)
        part.rename(target)
    except database.OPEN_ERRORS as exc:
        raise SettingsFault(f"{source}: cannot be copied: {exc}") from None
    finally:
        database.remove(part)


def _write_copy(db: Database, target: Path) -> None:
    try:
        # Mails and people are in it: nobody but its owner reads it.
        target.touch(mode=0o600)
        database.copy_to(db, target)
    except OSError as exc:
        raise SettingsFault(f"{target}: cannot be written: {exc.strerror}") from None


def restore(backup: Path, target: Path, *, by: str, now: datetime) -> int:
    """Put a backup in the database's place, everything that was waiting held; return how many that is.

    What was queued at the time of the backup may have gone out since, and so may the answers to mails that
    are taken in again now: until a person releases all (`usher jobs release --all --keys-checked`), each
    mail is held, and the first import of vouchers waits for a confirmation of its own.
    Refused while a service uses the database. Until the very end, and whatever goes wrong before it, the
    present database stays as it is.
    """
    if not backup.is_file():
        raise SettingsFault(f"{backup}: no such file")
    if not target.parent.is_dir():
        raise SettingsFault(f"DATABASE_URL: there is no folder {target.parent}; make it")
    fresh = target.with_name(f"{target.name}.restoring")
    with database.exclusively(target):
        database.remove(fresh)
        try:
            held = _prepare(backup, fresh, by=by, now=now)
            database.put_in_place(fresh, target)
        except database.OPEN_ERRORS as exc:
            raise SettingsFault(f"{backup}: cannot be restored: {exc}") from None
        finally:
            database.remove(fresh)
    return held


def _prepare(backup: Path, fresh: Path, *, by: str, now: datetime) -> int:
    with database.look_into(backup) as db:
        _check_backup(db, backup)
        _write_copy(db, fresh)
    with database.connect(fresh) as db:
        if not database.is_sound(db):
            raise SettingsFault(f"{backup}: is damaged; take an older backup")
        migrations.migrate(db)
        with transaction(db):
            held = outbox.hold_waiting(db)
            holds.add(db, now)
            events.add(db, EventTag.DATABASE_RESTORED, "database", actor=by, at=now, held=len(held))
            for job in held:
                show_held(db, job, now=now)
    return len(held)


def _check_backup(db: Database, path: Path) -> None:
    """Ours, and no newer than we are."""
    try:
        ours = migrations.is_ours(db)
        migrations.check_ours(db)
    except database.OPEN_ERRORS as exc:
        raise SettingsFault(f"{path}: is not a database of Usher ({exc})") from None
    except SettingsFault as fault:
        raise SettingsFault(
            *[f"{path}: {line.removeprefix('DATABASE_URL: ')}" for line in fault.faults]
        ) from None
    if not ours:
        raise SettingsFault(f"{path}: is not a database of Usher")
