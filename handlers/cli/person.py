"""`usher person`: all that is kept about somebody, printed, or erased once two have agreed."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.domain.languages import LANGUAGES
from handlers.cli.desk import open_desk
from handlers.cli.output import JsonOption, plain, print_json, print_table, say

if TYPE_CHECKING:
    from bot.domain.people import ErasurePlan, Person, Trace
    from handlers.cli.desk import OpenDesk

app = typer.Typer(help="Data protection: what is kept about somebody, and its end.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="An e-mail address or a User ID.", metavar="EMAIL_OR_USER_ID")]
OWNER_ONLY = 0o600


@app.command("export", epilog="Example: usher person export anna@example.com --page anna.html > anna.json")
def export(
    name: Name,
    *,
    page: Annotated[Path | None, typer.Option("--page", help="Write a page to read here, too.")] = None,
    lang: Annotated[str, typer.Option("--lang", help="The language of the page: en or de.")] = "en",
    as_json: JsonOption = False,
) -> None:
    """Print all that is kept about somebody, for programs with --json; the trail says that you did."""
    from bot.services import people

    if lang not in LANGUAGES:
        raise typer.BadParameter(f"--lang: one of {', '.join(LANGUAGES)}")
    with open_desk() as opened:
        told = _gather(opened, people.find(opened.db, name))
        if page is not None:
            _write(page, told, opened, lang)
    if as_json:
        print_json(people.plain_of(told))
        return
    print_table(("section", "entries"), [(section, len(found)) for section, found in told.items()])
    if page is not None:
        say(f"written to {plain(page)}: it holds personal data; delete it once it is handed over")


def _gather(opened: "OpenDesk", person: "Person") -> dict[str, Any]:
    """The children that read mails are started only where a mail is kept."""
    from bot import bootstrap
    from bot.services import people

    if not people.has_mails(opened.db, person):
        return people.export(opened.db, opened.desk, person, reader=None, by=opened.by, now=opened.now)
    with bootstrap.make_reader(opened.desk.policy.limits) as reader:
        return people.export(opened.db, opened.desk, person, reader=reader, by=opened.by, now=opened.now)


def _write(page: Path, told: dict[str, Any], opened: "OpenDesk", lang: str) -> None:
    """A new file that its owner alone can read; one that is there is never overwritten."""
    from bot.domain.people_refusals import PageExists
    from bot.rendering.person import person_page
    from bot.rendering.words import words

    text = person_page(told, at=opened.now, words=words(lang, opened.desk.policy.desk.zone))
    try:
        number = os.open(page, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    except FileExistsError:
        raise PageExists(file=str(page)) from None
    except OSError as exc:
        raise typer.BadParameter(f"--page: cannot write {page}: {exc.strerror}") from None
    with os.fdopen(number, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(text)


@app.command("erase", epilog="Example: usher person erase anna@example.com")
def erase(
    name: Name,
    *,
    ask: Annotated[
        str, typer.Option("--ask", metavar="CODE", help="Ask for it: with the code that the dry run showed.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Say what erasing somebody would do, and change nothing; with --ask two people are called in Slack.

    Exit 1 where something stands in the way.
    """
    from bot.services import erasures, people

    with open_desk() as opened:
        if ask:
            made = erasures.ask(opened.db, opened.desk, name, seen=ask.strip(), by=opened.by, now=opened.now)
            if as_json:
                print_json({"erasure": made.ref, "state": made.state, "until": made.until})
            else:
                say(f"asked: {made.ref} waits in the approvals channel for two of the group 'erasure'")
            return
        person = people.find(opened.db, name)
        plan, traces = people.plan(opened.db, opened.desk, person), people.count_traces(opened.db, person)
    if as_json:
        print_json(_facts(plan, traces))
    else:
        _say_plan(plan, traces, name)
    raise typer.Exit(1 if plan.waits else 0)


def _facts(plan: "ErasurePlan", traces: "tuple[Trace, ...]") -> dict[str, Any]:
    return {
        "address": plan.person.address,
        "names": list(plan.person.names),
        "user_ids": list(plan.user_ids),
        "cases": list(plan.cases),
        "waits": [{"why": why, "what": what} for why, what in plan.waits],
        "warnings": [{"why": why, "what": what} for why, what in plan.warnings],
        "rows": {one.table: one.many for one in traces},
        "code": "" if plan.waits else plan.seen,
    }


def _say_plan(plan: "ErasurePlan", traces: "tuple[Trace, ...]", name: str) -> None:
    from bot.rendering.erasures import plan_lines
    from bot.rendering.words import words

    say("[bold]dry run[/bold]: nothing was changed")
    print_table(
        ("", ""),
        [
            ("address", plan.person.address),
            ("names", ", ".join(plan.person.names)),
            ("user ids", ", ".join(plan.user_ids)),
            ("cases", ", ".join(plan.cases)),
        ],
    )
    print_table(("table", "rows"), [(one.table, one.many) for one in traces])
    say("besides: every kept raw mail that names them, and our messages in Slack")
    for line in plan_lines(plan, words()):
        say(f"[yellow]![/yellow] {plain(line)}")
    if not plan.waits:
        say(f"to ask for it: usher person erase {plain(name)} --ask {plan.seen}")
