"""Open the database and write to it: one event a connection, one short transaction a decision."""

import errno
import fcntl
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from time import monotonic, sleep
from typing import IO, Any
from urllib.parse import quote

from sqlite_utils import Database

from bot.domain.errors import SettingsFault

BUSY_SECONDS = 20.0

#: below so many free bytes the disk counts as full: a mail and its case, some times over
LEAST_ROOM = 16 * 1024 * 1024

UNREADABLE = "cannot be read"  #: it is no database, or another program's
FULL = "the disk is full: make room where the database lies"
#: what the machine does to a database, with the mend; nothing that was to be written is to blame
TROUBLES = {
    sqlite3.SQLITE_BUSY: "another process has locked the database: end what works on it beside Usher",
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_IOERR: "the disk of the database is full or fails: make room, look at its log",
    sqlite3.SQLITE_CANTOPEN: "the database cannot be opened: make room, and check who may write there",
    sqlite3.SQLITE_READONLY: "the database may only be read: check who may write there",
}

#: what opening a file that is no database of ours raises
OPEN_ERRORS = (sqlite3.DatabaseError,)


#: what the next transaction of this thread that commits does first
_JOINED: ContextVar[Callable[[Database], None] | None] = ContextVar("joined", default=None)


@contextmanager
def connect(path: Path, *, one_thread: bool = True) -> Iterator[Database]:
    """Open the database, for this thread unless told otherwise, and close it again.

    `synchronous=FULL`: a mail that was moved on the server must be in the ledger after a power cut.
    """
    _make_private(path)
    connection = sqlite3.connect(
        path, isolation_level=None, timeout=BUSY_SECONDS, check_same_thread=one_thread
    )
    try:
        _use_wal(connection)
        connection.execute("pragma synchronous = full")
        connection.execute("pragma foreign_keys = on")
        yield Database(connection)
    finally:
        connection.close()


def _make_private(path: Path) -> None:
    """Mails and people are in it: a new file is its owner's alone, and so is what SQLite puts beside it."""
    with suppress(OSError):  # it is there, or SQLite says what is wrong
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch a new file to its log; two processes that start together both want to.

    For this one step SQLite does not wait its time-out but says "database is locked" at once.
    """
    deadline = monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("pragma journal_mode = wal")
        except sqlite3.OperationalError as exc:
            if exc.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or monotonic() > deadline:
                raise
            sleep(0.01)
        else:
            return


@contextmanager
def transaction(db: Database, locks: tuple[str, ...] = ()) -> Iterator[Database]:
    """Everything inside commits together or not at all.

    It begins *immediate*: a deferred read-then-write fails at once with "database is locked", however
    long the time-out. `locks` name what is decided about ("case:7"); SQLite's one write lock covers them
    all, a database with row locks takes each. A transaction is never opened inside another.
    """
    del locks
    joined = _JOINED.get()
    db.conn.execute("begin immediate")
    try:
        if joined is not None:
            joined(db)
        yield db
    except BaseException:
        # A trigger or a full disk may have rolled back already.
        if db.conn.in_transaction:
            db.conn.execute("rollback")
        raise
    else:
        db.conn.execute("commit")
        if joined is not None:
            _JOINED.set(None)


@contextmanager
def beforehand(db: Database, locks: tuple[str, ...] = ()) -> Iterator[Database]:
    """A transaction that only prepares a decision or notes a look: what is joined waits for the next."""
    joined = _JOINED.get()
    _JOINED.set(None)
    try:
        with transaction(db, locks):
            yield db
    finally:
        _JOINED.set(joined)


def join_next(act: Callable[[Database], None] | None) -> bool:
    """Make that part of this thread's next transaction: the two commit together, or it waits for another.

    It takes the place of what was joined before; return whether that still waited.
    """
    waited = _JOINED.get() is not None
    _JOINED.set(act)
    return waited


@contextmanager
def waiting_at_most(db: Database, seconds: float) -> Iterator[None]:
    """In here nobody waits longer than that for another process's lock."""
    db.conn.execute(f"pragma busy_timeout = {round(seconds * 1000)}")
    try:
        yield
    finally:
        db.conn.execute(f"pragma busy_timeout = {round(BUSY_SECONDS * 1000)}")


@contextmanager
def apart(db: Database) -> Iterator[None]:
    """Within a transaction: what raises in here is undone, and what was done before stands."""
    db.conn.execute("savepoint apart")
    try:
        yield
    except BaseException:
        if db.conn.in_transaction:
            db.conn.execute("rollback to apart")
            db.conn.execute("release apart")
        raise
    else:
        db.conn.execute("release apart")


def attempt(db: Database, act: Callable[[], object]) -> Exception | None:
    """Do it `apart`: a bug in it is undone and returned; what the machine does to the database is raised."""
    try:
        with apart(db):
            act()
    except Exception as exc:
        if trouble(exc) or not db.conn.in_transaction:
            raise
        return exc
    return None


@contextmanager
def rehearsal(db: Database) -> Iterator[Database]:
    """What would come of it: everything inside is done as in a transaction, and undone at the end."""
    db.conn.execute("begin immediate")
    try:
        yield db
    finally:
        if db.conn.in_transaction:
            db.conn.execute("rollback")


def trouble(exc: Exception) -> str:
    """What the machine did to the database, in words; "" for any other error."""
    code = exc.sqlite_errorcode & 0xFF if isinstance(exc, sqlite3.OperationalError) else sqlite3.SQLITE_OK
    return TROUBLES.get(code, "")


def passes(exc: Exception) -> bool:
    """Whether it may be over by itself: a lock, a full disk, one that fails now and then."""
    code = exc.sqlite_errorcode & 0xFF if isinstance(exc, sqlite3.OperationalError) else sqlite3.SQLITE_OK
    return code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}


