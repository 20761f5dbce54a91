"""`usher sealed`: what becomes of that which a lost key of SECRET_KEY has sealed."""

from typing import Annotated

import typer

from handlers.cli.desk import open_desk
from handlers.cli.output import say

app = typer.Typer(help="What was sealed under a key that is lost.", no_args_is_help=True)


@app.callback()
def sealed() -> None:
    """What was sealed under a key of SECRET_KEY that is lost."""


@app.command(epilog="Example: usher sealed forget --for-good")
def forget(
    *,
    for_good: Annotated[bool, typer.Option("--for-good", help="The key is lost: do it.")] = False,
) -> None:
    """Say what only a lost key opens; with --for-good, let it go, and `usher doctor` asks for it no more.

    Used License Keys and recovery codes that were marked under it are recognised no more, and what it sealed
    in stock is given out to nobody: import those vouchers again. Exit 1 while there is something to forget.
    """
    from bot.services import mark_keys

    with open_desk() as desk:
        ring = desk.desk.keyring
        if for_good:
            lost = mark_keys.forget_lost(desk.db, ring, by=desk.by, now=desk.now)
        else:
            lost = mark_keys.find_lost(desk.db, ring)
    marks = "1 mark" if lost.marks == 1 else f"{lost.marks} marks"
    what = f"{marks} and {'1 License Key' if lost.stock == 1 else f'{lost.stock} License Keys'} in stock"
    if not (lost.marks or lost.stock):
        say("there is nothing to forget: SECRET_KEY opens all marks, and every License Key in stock")
    elif for_good:
        say(f"forgot {what}; docs/operate.md says what to do about the rest")
    else:
        slip = "; it opens nothing else either: is it the right one?" if lost.all_closed else ""
        say(f"SECRET_KEY does not open {what}{slip}")
        say("where the key is lost for good: usher sealed forget --for-good")
        raise typer.Exit(1)
