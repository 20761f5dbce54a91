"""Database connections that are kept between events: a fresh one reads the whole schema anew."""

from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlite_utils import Database

from bot.store.database import connect

MOST_IDLE = 8  #: as many as the portal has threads


@dataclass(frozen=True)
class _Kept:
    """An open connection, what closes it, and which file it is open to."""

    db: Database
    file: tuple[int, int]
    open: ExitStack = field(default_factory=ExitStack)


class Connections:
    """To one database. Each serves one event at a time, whichever thread that runs in."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: deque[_Kept] = deque()

    @contextmanager
    def take(self) -> Iterator[Database]:
        """One for an event. What an event that raised may have left open goes with its connection."""
        kept = self._find() or self._open()
        with ExitStack() as ending:
            ending.callback(kept.open.close)
            yield kept.db
            if len(self._idle) < MOST_IDLE and not kept.db.conn.in_transaction:
                ending.pop_all()
                self._idle.append(kept)

    def close(self) -> None:
        """Close those that nobody uses; whoever closes the last one writes the log into the file."""
        while kept := self._pop():
            kept.open.close()

    def _find(self) -> _Kept | None:
        """One that is open to the file which stands there now, and not to one that was moved away."""
        while kept := self._pop():
            if kept.file == self._file():
                return kept
            kept.open.close()
        return None

    def _pop(self) -> _Kept | None:
        try:
            return self._idle.pop()
        except IndexError:  # another thread was quicker
            return None

    def _open(self) -> _Kept:
        with ExitStack() as opened:
            db = opened.enter_context(connect(self._path, one_thread=False))
            return _Kept(db, self._file(), opened.pop_all())

    def _file(self) -> tuple[int, int]:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return (0, 0)
        return found.st_dev, found.st_ino
