"""`usher doctor`: each setting and connection tried for real, each fault with its mend."""

from dataclasses import asdict

import typer

from bot import bootstrap
from bot import settings as settings_room
from bot.services import doctor as checks
from handlers.cli.output import JsonOption, console, print_json


def doctor(*, as_json: JsonOption = False) -> None:
    """Check each setting and connection for real. Exit 1 when something needs mending."""
    settings = settings_room.load()
    bot = bootstrap.build(settings)
    try:
        found = checks.examine(_patient(bot))
    finally:
        bot.reader.close()
    for check in found:
        if as_json:
            print_json(asdict(check))
        else:
            mark = "[green]well[/green]" if check.well else "[red]ill [/red]"
            console.print(f"{mark} {check.name}: {check.sentence}", highlight=False)
            if not check.well and check.mend:
                console.print(f"     mend: {check.mend}", highlight=False)
    raise typer.Exit(int(not all(check.well for check in found)))


def _patient(bot: bootstrap.Bot) -> checks.Patient:
    return checks.Patient(
        desk=bot.desk,
        open_mailbox=bot.open_mailbox,
        open_mailer=bot.open_mailer,
        chat=bot.chat,
        reader=bot.reader,
        connect=bot.connect,
        staff=bot.settings.slack_staff,
        approvers=bot.settings.slack_approvers,
        delivery=bot.settings.delivery,
        now=bot.clock.now(),
        clock_turned=bot.settings.usher_clock != "real",
    )
