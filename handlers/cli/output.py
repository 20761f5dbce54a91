"""What commands print: JSON Lines for programs, plain lines and tables for people."""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON Lines, one object a thing.")]

LARGEST = 2**63 - 1  #: number of a row that the database can have
#: what a table in a pipe or file may take; there it is searched by line, and nothing is to be folded
WIDE = 10_000
_SPACES = "\u00a0\u202f"  #: ours keep words together; Python does not call them printable


def print_json(thing: Mapping[str, Any]) -> None:
    """One object on one line of UTF-8, whatever the terminal, its width or its language.

    Days and instants are written as ISO 8601 has them, an instant with its offset.
    """
    line = json.dumps(thing, ensure_ascii=False, default=_written) + "\n"
    # A lone surrogate (of a file's name, say) becomes an escape, which JSON has too.
    encoded = line.encode("utf-8", "backslashreplace")
    sys.stdout.flush()
    sys.stdout.buffer.write(encoded)


def _written(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def say(line: str) -> None:
    """A line in Rich's markup, never folded; what strangers wrote goes through `plain` first."""
    _console().print(line, highlight=False, soft_wrap=True)


def plain(text: object) -> str:
    """Text that stays text: no markup, and nothing that would steer the reader's terminal."""
    from rich.markup import escape

    # A backslash at the end would escape the markup that follows.
    return escape(visible(text) + " ")[:-1]


def visible(text: object) -> str:
    """Text without what would steer the reader's terminal."""
    return "".join(sign if sign.isprintable() or sign in _SPACES else "\ufffd" for sign in str(text))


def print_table(headings: Sequence[str], lines: Sequence[Sequence[object]]) -> None:
    from rich.table import Table

    table = Table(*headings, box=None, header_style="bold", pad_edge=False)
    for line in lines:
        table.add_row(*[plain(_cell(cell)) for cell in line])
    _console().print(table)


def _cell(value: object) -> object:
    """An instant to the second; commands speak in UTC."""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
    return "" if value is None else value


def _console() -> "Console":
    """Made anew each time: it belongs to whatever `sys.stdout` is now."""
    from rich.console import Console

    return Console() if sys.stdout.isatty() else Console(width=WIDE, color_system=None)
