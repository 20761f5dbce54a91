"""What commands print: JSON Lines for programs, plain tables for people."""

import getpass
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON Lines, one object a thing.")]

console = Console()


def print_json(thing: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(thing, ensure_ascii=False, default=str) + "\n")


def print_table(headings: Sequence[str], lines: Sequence[Sequence[object]]) -> None:
    table = Table(*headings, box=None, header_style="bold", pad_edge=False)
    for line in lines:
        table.add_row(*[str(cell) for cell in line])
    console.print(table)


def operator() -> str:
    """Who acts on the command line, for the audit trail."""
    return f"cli:{getpass.getuser()}"


def read_file(path: Path) -> bytes:
    """The bytes of a file named on the command line; a wrong name is wrong usage."""
    try:
        return path.read_bytes()
    except OSError as exc:
        raise typer.BadParameter(f"{path}: {exc.strerror}") from None
