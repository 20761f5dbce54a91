"""`usher mails`: every mail that the desk writes, with sample data."""

from typing import Annotated, Literal

import typer

from bot import settings as settings_room
from bot.rendering import mails
from handlers.cli.output import JsonOption, console, print_json, print_table

app = typer.Typer(help="The mails that the desk writes.", no_args_is_help=True)


@app.command("list", epilog="Example: usher mails list")
def list_all(*, as_json: JsonOption = False) -> None:
    """Print every mail's name and subject."""
    templates_dir = settings_room.load_reading().templates_dir
    lines = []
    for name in mails.list_mails():
        shown = mails.render_mail(name, "en", mails.sample_values(name, "en"), templates_dir=templates_dir)
        lines.append((name, shown.subject))
    if as_json:
        for name, subject in lines:
            print_json({"name": name, "subject": subject})
    else:
        print_table(("name", "subject"), lines)


@app.command(epilog="Example: usher mails show order_confirmation --lang de")
def show(
    name: Annotated[str, typer.Argument(help="The mail's name, as in `usher mails list`.")],
    lang: Annotated[Literal["en", "de"], typer.Option(help="Language.")] = "en",
    *,
    html: Annotated[bool, typer.Option("--html", help="Print the HTML part instead of the text.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Print a mail with sample data."""
    if name not in mails.list_mails():
        raise typer.BadParameter(f"no mail is called {name}; there are: {', '.join(mails.list_mails())}")
    templates_dir = settings_room.load_reading().templates_dir
    shown = mails.render_mail(name, lang, mails.sample_values(name, lang), templates_dir=templates_dir)
    if as_json:
        print_json(
            {"name": name, "lang": lang, "subject": shown.subject, "text": shown.text, "html": shown.html}
        )
    elif html:
        console.file.write(shown.html)
    else:
        console.print(f"Subject: {shown.subject}\n\n{shown.text}", markup=False, highlight=False)
