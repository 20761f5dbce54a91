"""`usher mails`: every mail that the desk writes, with sample data."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from bot.domain.languages import Language
from handlers.cli.output import JsonOption, plain, print_json, print_table, say

if TYPE_CHECKING:
    from bot.rendering.mails import RenderedMail

app = typer.Typer(help="The mails that the desk writes.", no_args_is_help=True)

LangOption = Annotated[Language, typer.Option(help="Language.")]


@app.command("list", epilog="Example: usher mails list --lang de")
def list_all(lang: LangOption = "en", *, as_json: JsonOption = False) -> None:
    """Print every mail's name and subject."""
    from bot.rendering.mail_templates import list_mails

    lines = [(name, _sample(name, lang).subject) for name in list_mails()]
    if as_json:
        for name, subject in lines:
            print_json({"name": name, "lang": lang, "subject": subject})
    else:
        print_table(("name", "subject"), lines)


@app.command(epilog="Example: usher mails show order_confirmation --lang de")
def show(
    name: Annotated[str, typer.Argument(help="The mail's name, as in `usher mails list`.")],
    lang: LangOption = "en",
    *,
    html: Annotated[bool, typer.Option("--html", help="Print the HTML part instead of the text.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Print a mail with sample data."""
    from bot.rendering.mail_templates import list_mails

    if name not in list_mails():
        raise typer.BadParameter(f"no mail is called {name}; there are: {', '.join(list_mails())}")
    shown = _sample(name, lang)
    if as_json:
        print_json(
            {"name": name, "lang": lang, "subject": shown.subject, "text": shown.text, "html": shown.html}
        )
    elif html:
        sys.stdout.write(shown.html)
    else:
        say(f"[bold]Subject:[/bold] {plain(shown.subject)}\n")
        sys.stdout.write(shown.text)


def _sample(name: str, lang: str) -> "RenderedMail":
    """In the desk's own policy and wording, where it has some."""
    from jinja2 import TemplateError

    from bot import policy as policies
    from bot import settings as settings_room
    from bot.domain.errors import SettingsFault
    from bot.rendering import mails
    from bot.rendering.samples import sample_values

    settings = settings_room.load_reading()
    values = sample_values(name, lang, policies.load(settings.usher_config))
    try:
        return mails.render_mail(name, lang, values, templates_dir=settings.templates_dir)
    except (TemplateError, ValueError) as exc:
        raise SettingsFault(f"TEMPLATES_DIR: {name}.{lang}.md: {exc}") from None
