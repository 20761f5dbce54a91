"""`usher ris`: the blank form, and what the desk would say to a filled one."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.domain.errors import SettingsFault
from bot.domain.languages import Language
from handlers.cli.files import as_fetched, check_readable, read_files
from handlers.cli.output import JsonOption, plain, print_json, say

if TYPE_CHECKING:
    from bot.domain.ris import Reading
    from bot.policy import Policy
    from bot.ports import Reader
    from bot.rendering.words import Words
    from bot.settings import ReadingSettings

app = typer.Typer(help="The Required Information Spreadsheet.", no_args_is_help=True)

#: with one of them a mail may begin (RFC 5322, and what servers put before it)
FIRST_HEADERS = frozenset(
    (
        b"arc-seal authentication-results bcc cc content-type date delivered-to dkim-signature from "
        b"in-reply-to message-id mime-version received references reply-to return-path sender subject to"
    ).split()
)


@app.command(epilog="Example: usher ris blank --lang de -o ris.xlsx")
def blank(
    lang: Annotated[Language, typer.Option(help="Language of the form.")] = "en",
    output: Annotated[Path, typer.Option("-o", "--output", help="File to write.")] = Path("ris.xlsx"),
) -> None:
    """Write the blank form, with the applications of usher.toml in its list; never over a file."""
    from bot import policy as policies
    from bot import settings as settings_room
    from bot.rendering.workbooks import ris_form

    policy = policies.load(settings_room.load_reading().usher_config)
    try:
        if output.is_file():
            raise SettingsFault(f"{output}: is there already; name another file (-o FILE)")
        output.write_bytes(ris_form(lang, applications=policy.mag.applications))
    except OSError as exc:
        raise SettingsFault(f"{output}: cannot be written ({exc.strerror})") from None
    say(f"wrote {plain(output)}")


@app.command(epilog="Example: usher ris check acme.eml --json")
def check(
    files: Annotated[list[Path], typer.Argument(help="Forms, or mails (.eml) that hold one.")],
    *,
    as_json: JsonOption = False,
    lang: Annotated[Language, typer.Option(help="Language of the messages.")] = "en",
) -> None:
    """Read a form, or a mail holding one, as the mailbox would, and print the review.

    Exit 0 when every file was opened and is complete, 1 otherwise.
    """
    from bot import policy as policies
    from bot import settings as settings_room
    from bot.bootstrap import make_reader

    settings = settings_room.load_reading()
    policy = policies.load(settings.usher_config)
    check_readable(files)
    complete = True
    with make_reader(policy.limits) as reader:
        # The children import their parsers meanwhile; ours come after.
        from bot.domain.ris import Decision
        from bot.rendering.words import words

        show = _print_json if as_json else _print
        for path, content in read_files(files, policy.limits.mail_bytes):
            reading, authorised = _read(reader, settings, policy, path, content)
            complete &= reading.decision is Decision.COMPLETE and not reading.refused
            show(path, reading, authorised, words(lang), policy.mag.applications)
    raise typer.Exit(0 if complete else 1)


def _read(
    reader: "Reader", settings: "ReadingSettings", policy: "Policy", path: Path, content: bytes
) -> "tuple[Reading, bool | None]":
    from functools import partial

    from bot.domain.review import read_form
    from bot.domain.sheets import SheetRefusal, Workbook
    from bot.domain.trust import Verdict, check_sender, is_sponsor

    review = partial(read_form, applications=policy.mag.applications, own_addresses=settings.own_addresses)
    if not is_mail(path, content):
        return review(reader.read_workbooks(path.name, content)), None
    raw, whole = as_fetched(content, policy.limits.mail_bytes)
    mail, workbooks = reader.read_mail(raw)
    passed = check_sender(mail, settings.trusted_authserv_id).verdict is Verdict.PASSED
    authorised = passed and is_sponsor(mail.sender.address, settings.sponsors)
    if not whole:
        return review((Workbook(name=path.name, refusal=SheetRefusal.TOO_LARGE),)), authorised
    return review(workbooks), authorised


def is_mail(path: Path, content: bytes) -> bool:
    """A mail by its name, or by a header at its beginning."""
    if path.suffix.lower() == ".eml":
        return True
    name, colon, _ = content[:200].split(b"\n", 1)[0].partition(b":")
    return bool(colon) and name.strip().lower() in FIRST_HEADERS


def _print_json(
    path: Path, reading: "Reading", authorised: bool | None, say_it: "Words", applications: tuple[str, ...]
) -> None:
    from functools import partial

    from bot.rendering.readings import reading_json

    message = partial(say_it.problem, applications=applications)
    print_json(reading_json(reading, file=str(path), authorised=authorised, message=message))


COLORS = {"complete": "green", "incomplete": "yellow", "not_a_ris": "dim", "refused": "red"}


def _print(
    path: Path, reading: "Reading", authorised: bool | None, say_it: "Words", applications: tuple[str, ...]
) -> None:
    reason = f" ({reading.refusal})" if reading.refusal else ""
    color = COLORS[reading.decision]
    sender = {None: "", True: ", from a verified sponsor", False: ", not from a verified sponsor"}[authorised]
    say(f"[bold]{plain(path)}[/bold]: [{color}]{reading.decision}[/{color}]{reason}{sender}")
    for case in reading.cases:
        users = f"{len(case.users)} user{'' if len(case.users) == 1 else 's'}"
        say(f"  {plain(case.company.name or '—')}: {users}, {case.decision}")
        if others := ", ".join(case.passed_over):
            say(f"    {plain(say_it.say('ris.chosen', name=case.source, others=others))}")
        for problem in case.problems:
            message = say_it.problem(problem, applications=applications)
            say(f"    {problem.severity:7}  {plain(say_it.place(problem, case))}: {plain(message)}")
    if names := ", ".join(reading.unopened):
        say(f"  {plain(say_it.say('ris.unopened', names=names))}")
