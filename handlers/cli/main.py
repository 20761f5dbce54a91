"""The command `usher`: its words, and how it fails: one clear line and exit 2, never a traceback."""

import errno
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import typer

from bot.domain.errors import PassingFault, Refusal, SettingsFault
from handlers.cli import (
    accounts,
    applications,
    audit,
    backup,
    doctor,
    faq,
    jobs,
    lifecycle,
    mail,
    mails,
    person,
    purchase_orders,
    ris,
    run,
    sealed,
    stock,
    vouchers,
)
from handlers.cli.output import visible

FAILED, WRONG_USAGE = 1, 2
READER_LEFT = 1
NAME_SHOWN = 60  #: characters of a name that is too long

app = typer.Typer(
    name="usher",
    help="Takes a partner from a spreadsheet to signed in, and keeps the login alive.",
    epilog="Example: usher run --sandbox (everything embedded; no account, no settings)",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode="rich",
)
app.command("run", epilog="Example: usher run --only mail,worker")(run.run)
app.command("doctor", epilog="Example: usher doctor --json")(doctor.doctor)
app.command("backup", epilog="Example: usher backup usher-2026-03-01.db")(backup.backup)
app.command("restore", epilog="Example: usher restore usher-2026-03-01.db")(backup.restore)
app.add_typer(sealed.app, name="sealed", epilog="Example: usher sealed forget")
app.add_typer(ris.app, name="ris", epilog="Example: usher ris check acme.xlsx")
app.add_typer(mail.app, name="mail", epilog="Example: usher mail classify inbox/*.eml")
app.add_typer(mails.app, name="mails", epilog="Example: usher mails show receipt --lang de")
app.add_typer(faq.app, name="faq", epilog='Example: usher faq ask "My account is locked"')
app.add_typer(jobs.app, name="jobs", epilog="Example: usher jobs list")
app.command("stock", epilog="Example: usher stock --json")(stock.stock)
app.add_typer(vouchers.app, name="vouchers", epilog="Example: usher vouchers import vouchers.csv")
app.add_typer(purchase_orders.app, name="po", epilog="Example: usher po show")
app.add_typer(accounts.app, name="accounts", epilog="Example: usher accounts certificate --help")
app.add_typer(applications.app, name="applications", epilog="Example: usher applications key ForumPass")
app.add_typer(lifecycle.app, name="lifecycle", epilog="Example: usher lifecycle preview --on 2026-03-02")
app.add_typer(person.app, name="person", epilog="Example: usher person export anna@example.com --json")
app.add_typer(audit.app, name="audit", epilog="Example: usher audit verify")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    if sys.stderr is None:  # closed by whoever called us; `print` would put our faults among the data
        sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115 - for as long as we live
    if sys.stdout is None:
        return _fail("stdout is closed; send it to /dev/null if nobody is to read it")
    for stream in (sys.stdout, sys.stderr):
        # What the terminal's alphabet lacks is shown as an escape; it is no reason to fail.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except OSError as exc:
        if exc.errno == errno.ENAMETOOLONG:
            return _fail(f"{str(exc.filename)[:NAME_SHOWN]}…: no file has so long a name")
        if exc.errno not in (errno.EPIPE, errno.ENOSPC, errno.EIO):
            raise
        # Python would try once more at its end, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return READER_LEFT if exc.errno == errno.EPIPE else _fail(f"cannot write: {exc.strerror}")
    return code


def _run(arguments: Sequence[str] | None) -> int:
    try:
        return app(arguments, prog_name="usher", standalone_mode=False) or 0
    except PassingFault as fault:
        return _fail(*fault.faults, code=FAILED)
    except SettingsFault as fault:
        return _fail(*fault.faults)
    except Refusal as refusal:
        from bot.rendering.words import words

        return _fail(words().refusal(refusal))
    except UnicodeEncodeError:
        # A file may be called so; nothing else in a database or a mail is.
        given = sys.argv[1:] if arguments is None else arguments
        if not (odd := [one for one in given if not _is_text(one)]):
            raise
        return _fail(*[f"{one}: is not UTF-8 text; type it in UTF-8" for one in odd])
    except typer.TyperException as wrong:
        return _fail(*_usage(wrong))


def _is_text(argument: str) -> bool:
    """What was no UTF-8 on the command line came as lone surrogates (PEP 383)."""
    return not any("\ud800" <= sign <= "\udfff" for sign in argument)


def _usage(wrong: typer.TyperException) -> list[str]:
    context = getattr(wrong, "ctx", None)
    said = wrong.format_message().removeprefix("Invalid value: ").replace("Value error, ", "").strip()
    # Without a message it is the help that was shown because nothing was asked for.
    said = said or "Missing command."
    return [f"{said} (see {context.command_path} --help)" if context else said]


def _fail(*lines: str, code: int = WRONG_USAGE) -> int:
    if sys.stdout is not None:
        sys.stdout.flush()
    for line in lines:
        print(f"usher: {visible(' '.join(line.split()))}", file=sys.stderr)  # noqa: T201 - the command line speaks here
    return code
