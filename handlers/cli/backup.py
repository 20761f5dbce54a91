"""`usher backup` and `usher restore`."""

from pathlib import Path
from typing import Annotated

import typer

from bot import bootstrap
from bot import settings as settings_room
from bot.services import backup as backups
from handlers.cli.output import console, operator


def backup(file: Annotated[Path, typer.Argument(help="File to write; it must not be there yet.")]) -> None:
    """Copy the database, consistent while the service runs."""
    settings = settings_room.load()
    bootstrap.open_database(settings)
    backups.back_up(settings.database_path, file)
    console.print(f"wrote {file}", highlight=False)


def restore(file: Annotated[Path, typer.Argument(help="A file that `usher backup` wrote.")]) -> None:
    """Put a backup in the database's place; what was waiting is held."""
    settings = settings_room.load()
    now = bootstrap.make_clock(settings).now()
    held = backups.restore(file, settings.database_path, by=operator(), now=now)
    console.print(f"restored {file}; {held} jobs are held until `usher jobs release`", highlight=False)
