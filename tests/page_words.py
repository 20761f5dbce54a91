"""The words of a page, with the names that the shipped policy gives the desk."""

from bot import policy
from bot.rendering.words import Words, words


def page_words(lang: str) -> Words:
    shipped = policy.load()
    return words(lang).naming(desk=shipped.desk.name, support=shipped.mag.support_desk)
