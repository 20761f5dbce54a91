"""What an article or a diagnosis tells a reader to click is called so on the page in that language."""

import re
from functools import cache

import pytest
from babel.messages.pofile import read_po

from bot import policy as policies
from bot.domain.languages import LANGUAGES
from bot.faq import articles
from bot.rendering import faq, mail_templates, words

PORTAL = "https://portal.example.com"
OTHER = {"en": "de", "de": "en"}
SHOWN = ("page.", "strength.")
#: said of an organisation's people by the name of their role, in either language
ROLES = {"Organization", "Application"}
BOTH = [(topic, lang) for topic in articles.load() for lang in LANGUAGES]


@cache
def catalogue(lang: str, name: str = "*") -> dict[str, str]:
    found: dict[str, str] = {}
    for path in (words.LOCALE_DIR / lang / "LC_MESSAGES").glob(f"{name}.po"):
        with path.open("rb") as file:
            found |= {
                str(one.id): str(one.string) for one in read_po(file) if one.id and not one.pluralizable
            }
    return found


@cache
def names_of_buttons(lang: str) -> set[str]:
    shown = {text for key, text in catalogue(lang).items() if key.startswith(SHOWN)}
    mailed = (
        name
        for path in mail_templates.SHIPPED.glob(f"*.{lang}.md")
        for name in re.findall(r"\[\[(.+?)\]\]", path.read_text(encoding="utf-8"))
    )
    return {one.casefold() for one in (*shown, *mailed)}


@pytest.mark.parametrize(("topic", "lang"), BOTH)
def test_an_article_emphasises_no_name_of_the_other_language(topic: str, lang: str) -> None:
    own, other = (names_of_buttons(one) for one in (lang, OTHER[lang]))
    source = faq.answer(articles.load()[topic][lang], policies.load(support_address="a@example.com"), PORTAL)
    emphasised = re.findall(r"\*\*(.+?)\*\*", source.source)

    assert [one for one in emphasised if one.casefold() in other - own] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_diagnosis_speaks_of_nothing_by_the_name_of_the_other_language(lang: str) -> None:
    own, other = (
        {text for key, text in catalogue(one).items() if key.startswith(SHOWN)} for one in (lang, OTHER[lang])
    )
    foreign = [re.compile(rf"\b{re.escape(one)}(?!\w)") for one in other - own - ROLES if one[:1].isupper()]
    said = catalogue(lang, "diagnosis")

    assert [(key, one.pattern) for key, text in said.items() for one in foreign if one.search(text)] == []
