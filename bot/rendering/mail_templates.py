"""The wordings of mails: found, compiled once a process, and how a stranger's value may stand in them."""

import re
from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bot.rendering import markdown, quoting
from bot.rendering.shapes import Marked, Marks

#: beside the packages, in a checkout as in a wheel
SHIPPED = Path(__file__).parents[2] / "email_templates"
_PART = re.compile(r"\b_[a-z_]+\.[a-z]{2}\.md\b")
LAYOUT = "layout.html"
#: values that go whole and with links: staff's own words, and the name of the portal's host
_AS_WRITTEN = frozenset({"question", "paragraphs", "home"})
_MARKDOWN = "_markdown"  #: ends the name of a value that is Markdown of ours, an article's
_LONGEST_VALUE = 600
_LONGEST_LINE = 3_000  #: of what staff wrote


@cache
def list_mails(templates_dir: Path = SHIPPED) -> tuple[str, ...]:
    """The names of all mails."""
    names = {path.name.partition(".")[0] for path in templates_dir.glob("[!_]*.md")}
    return tuple(sorted(names))


def list_left_out(templates_dir: Path) -> list[str]:
    """The desk's own wordings that leave out a part of the shipped one: what it says, nobody would be told.

    Whoever says it in words of their own names the part in a comment.
    """
    own = [path.name for path in sorted(templates_dir.glob("*.md")) if (SHIPPED / path.name).is_file()]
    return [
        f"{name} leaves out {', '.join(lacking)}"
        for name in own
        if (lacking := sorted(_parts(name, (SHIPPED,)) - _parts(name, (templates_dir, SHIPPED))))
    ]


def _parts(name: str, folders: Sequence[Path]) -> set[str]:
    """Every part that a wording names, and those that these name."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        one = waiting.pop()
        paths = (folder / one for folder in folders if (folder / one).is_file())
        words = next((path.read_text(encoding="utf-8", errors="replace") for path in paths), "")
        named = set(_PART.findall(words))
        waiting += named - found
        found |= named
    return found


class _Wordings(ImmutableSandboxedEnvironment):
    """A sandbox whose values are texts, lists and mappings: `user.name` is a key before all else."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Ours never change; they are copied for each mail, which a dict does faster than a ChainMap."""
        return {**self.globals, **(d or {})}

    def getattr(self, obj: Any, attribute: str) -> Any:  # noqa: ANN401 - jinja2's own
        found = obj.get(attribute) if isinstance(obj, dict) else None
        return super().getattr(obj, attribute) if found is None else found


class Ours(str):
    """Markdown that we wrote: it formats."""

    __slots__ = ()


@dataclass(frozen=True, kw_only=True)
class Parts:
    lang: str
    subject: Template
    preheader: Template
    body: Template
    layout: Template


@cache
def load(template: str, lang: str, templates_dir: Path | None) -> Parts:
    """Compile a mail once a process; changed wording needs a restart."""
    bodies = _environment(templates_dir, finalize=_in_markdown)
    lines = _environment(templates_dir, finalize=_in_line)
    name = f"{template}.{lang}.md"
    assert bodies.loader is not None  # noqa: S101 - for the type checker
    source, _, _ = bodies.loader.get_source(bodies, name)
    head, body = split_front_matter(name, source)
    return Parts(
        lang=lang,
        subject=lines.from_string(head["subject"]),
        preheader=lines.from_string(head["preheader"]),
        body=bodies.from_string(body),
        layout=_environment(templates_dir, autoescape=True).get_template(LAYOUT),
    )


def split_front_matter(name: str, source: str) -> tuple[dict[str, str], str]:
    """Split `key: value` lines between two lines of `---` from the words below."""
    opening, _, rest = source.partition("---\n")
    head, rule, body = rest.partition("\n---\n")
    pairs = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line)
    if opening.strip() or not rule or not {"subject", "preheader"} <= pairs.keys():
        raise ValueError(f"{name}: begins with `---`, `subject: …`, `preheader: …` and `---`, each on a line")
    return pairs, body


@cache
def _environment(templates_dir: Path | None, **options: Any) -> Environment:  # noqa: ANN401 - jinja2's own
    """One for all mails: what they share, as the layout is, is compiled once."""
    folders = [folder for folder in (templates_dir, SHIPPED) if folder]
    return _Wordings(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        **options,
    )


def _in_markdown(value: object) -> object:
    """Values come from strangers: in Markdown stands their mark, or what a template made of them as text."""
    if isinstance(value, Marked):
        return value.mark
    if isinstance(value, Ours):
        return str(value)
    return quoting.markdown(harmless(value)) if isinstance(value, str) else value


def marked(marks: Marks, name: str, value: object) -> object:
    """Every text in it, made harmless and marked; the support desk's address is part of the words."""
    if isinstance(value, str):
        return _way(name)(marks, value)
    if isinstance(value, dict):
        return {inner: marked(marks, inner, part) for inner, part in value.items()}
    return [marked(marks, name, part) for part in value] if isinstance(value, list) else value


@cache
def _way(name: str) -> Callable[[Marks, str], object]:
    """How a text of that name comes into a mail's words; the names are those of our builders."""
    if name.endswith(_MARKDOWN):
        return lambda _, value: Ours(value)
    if name.endswith("_url"):
        return lambda marks, value: marks.link(value, markdown.normalized(quoting.check_url(value)))
    if name.endswith("_address"):
        return lambda _, value: value
    made_safe = as_written if name in _AS_WRITTEN else harmless
    return lambda marks, value: marks.value(value, made_safe(value)) if value else value


@lru_cache(maxsize=1024)
def harmless(value: str) -> str:
    """Text that formats nothing and links nowhere; most values are those of the mail before."""
    return quoting.unlinked(quoting.one_line(value, _LONGEST_VALUE))


def as_written(value: str) -> str:
    """Text all the same, which formats nothing; but nobody shortens it, and its links lead somewhere."""
    return quoting.one_line(value, _LONGEST_LINE)


def _in_line(value: object) -> object:
    return quoting.one_line(value, 80) if isinstance(value, str) else value
