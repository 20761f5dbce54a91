"""`usher mail`: what the desk would do with a mail, and doing it again."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from handlers.cli.desk import open_desk
from handlers.cli.files import as_fetched, check_readable, read_files
from handlers.cli.output import LARGEST, JsonOption, plain, print_json, print_table, say

if TYPE_CHECKING:
    from bot.domain.mail import Classification, InboundMail
    from bot.policy import Policy
    from bot.ports import Reader
    from bot.settings import ReadingSettings

app = typer.Typer(help="Mails that came, or might come.", no_args_is_help=True)


@app.command("classify", epilog="Example: usher mail classify inbox/*.eml --json")
def classify_files(
    files: Annotated[list[Path], typer.Argument(help="Mails as files.")], *, as_json: JsonOption = False
) -> None:
    """Say what the desk would do with each mail."""
    from bot import policy as policies
    from bot import settings as settings_room
    from bot.bootstrap import make_reader
    from bot.rendering.readings import classification_json

    settings = settings_room.load_reading()
    policy = policies.load(settings.usher_config)
    check_readable(files)
    with make_reader(policy.limits) as reader:
        for path, content in read_files(files, policy.limits.mail_bytes):
            mail, found, whole = _classify(reader, settings, policy, content)
            if as_json:
                print_json(classification_json(mail, found, file=str(path), whole=whole))
            else:
                say(f"{plain(path)}: [bold]{found.kind}[/bold] ({plain(found.reason)})")


def _classify(
    reader: "Reader", settings: "ReadingSettings", policy: "Policy", content: bytes
) -> "tuple[InboundMail, Classification, bool]":
    """As the mailbox would, with what it would fetch, and whether that is the whole mail."""
    from bot.domain.keyring import Keyring
    from bot.domain.mail_kinds import as_unread, classify
    from bot.domain.review import read_form

    limit = policy.limits.mail_bytes
    raw, whole = as_fetched(content, limit)
    mail, workbooks = reader.read_mail(raw)
    form = read_form(workbooks, applications=policy.mag.applications)
    keys = settings.secret_keys()
    found = classify(
        mail,
        own_addresses=settings.own_addresses,
        keyring=Keyring(keys) if keys else None,
        has_form=form.has_form,
    )
    if not whole:
        found = as_unread(found, f"too large to be read: more than {limit} bytes")
    return mail, found, whole


class As(StrEnum):
    """What a person may say that a mail is."""

    QUESTION = "question"
    RIS = "ris"


@app.command(epilog="Example: usher mail replay 12 --as question")
def replay(
    mail_id: Annotated[int, typer.Argument(max=LARGEST, help="The mail's number in the ledger.")],
    kind: Annotated[
        As | None, typer.Option("--as", help="Say what it is, where the desk took it for something else.")
    ] = None,
) -> None:
    """Decide again about a mail of the ledger that led to nothing; the running service takes it up."""
    from bot.services import kinds

    if kind is not None:
        say(f"mail {mail_id} is now {', '.join(_mend(mail_id, kind))}")
        return
    with open_desk() as desk:
        kinds.replay(desk.db, desk.desk, mail_id, by=desk.by, now=desk.now)
    say(f"mail {mail_id} will be decided about again")


def _mend(mail_id: int, kind: As) -> list[str]:
    """As the buttons in Slack do, and for mails that stand nowhere in Slack: a robot's, a list's."""
    from bot.bootstrap import make_reader
    from bot.domain.staff import Staff
    from bot.services import kinds

    with open_desk() as opened, make_reader(opened.desk.policy.limits) as reader:
        db, desk, now = opened.db, opened.desk, opened.now
        by = Staff(id=opened.by, name=opened.by, staff=True)
        understood = kinds.read_again(db, desk, reader, mail_id)
        if kind is As.RIS:
            return [case.ref for case in kinds.take_as_ris(db, desk, understood, by=by, now=now)]
        case = kinds.find_standing_case(db, mail_id)
        if case is None:
            return [kinds.take_robot_as_question(db, desk, understood, by=by, now=now)]
        ref, seen = case.ref, case.content_hash
        question = kinds.take_as_question(db, desk, understood, ref=ref, seen=seen, by=by, now=now)
        return [question or f"without {ref}; its other forms stand"]


@app.command("list", epilog="Example: usher mail list --json")
def list_mails(
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many, newest first.")] = 20,
    *,
    as_json: JsonOption = False,
) -> None:
    """Print the newest mails of the ledger with their kind and the reason for it."""
    from bot.services import intake

    with open_desk() as desk:
        found = intake.list_newest(desk.db, limit=limit)
    lines = [(m.id, m.received_at, m.status, m.kind, m.subject_ref, m.reason) for m in found]
    headings = ("id", "received", "status", "kind", "ref", "reason")
    if as_json:
        for line in lines:
            print_json(dict(zip(headings, line, strict=True)))
    elif lines:
        print_table(headings, lines)
    else:
        say("no mail has come yet")
