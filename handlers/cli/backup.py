"""`usher backup` and `usher restore`."""

from pathlib import Path
from typing import Annotated

import typer

from handlers.cli.desk import operator
from handlers.cli.output import plain, say


def backup(file: Annotated[Path, typer.Argument(help="File to write; it must not be there yet.")]) -> None:
    """Copy the database, consistent while the service runs."""
    from bot import bootstrap
    from bot import settings as settings_room
    from bot.services import backup as backups

    settings = settings_room.load()
    bootstrap.check_database(settings, any_version=True)
    backups.back_up(settings.database_path, file)
    say(f"wrote {plain(file)}; keep SECRET_KEY apart from it: a restore needs both")


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `usher backup` wrote.")],
    *,
    key_lost: Annotated[
        bool, typer.Option("--key-lost", help="Also where SECRET_KEY opens nothing of it.")
    ] = False,
) -> None:
    """Put a backup in the database's place; what was waiting is held."""
    from bot import bootstrap
    from bot import settings as settings_room
    from bot.domain.keyring import Keyring
    from bot.services import backup as backups

    settings = settings_room.load()
    now = bootstrap.make_clock(settings).now()
    ring = Keyring(settings.secret_keys())
    restored = backups.restore(
        file, settings.database_path, ring=ring, by=operator(), now=now, key_lost=key_lost
    )
    waiting = "1 job is" if restored.held == 1 else f"{restored.held} jobs are"
    later = "every later mail too, until `usher jobs release --all --keys-checked`"
    say(f"restored {plain(file)}; {waiting} held, {later}")
    say(f"the next case is C-{restored.next_case}: numbers that were given out since the backup stay unused")
    if not restored.secrets.well:
        say(f"SECRET_KEY: {plain(restored.secrets.sentence)}; {plain(restored.secrets.mend)}")
