"""The connections that a test's desks keep between two looks: to open one costs more than most looks do."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import current_thread, main_thread

from sqlite_utils import Database

from bot.store import database

#: by the very file, for a restore lays another one in its place
_idle: dict[tuple[Path, int], list[tuple[Database, ExitStack]]] = {}


@contextmanager
def connect(path: Path) -> Iterator[Database]:
    """As `database.connect`, by a connection that lies idle if there is one; what raises closes it.

    SQLite's connections belong to their thread: those beside the test's own open their own.
    """
    with ExitStack() as closing:
        if current_thread() is not main_thread() or not path.exists():
            yield closing.enter_context(database.connect(path))
            return
        idle = _idle.setdefault((path, path.stat().st_ino), [])
        db, kept = idle.pop() if idle else _open(path)
        closing.enter_context(kept)
        yield db
        assert not db.conn.in_transaction, "a transaction was left open"
        closing.pop_all()  # it stays open; a stack kept within a stack would grow with every look
        idle.append((db, kept))


def _open(path: Path) -> tuple[Database, ExitStack]:
    with ExitStack() as opening:
        return opening.enter_context(database.connect(path)), opening.pop_all()


def close_idle() -> None:
    """Close what nobody uses: behind each test, and before a look at the very files."""
    with ExitStack() as closing:
        for idle in _idle.values():
            for _, kept in idle:
                closing.enter_context(kept)
        _idle.clear()
