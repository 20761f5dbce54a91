"""`usher accounts import`: take over accounts of partners that exist already elsewhere."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from handlers.cli.desk import open_desk
from handlers.cli.files import check_readable, read_files
from handlers.cli.output import JsonOption, plain, print_json, say

if TYPE_CHECKING:
    from bot.services.account_files import Looked

MOST_SHOWN = 50  #: rows that are told to a person; a program hears of all


def import_file(
    file: Annotated[
        Path, typer.Argument(help="CSV or spreadsheet whose first row names: e-mail, last name, ends on, …")
    ],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only look through it.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Take over accounts of the Partner Extranet that exist elsewhere: all of a file, or nothing.

    The first row names the columns, in English or German and in any order: e-mail, last name, and validated
    on or ends on; if you like user ID, salutation, first name, language, role and company. Mails that are due
    already wait for one click. What is taken over was looked through by --dry-run before. Exit 1 when a row
    cannot be taken.
    """
    from bot.bootstrap import make_reader
    from bot.services import account_files

    check_readable([file])
    with open_desk() as opened, make_reader(opened.desk.policy.limits) as reader:
        ((_, content),) = read_files([file], opened.desk.policy.limits.form_bytes)
        db, desk, now = opened.db, opened.desk, opened.now
        if dry_run:
            looked = account_files.check(db, desk, reader, name=file.name, content=content, now=now)
        else:
            looked = account_files.import_file(
                db, desk, reader, name=file.name, content=content, by=opened.by, now=now
            )
    if as_json:
        from bot.rendering.account_files import reading_json

        print_json(reading_json(looked.reading, file=str(file), imported=looked.imported, due=looked.due))
    else:
        _print(looked)
    raise typer.Exit(0 if looked.reading.fit else 1)


def _print(looked: "Looked") -> None:
    from bot.rendering import account_files as account_file_words
    from bot.rendering import row_files
    from bot.rendering.words import words

    words_of, reading = words(), looked.reading
    if looked.imported:
        say(plain(account_file_words.done(reading, due=looked.due, words=words_of)))
    else:
        say(plain(account_file_words.summary(reading, words_of)))
    if reading.bad:
        say(plain(row_files.counts((row.fault for row in reading.bad), words_of)))
    for row in reading.bad[:MOST_SHOWN]:
        say(f"  {plain(account_file_words.row_text(row, words_of))}")
    if (more := len(reading.bad) - MOST_SHOWN) > 0:
        say(f"  {plain(words_of.say('account_files.more', count=more))}")
    if left_out := row_files.left_out(reading.left_out, words_of):
        say(plain(left_out))
