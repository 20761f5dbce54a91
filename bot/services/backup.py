"""Copy the database while it is in use, and put a copy back so that nothing goes out twice."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from bot.domain.errors import SettingsFault
from bot.domain.events import EventTag
from bot.domain.health import Check
from bot.domain.keyring import Keyring
from bot.domain.outbox import JobStatus
from bot.services import sealed
from bot.services.outbox import show_held
from bot.store import chat_messages, database, events, holds, migrations, numbers, outbox
from bot.store.database import transaction

SKEW = timedelta(minutes=1)  #: between Slack's clock and ours


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What whoever restored a backup has to know."""

    held: int  #: mails that wait until staff release them, those among them that were held before
    next_case: int  #: the number of the next case
    secrets: Check  #: whether SECRET_KEY opens all that is sealed in it


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


def restore(
    backup: Path, target: Path, *, ring: Keyring, by: str, now: datetime, key_lost: bool = False
) -> Restored:
    """Put a backup in the database's place, everything that was waiting held.

    What was queued at the time of the backup may have gone out since, and so may the answers to mails that
    are taken in again now: until a person releases all (`usher jobs release --all --keys-checked`), every
    mail is held. The first import of vouchers waits for a confirmation of its own, and every series of
    numbers goes on far behind what may have been given out since.
    Refused while a service uses the database, and, unless the key is said to be lost, under a SECRET_KEY that
    opens nothing of the backup. Until the very end, and whatever goes wrong before it, the
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
            _lay_out(backup, fresh)
            secrets = _check_key(backup, fresh, ring, key_lost=key_lost)
            held, next_case = _hold(fresh, _list_given(target), by=by, now=now)
            database.put_in_place(fresh, target)
        except database.OPEN_ERRORS as exc:
            raise SettingsFault(f"{backup}: cannot be restored: {exc}") from None
        finally:
            database.remove(fresh)
    return Restored(held=held, next_case=next_case, secrets=secrets)


def _list_given(target: Path) -> dict[str, int]:
    """The last numbers of the database that is replaced; none where nobody can read them any more."""
    if not target.is_file():
        return {}
    try:
        with database.look_into(target) as db:
            return numbers.list_last(db)
    except database.OPEN_ERRORS:  # it is broken: mostly that is why a backup is put back
        return {}


def _lay_out(backup: Path, fresh: Path) -> None:
    """A copy of the backup, sound and of this version."""
    with database.look_into(backup) as db:
        _check_backup(db, backup)
        _write_copy(db, fresh)
    with database.connect(fresh) as db:
        if not database.is_sound(db):
            raise SettingsFault(f"{backup}: is damaged; take an older backup")
        migrations.migrate(db)


def _check_key(backup: Path, fresh: Path, ring: Keyring, *, key_lost: bool) -> Check:
    with database.look_into(fresh) as db:
        if sealed.is_of_another_key(db, ring) and not key_lost:
            raise SettingsFault(
                f"SECRET_KEY: opens nothing that is sealed in {backup}, so nothing was restored; put the key "
                "that it was made under behind the present one: SECRET_KEY=PRESENT,FORMER. Where that key is "
                "lost for good, --key-lost restores the rest"
            )
        return sealed.examine(db, ring)


def _hold(fresh: Path, given: Mapping[str, int], *, by: str, now: datetime) -> tuple[int, int]:
    """Return how many jobs wait for a person, and the number of the next case."""
    with database.connect(fresh) as db:
        with transaction(db):
            waited = outbox.hold_waiting(db)
            held = len(outbox.list_jobs(db, (JobStatus.HELD,)))
            holds.add(db, now)
            case = numbers.jump(db, given) + 1
            tag = EventTag.DATABASE_RESTORED
            events.add(db, tag, events.RESTORED, actor=by, at=now, held=held, next_case=case)
            for job in waited:
                show_held(db, job, now=now)
        return held, case


def find_forgetting(db: Database, channel: str, ts: str) -> datetime | None:
    """When the database was restored that knows nothing of that message in Slack; None where it knows of it.

    It was posted between the backup and its restore. Numbers of jobs, mails and people that were given then
    are given again, and its buttons carry them.
    """
    posted = datetime.fromtimestamp(float(ts), UTC)
    for one in events.list_restores(db):
        is_between = (one.newest is None or one.newest < posted + SKEW) and posted < one.at
        if is_between and chat_messages.find_key(db, channel, ts) is None:
            return one.at
    return None


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
