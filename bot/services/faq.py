"""Answers a question, as mail, Slack, the portal and the command line all do it."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bot.domain.accounts import Programme
from bot.domain.faq import Article, Reading, Step
from bot.faq import articles
from bot.faq.search import shipped
from bot.policy import Policy
from bot.rendering import faq
from bot.rendering.faq import Answer

START: Final = "get-started"  #: the page for whoever is new


@dataclass(frozen=True, kw_only=True)
class Help:
    """What was made of a question: the answers where it is sure, else the nearest articles."""

    reading: Reading
    answers: tuple[Answer, ...]  #: more than one for a message with two questions
    offered: tuple[Article, ...]
    text: str  #: all of it in plain words, with whom to ask where it is not sure
    ms: float  #: that the search took


def ask(text: str, policy: Policy, portal_url: str, *, lang: str = "") -> Help:
    """Read a message and answer it; `lang`: "en" or "de" where it is known."""
    search = shipped()
    began = time.perf_counter()
    reading = search.read(text, lang)
    took = time.perf_counter() - began
    sure = reading.step is Step.ANSWER
    topics = [reading.topic, reading.second.topic if reading.second else None] if sure else []
    answers = tuple(find_answer(topic, reading.lang, policy, portal_url) for topic in topics if topic)
    offered = (
        tuple(_article(one.topic, reading.lang) for one in reading.candidates)
        if reading.step is Step.OFFER
        else ()
    )
    words = _words(answers, offered, policy, portal_url, reading.lang)
    return Help(reading=reading, answers=answers, offered=offered, text=words, ms=took * 1000)


def find_answer(topic: str, lang: str, policy: Policy, portal_url: str) -> Answer:
    """Raise KeyError for a topic that is none."""
    return faq.answer(_article(topic, lang), policy, portal_url)


def list_articles(lang: str) -> Mapping[str, Article]:
    """All of one language, by topic."""
    return {topic: both[lang] for topic, both in articles.load().items()}


def list_by_programme(lang: str, policy: Policy) -> list[tuple[str, list[Article]]]:
    """The name of each programme with its articles, in the order of their titles."""
    told = [one for one in list_articles(lang).values() if one.id != START]
    return [
        (policy.of(of).name, sorted((one for one in told if one.programme is of), key=lambda one: one.title))
        for of in Programme
    ]


def _article(topic: str, lang: str) -> Article:
    return articles.load()[topic][lang]


def _words(
    answers: tuple[Answer, ...], offered: tuple[Article, ...], policy: Policy, portal_url: str, lang: str
) -> str:
    if answers:
        return "\n".join(f"{one.title}\n\n{one.text}" for one in answers)
    if offered:
        return faq.as_text(faq.offer(offered, policy, portal_url, lang=lang))
    return faq.as_text(faq.person(policy, lang=lang))
