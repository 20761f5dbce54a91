"""`usher vouchers`: take a file of vouchers with their License Keys into stock."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from handlers.cli.desk import open_desk
from handlers.cli.files import check_readable, read_files
from handlers.cli.output import JsonOption, plain, print_json, say

if TYPE_CHECKING:
    from bot.services.vouchers import Looked

app = typer.Typer(help="Vouchers, each with its License Key.", no_args_is_help=True)

MOST_SHOWN = 50  #: rows that are told to a person; a program hears of all


@app.command("import", epilog="Example: usher vouchers import vouchers.csv --dry-run")
def import_file(
    file: Annotated[
        Path, typer.Argument(help="CSV or spreadsheet whose first row names: voucher, license key, …")
    ],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only look through it.")] = False,
    keys_checked: Annotated[
        bool,
        typer.Option("--keys-checked", help="After a restore: no key in it was mailed since the backup."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Import vouchers: all of a file, or nothing.

    The first row names the columns, in English or German and in any order: voucher, license key, and if you
    like credential and expires. Exit 1 when a row cannot be taken.
    """
    from bot.bootstrap import make_reader
    from bot.services import vouchers

    check_readable([file])
    with open_desk() as opened, make_reader(opened.desk.policy.limits) as reader:
        ((_, content),) = read_files([file], opened.desk.policy.limits.form_bytes)
        db, desk, name, now = opened.db, opened.desk, file.name, opened.now
        if dry_run:
            looked = vouchers.check(db, desk, reader, name=name, content=content, now=now)
        else:
            looked = vouchers.import_file(
                db,
                desk,
                reader,
                name=name,
                content=content,
                by=opened.by,
                now=now,
                keys_checked=keys_checked,
            )
        left = vouchers.count_stock(db, desk, now=now)
    if as_json:
        from bot.rendering.vouchers import reading_json

        print_json(reading_json(looked.reading, file=str(file), imported=looked.imported))
    else:
        _print(looked, left)
    raise typer.Exit(0 if looked.reading.fit else 1)


def _print(looked: "Looked", left: int) -> None:
    from bot.rendering import row_files
    from bot.rendering import vouchers as voucher_words
    from bot.rendering.words import words

    words_of, reading = words(), looked.reading
    if looked.imported:
        say(plain(words_of.say("vouchers.imported", count=len(reading.good), left=left)))
    else:
        say(plain(voucher_words.summary(reading, words_of)))
    if reading.bad:
        say(plain(row_files.counts((row.fault for row in reading.bad), words_of)))
    for row in reading.bad[:MOST_SHOWN]:
        say(f"  {plain(voucher_words.row_text(row, words_of))}")
    if (more := len(reading.bad) - MOST_SHOWN) > 0:
        say(f"  {plain(words_of.say('vouchers.more', count=more))}")
    if left_out := row_files.left_out(reading.left_out, words_of):
        say(plain(left_out))
