"""The command `usher`: its words, and how it fails: one clear line and exit 2, never a traceback."""

import sys
from typing import NoReturn

import typer

from bot.domain.errors import Refusal, SettingsFault
from handlers.cli import audit, backup, doctor, jobs, mail, mails, ris, run

WRONG_USAGE = 2

app = typer.Typer(
    name="usher",
    help="Takes a partner from a spreadsheet to signed in, and keeps the login alive.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode="rich",
)
app.command("run", epilog="Example: usher run --only mail,worker")(run.run)
app.command("doctor", epilog="Example: usher doctor --json")(doctor.doctor)
app.command("backup", epilog="Example: usher backup usher-2026-03-01.db")(backup.backup)
app.command("restore", epilog="Example: usher restore usher-2026-03-01.db")(backup.restore)
app.add_typer(ris.app, name="ris")
app.add_typer(mail.app, name="mail")
app.add_typer(mails.app, name="mails")
app.add_typer(jobs.app, name="jobs")
app.add_typer(audit.app, name="audit")


def main() -> None:
    """Run the command line."""
    try:
        app()
    except SettingsFault as fault:
        _fail(*fault.faults)
    except Refusal as refusal:
        from bot.rendering.words import words  # noqa: PLC0415 - only a failing command needs it

        _fail(words().refusal(refusal))
    except BrokenPipeError:
        # The reader of our output has left, as `head` does.
        sys.stderr.close()
        sys.exit(WRONG_USAGE)


def _fail(*lines: str) -> NoReturn:
    for line in lines:
        print(f"usher: {line}", file=sys.stderr)  # noqa: T201 - the command line speaks here
    sys.exit(WRONG_USAGE)
