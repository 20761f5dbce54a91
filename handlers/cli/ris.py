"""`usher ris`: the blank form, and what the desk would say to a filled one."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from bot import policy as policies
from bot import settings as settings_room
from bot.bootstrap import make_reader
from bot.domain.review import read_form
from bot.domain.ris import Decision, Reading
from bot.domain.trust import Verdict, check_sender, is_sponsor
from bot.ports import Reader
from bot.rendering.readings import reading_json
from bot.rendering.words import words
from bot.rendering.workbooks import ris_form
from handlers.cli.output import JsonOption, console, print_json, read_file

app = typer.Typer(help="The Required Information Spreadsheet.", no_args_is_help=True)

MAIL_SUFFIXES = {".eml", ".msg"}


@app.command(epilog="Example: usher ris blank --lang de -o ris.xlsx")
def blank(
    lang: Annotated[Literal["en", "de"], typer.Option(help="Language of the form.")] = "en",
    output: Annotated[Path, typer.Option("-o", "--output", help="File to write.")] = Path("ris.xlsx"),
) -> None:
    """Write the blank form."""
    try:
        output.write_bytes(ris_form(lang))
    except OSError as exc:
        raise typer.BadParameter(f"{output}: {exc.strerror}") from None
    console.print(f"wrote {output}", highlight=False)


@app.command(epilog="Example: usher ris check acme.eml --json")
def check(
    files: Annotated[list[Path], typer.Argument(help="Forms, or mails (.eml) that hold one.")],
    *,
    as_json: JsonOption = False,
    lang: Annotated[Literal["en", "de"], typer.Option(help="Language of the messages.")] = "en",
) -> None:
    """Read a form, or a mail holding one, as the mailbox would, and print the review.

    Exit 0 when every file is complete, 1 otherwise.
    """
    settings = settings_room.load_reading()
    policy = policies.load(settings.usher_config)
    contents = [(path, read_file(path)) for path in files]
    complete = True
    with make_reader() as reader:
        for path, content in contents:
            reading, authorised = _read(reader, settings, policy, path, content)
            complete &= reading.decision is Decision.COMPLETE
            if as_json:
                say = words(lang).problem
                print_json(reading_json(reading, file=str(path), authorised=authorised, message=say))
            else:
                _print(path, reading, lang)
    raise typer.Exit(0 if complete else 1)


def _read(
    reader: Reader,
    settings: settings_room.ReadingSettings,
    policy: policies.Policy,
    path: Path,
    content: bytes,
) -> tuple[Reading, bool | None]:
    applications = policy.mag.applications
    if not is_mail(path, content):
        return read_form([reader.read_workbook(path.name, content)], applications=applications), None
    mail, workbooks = reader.read_mail(content)
    passed = check_sender(mail, settings.trusted_authserv_id).verdict is Verdict.PASSED
    authorised = passed and is_sponsor(mail.sender.address, settings.sponsors)
    return read_form(workbooks, applications=applications), authorised


def is_mail(path: Path, content: bytes) -> bool:
    """A mail by its name, or by a header at its beginning."""
    if path.suffix.lower() in MAIL_SUFFIXES:
        return True
    first = content[:200].split(b"\n", 1)[0]
    name, colon, _ = first.partition(b":")
    return bool(colon) and name.replace(b"-", b"").isalpha()


def _print(path: Path, reading: Reading, lang: str) -> None:
    reason = f" ({reading.refusal})" if reading.refusal else ""
    console.print(f"[bold]{path}[/bold]: {reading.decision}{reason}", highlight=False)
    for case in reading.cases:
        console.print(f"  {case.company.name or '—'}: {len(case.users)} users", highlight=False, markup=False)
        for problem in case.problems:
            message = words(lang).problem(problem)
            console.print(f"  {problem.severity:7} {problem.sheet} {problem.cell}: {message}", markup=False)