def is_locked(exc: Exception) -> bool:
    """Whether it was waited for a lock, all the time there is, and in vain."""
    return isinstance(exc, sqlite3.OperationalError) and exc.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY


def find_trouble(path: Path) -> str:
    """What keeps the database from being written to now, in words; it waits a second for whoever writes."""
    free = shutil.disk_usage(path.parent).free
    if free < LEAST_ROOM:
        return f"{FULL} ({free // 1024} kB are free)"
    if not os.access(path.parent, os.W_OK | os.X_OK, effective_ids=True):
        return "the database's folder cannot be written to: let the service's user write there"
    try:
        # As it is: whoever looks makes no file, and switches none to its log.
        connection = sqlite3.connect(_url(path, "rw"), uri=True, isolation_level=None, timeout=1)
        with closing(connection):
            connection.execute("begin immediate")
            # To begin is not enough: of a file that may only be read SQLite makes it a reading transaction.
            connection.execute("pragma user_version = 0")
            connection.execute("rollback")
    except sqlite3.Error as exc:
        return trouble(exc) or f"{UNREADABLE}: {exc}"
    return ""


@contextmanager
def look_into(path: Path) -> Iterator[Database]:
    """Open a database that must not be changed: somebody's backup, or one that is only looked at."""
    connection = sqlite3.connect(_url(path, "ro"), uri=True, isolation_level=None)
    with closing(connection):
        yield Database(connection)


def _url(path: Path, mode: str) -> str:
    return f"file:{quote(str(path.absolute()))}?mode={mode}"


def copy_to(db: Database, target: Path) -> None:
    """Write a consistent copy while others read and write: one file, without a log beside it."""
    with closing(sqlite3.connect(target)) as copy:
        db.conn.backup(copy)
        copy.execute("pragma journal_mode = delete")


def is_sound(db: Database) -> bool:
    """Whether every page is there and in order; it reads the whole file."""
    return rows(db, "pragma quick_check") == [{"quick_check": "ok"}]


def put_in_place(fresh: Path, target: Path) -> None:
    """Replace a database by another file; the old one's log must not be applied to the new one."""
    with closing(sqlite3.connect(fresh)) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
        connection.execute("pragma journal_mode = delete")
    if target.exists():
        # Root restores, the service's user reads.
        owner = target.stat()
        os.chown(fresh, owner.st_uid, owner.st_gid)
        fresh.chmod(owner.st_mode)
    _empty_log(target)
    for suffix in ("-wal", "-shm", "-journal"):
        target.with_name(target.name + suffix).unlink(missing_ok=True)
    fresh.replace(target)


def _empty_log(path: Path) -> None:
    """Bring what stands in its log alone into the file: a kill before the end leaves no more than that."""
    with (
        suppress(*OPEN_ERRORS),  # it is not there, or broken: mostly that is why a backup is put back
        closing(sqlite3.connect(_url(path, "rw"), uri=True)) as connection,
    ):
        connection.execute("pragma wal_checkpoint(truncate)")


def remove(path: Path) -> None:
    """A database that came to nothing, with what stands beside it."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        try:
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        except OSError as exc:
            if exc.errno != errno.ENAMETOOLONG:  # nothing is called so
                raise


@contextmanager
def in_use(path: Path) -> Iterator[None]:
    """Say that a service works on this database, for as long as it does."""
    with _lock_file(path) as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield


@contextmanager
def exclusively(path: Path) -> Iterator[None]:
    """Keep services away from this database; refuse while one uses it."""
    with _lock_file(path) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SettingsFault(f"{path}: a running service uses it; stop it first") from None
        yield


def _lock_file(path: Path) -> IO[str]:
    beside = path.with_name(f"{path.name}.lock")
    try:
        return beside.open("a")
    except OSError as exc:
        raise SettingsFault(f"DATABASE_URL: cannot write {beside} ({exc.strerror})") from None


def rows(db: Database, sql: str, values: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    cursor = db.execute(sql, dict(values or {}))
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, found, strict=True)) for found in cursor.fetchall()]


def row(db: Database, sql: str, values: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
    found = rows(db, sql, values)
    return found[0] if found else None


def count(db: Database, sql: str, values: Mapping[str, Any] | None = None) -> int:
    """Run a statement and tell how many rows it touched."""
    return int(db.execute(sql, dict(values or {})).rowcount)


def count_each(db: Database, sql: str, values: Iterable[Mapping[str, Any]]) -> int:
    """Run a statement once for each of the values; how many rows they touched together."""
    return int(db.conn.executemany(sql, list(values)).rowcount)


def listed(name: str, values: Iterable[str]) -> tuple[str, dict[str, str]]:
    """The inside of an `in (…)`, with its named parameters."""
    parameters = {f"{name}_{number}": str(value) for number, value in enumerate(values)}
    return ", ".join(f":{key}" for key in parameters), parameters


def among(values: Iterable[str]) -> str:
    """The same for names of ours, in a fragment that carries no parameters."""
    return ", ".join(f"'{value}'" for value in sorted(values))


def text_of(moment: datetime) -> str:
    """An instant as UTC text of fixed width, so that text order is time order."""
    if moment.tzinfo is None:
        raise ValueError("a naive datetime has no place in the database")
    return _utc_text(moment.astimezone(UTC))


@lru_cache(maxsize=64)
def _utc_text(moment: datetime) -> str:
    """A transaction writes its moment many times; in UTC no two instants are equal, as `fold` has it."""
    return moment.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def maybe_instant(text: str | None) -> datetime | None:
    return instant(text) if text else None
