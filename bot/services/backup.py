"""Copy the database while it is in use, and put a copy back so that nothing goes out twice."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from bot.domain.errors import SettingsFault
from bot.domain.events import EventTag
from bot.domain.outbox import JobStatus
from bot.services.outbox import show_held
from bot.store import database, events, holds, migrations, numbers, outbox
from bot.store.database import transaction


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What whoever restored a backup has to know."""

    held: int  #: mails that wait until staff release them, those among them that were held before
    next_case: int  #: the number of the next case


def back_up(source: Path, target: Path) -> None:
    """Write a consistent copy of whatever version it is; refuse to overwrite a file.

    The copy gets its name when it is whole: what a full disk leaves must not look like a backup.
    """
    with _reached(target):
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


@contextmanager
def _reached(path: Path) -> Iterator[None]:
    """Looking at a file in a folder that one may not enter raises."""
    try:
        yield
    except OSError as exc:
        raise SettingsFault(f"{path}: cannot be reached ({exc.strerror})") from None


def _write_copy(db: Database, target: Path) -> None:
    try:
        # Mails and people are in it: nobody but its owner reads it.
        target.touch(mode=0o600)
        database.copy_to(db, target)
    except OSError as exc:
        raise SettingsFault(f"{target}: cannot be written: {exc.strerror}") from None


def restore(backup: Path, target: Path, *, by: str, now: datetime) -> Restored:
    """Put a backup in the database's place, everything that was waiting held.

    What was queued at the time of the backup may have gone out since, and so may the answers to mails that
    are taken in again now: until a person releases all (`usher jobs release --all --keys-checked`), every
    mail is held. The first import of vouchers waits for a confirmation of its own, and every series of
    numbers goes on far behind what may have been given out since.
    Refused while a service uses the database. Until the very end, and whatever goes wrong before it, the
    present database stays as it is.
    """
    with _reached(backup):
        if not backup.is_file():
            there = "is no file" if backup.exists() else "no such file"
            fault = "is a folder; name the backup in it" if backup.is_dir() else there
            raise SettingsFault(f"{backup}: {fault}")
    if not target.parent.is_dir():
        raise SettingsFault(f"DATABASE_URL: there is no folder {target.parent}; make it")
    fresh = target.with_name(f"{target.name}.restoring")
    with database.exclusively(target):
        database.remove(fresh)
        try:
            restored = _prepare(backup, fresh, _list_given(target), by=by, now=now)
            database.put_in_place(fresh, target)
        except database.OPEN_ERRORS as exc:
            raise SettingsFault(f"{backup}: cannot be restored: {exc}") from None
        finally:
            database.remove(fresh)
    return restored


def _list_given(target: Path) -> dict[str, int]:
    """The last numbers of the database that is replaced; none where nobody can read them any more."""
    if not target.is_file():
        return {}
    try:
        with database.look_into(target) as db:
            return numbers.list_last(db)
    except database.OPEN_ERRORS:  # it is broken: mostly that is why a backup is put back
        return {}


def _prepare(backup: Path, fresh: Path, given: Mapping[str, int], *, by: str, now: datetime) -> Restored:
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
            case = numbers.jump(db, given) + 1
            tag, many = EventTag.DATABASE_RESTORED, len(held)
            events.add(db, tag, "database", actor=by, at=now, held=many, next_case=case)
            for job in held:
                show_held(db, job, now=now)
        waiting = len(outbox.list_jobs(db, (JobStatus.HELD,)))
    return Restored(held=waiting, next_case=case)


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
