"""Commands that kill themselves at a chosen statement of theirs: `python -m tests.cli.dying FOLDER`.

A life is told where it dies, in which folder its settings lie, and what it does: a command's words, or
"round erasures". At "kept:2" it dies before it keeps a change for the second time; at "end" when all is done.
"""

import itertools
import json
import os
import signal
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bot import bootstrap
from handlers.cli.main import main
from handlers.clock.rounds import EACH_MINUTE
from tests.cast import an_office
from tests.nursery import serve
from tests.outside import PlainReader

ENV = "env.json"  #: the settings of its environment, in a life's folder


def live(_: Path, words: Sequence[str]) -> None:
    place, home, *command = words
    folder = Path(home)
    os.environ.update(json.loads((folder / ENV).read_text()))
    verb, _colon, number = place.partition(":")
    if number:
        _die_before(verb, int(number))
    if command[0] == "round":
        office = an_office(folder)
        with office.connect() as db:
            EACH_MINUTE[command[1]](db, office.bot, datetime.now(UTC))
    else:
        with patch.object(bootstrap, "make_reader", lambda _: closing(PlainReader())):
            said = main(command)
        assert said == 0, said
    if verb == "end":
        _die()


def _die_before(verb: str, number: int) -> None:
    """`verb` is one of SQL, or "kept": a commit of changes, or whatever follows a change without one."""
    seen = itertools.count(1)

    class Watched(sqlite3.Connection):
        def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401 - as sqlite3 takes them
            super().__init__(*given, **named)
            self.changes = 0
            self.set_trace_callback(self.look)

        def look(self, statement: str) -> None:
            began = statement.split(maxsplit=1)[0].lower()
            kept = self.total_changes > self.changes and (began == "commit" or not self.in_transaction)
            if (kept if verb == "kept" else began == verb) and next(seen) == number:
                _die()
            if kept:
                self.changes = self.total_changes

    sqlite3.connect = partial(sqlite3.connect, factory=Watched)  # type: ignore[assignment]


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    serve(Path(sys.argv[1]), live)
