"""All that is kept about somebody as one page that needs nothing else: for a browser or a printer."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.rendering.words import Words


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined
    )


def person_page(told: Mapping[str, object], *, at: datetime, words: Words) -> str:
    """`told` as `people.export` gives it: section by section, of what JSON can hold and instants."""

    def written(value: object) -> str:
        if isinstance(value, datetime):
            return f"{value.astimezone(words.zone):%Y-%m-%d %H:%M}"
        return value.isoformat() if isinstance(value, date) else str(value)

    return (
        _environment()
        .get_template("person.html")
        .render(told=told, at=at, lang=words.lang, say=words.say, written=written, label=_label)
    )


def _label(name: object) -> str:
    """As the file for programs has it, easier to read; not translated, so that both can be compared."""
    return str(name).replace("_", " ")
