"""Which workers live: each holds a lock beside the database, which the kernel drops however it ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from bot.domain.errors import SettingsFault


@contextmanager
def alive(path: Path, worker: str) -> Iterator[None]:
    """Be known as living. The file stays behind: whoever finds its lock free asks for what is left open."""
    own = _file_of(path, worker)
    lock = _open(own)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        while not _stands(own, lock):  # somebody took the file, not yet locked, for a dead one's
            lock.close()
            lock = _open(own)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        lock.close()


def lives(path: Path, worker: str) -> bool:
    """Whether that worker holds its lock; of one without a file nobody knows."""
    try:
        lock = _file_of(path, worker).open()
    except FileNotFoundError:
        return False
    with lock:
        try:
            # Shared: two who look at once must not take each other for the worker.
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def bury_dead(path: Path) -> Iterator[str]:
    """Each worker that is provably dead; it is forgotten once the caller comes for the next.

    A process id would not prove it: containers on one volume have each their own, and all begin at 1. A
    worker without a file may live where we do not see it; its claims end by their lease only.
    """
    prefix = _file_of(path, "").name
    for file in sorted(path.parent.iterdir()):
        if not file.name.startswith(prefix):
            continue
        try:
            lock = file.open()
        except FileNotFoundError:  # somebody else was faster
            continue
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield file.name.removeprefix(prefix)
            file.unlink(missing_ok=True)


def _file_of(path: Path, worker: str) -> Path:
    return path.with_name(f"{path.name}.worker.{worker}")


def _open(file: Path) -> IO[str]:
    try:
        return file.open("a")
    except OSError as exc:
        raise SettingsFault(f"DATABASE_URL: cannot write {file} ({exc.strerror})") from None


def _stands(file: Path, lock: IO[str]) -> bool:
    try:
        return os.path.samestat(file.stat(), os.fstat(lock.fileno()))
    except FileNotFoundError:
        return False
