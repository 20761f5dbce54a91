"""The articles: a Markdown file a topic and language, with what the search learns from in front."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from bot.domain.faq import Article
from bot.domain.languages import LANGUAGES
from bot.domain.programmes import Programme

FOLDER = Path(__file__).with_name("articles")
GUIDES = frozenset({"get-started"})  #: pages that answer no single question: shown, not searched
_RULE = "+++\n"


@cache
def load(folder: Path = FOLDER) -> Mapping[str, Mapping[str, Article]]:
    """All of them, by topic and language. Raise ValueError or KeyError for one that is not whole."""
    found: dict[str, dict[str, Article]] = {}
    for path in sorted(folder.glob("*.md")):
        article = read(path)
        found.setdefault(article.id, {})[article.lang] = article
    return found


def topics() -> tuple[str, ...]:
    """The topics that are searched, in a fixed order."""
    return tuple(topic for topic in load() if topic not in GUIDES)


def read(path: Path) -> Article:
    topic, lang, _ = path.name.split(".")
    opening, rule, rest = path.read_text(encoding="utf-8").partition(_RULE)
    head, second, body = rest.partition(_RULE)
    if opening or not rule or not second:
        raise ValueError(f"{path.name}: begins with its front matter between two lines of +++")
    front = tomllib.loads(head)
    if front["id"] != topic or lang not in LANGUAGES:
        raise ValueError(f"{path.name}: is named <id>.<lang>.md")
    return Article(
        id=topic,
        lang=lang,
        title=front["title"],
        programme=Programme(front["programme"]),
        holds_for_both=front.get("holds_for_both", False),
        related=tuple(front["related"]),
        source=front["source"],
        updated=front["updated"],
        phrasings=tuple(line for line in front["phrasings"].splitlines() if line.strip()),
        body=body,
    )
