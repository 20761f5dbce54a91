"""`usher mail`: what the desk would do with a mail, and doing it again."""

from pathlib import Path
from typing import Annotated

import typer

from bot import bootstrap
from bot import policy as policies
from bot import settings as settings_room
from bot.bootstrap import make_reader
from bot.domain.keyring import Keyring
from bot.domain.mail_kinds import classification_json, classify
from bot.domain.review import read_form
from bot.services import intake
from handlers.cli.output import JsonOption, console, operator, print_json, print_table, read_file

app = typer.Typer(help="Mails that came, or might come.", no_args_is_help=True)


@app.command("classify", epilog="Example: usher mail classify inbox/*.eml --json")
def classify_files(
    files: Annotated[list[Path], typer.Argument(help="Mails as files.")], *, as_json: JsonOption = False
) -> None:
    """Say what the desk would do with each mail."""
    settings = settings_room.load_reading()
    policy = policies.load(settings.usher_config)
    keys = settings.secret_keys()
    keyring = Keyring(keys) if keys else None
    contents = [(path, read_file(path)) for path in files]
    with make_reader() as reader:
        for path, content in contents:
            mail, workbooks = reader.read_mail(content)
            form = read_form(workbooks, applications=policy.mag.applications)
            found = classify(
                mail,
                own_addresses=settings.own_addresses,
                keyring=keyring,
                has_form=bool(form.cases or form.refusal),
            )
            if as_json:
                print_json(classification_json(mail, found, file=str(path), case=found.thread_ref))
            else:
                console.print(f"{path}: {found.kind} ({found.reason})", highlight=False, markup=False)


@app.command(epilog="Example: usher mail replay 12")
def replay(mail_id: Annotated[int, typer.Argument(help="The mail's number in the ledger.")]) -> None:
    """Decide again about a mail of the ledger that led to nothing; the running service takes it up."""
    settings = settings_room.load()
    bootstrap.open_database(settings)
    with bootstrap.connect(settings) as db:
        intake.replay(db, mail_id, by=operator(), now=bootstrap.make_clock(settings).now())
    console.print(f"mail {mail_id} will be decided about again")


@app.command("list", epilog="Example: usher mail list --json")
def list_mails(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many, newest first.")] = 20,
    *,
    as_json: JsonOption = False,
) -> None:
    """Print the newest mails of the ledger with their kind and the reason for it."""
    settings = settings_room.load()
    bootstrap.open_database(settings)
    with bootstrap.connect(settings) as db:
        found = intake.list_newest(db, limit=limit)
    lines = [
        (m.id, f"{m.received_at:%Y-%m-%d %H:%M}", m.status, m.kind, m.subject_ref, m.reason) for m in found
    ]
    headings = ("id", "received", "status", "kind", "ref", "reason")
    if as_json:
        for line in lines:
            print_json(dict(zip(headings, line, strict=True)))
    else:
        print_table(headings, lines)
