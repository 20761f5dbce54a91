"""`usher doctor`: each setting and connection tried for real, each fault with its mend."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from handlers.cli.output import JsonOption, plain, print_json, say

if TYPE_CHECKING:
    from bot.bootstrap import Bot
    from bot.domain.health import Check
    from bot.services.doctor import Patient


def doctor(*, as_json: JsonOption = False) -> None:
    """Check each setting and connection for real. Exit 1 when something needs mending."""
    from bot import bootstrap
    from bot import settings as settings_room
    from bot.services import doctor as checks

    bot = bootstrap.build(settings_room.load(), prepare=False)
    misspelt = tuple(settings_room.list_misspelt())
    well = True
    try:
        for check in checks.examine(_patient(bot, misspelt)):
            well &= check.well
            if as_json:
                print_json(asdict(check))
            else:
                _print(check)
    finally:
        bot.reader.close()
    raise typer.Exit(0 if well else 1)


def _print(check: "Check") -> None:
    mark = "[green]well[/green]" if check.well else "[red]ILL [/red]"
    say(f"{mark}  [bold]{check.name}[/bold]: {plain(check.sentence)}")
    if check.mend:
        say(f"      mend: {plain(check.mend)}")


def _patient(bot: "Bot", misspelt: tuple[tuple[str, str], ...]) -> "Patient":
    from bot.services.doctor import Patient

    settings = bot.settings
    return Patient(
        desk=bot.desk,
        open_mailbox=bot.open_mailbox,
        open_mailer=bot.open_mailer,
        open_provisioners=bot.open_provisioners,
        tokens=bot.tokens,
        texter=bot.texter if settings.sms_url else None,
        chat=bot.chat,
        reader=bot.reader,
        database=settings.database_path,
        staff=settings.slack_staff,
        approvers=settings.slack_approvers,
        groups=bot.staff,
        app_token=settings.slack_app_token.get_secret_value(),
        proxies=settings.trusted_proxies,
        shows_certificates=bool(settings.client_cert_subject_header),
        delivery=settings.delivery,
        misspelt=misspelt,
        policy_file=settings.usher_config,
        now=bot.clock.now(),
        clock_turned=settings.usher_clock != "real",
    )
