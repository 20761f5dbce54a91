"""Answers in Slack: an article for whoever asked, what else may help, and the way to a person."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.faq import Article
from bot.domain.faq_opinions import Why
from bot.rendering import blocks
from bot.rendering.blocks import Block, Card, safe
from bot.rendering.faq import Answer, page_url
from bot.rendering.words import Words

ACTION = "faq_"  #: every button's `action_id` begins so
SHOW, WHY = f"{ACTION}show_", f"{ACTION}why_"  #: those of several, which end with a number or a code


@dataclass(frozen=True, kw_only=True)
class Told:
    """What is told to a question: answers, or what is near it, or by when a person does."""

    ref: str  #: "" where nothing was asked that thanks could be for
    lang: str
    answers: tuple[Answer, ...] = ()
    related: tuple[Article, ...] = ()
    also: tuple[Article, ...] = ()  #: near to a further question, which the answers leave out
    offered: tuple[Article, ...] = ()
    hear_by: datetime | None = None  #: a person has it; or the rest of it, where there are answers
    may_post: bool = False  #: to everybody in the channel
    thanked: bool = False  #: nothing was asked: they say that it helped


def told_card(told: Told, portal_url: str, *, words: Words) -> Card:
    """For whoever asked, alone. `words`: of the question's language."""
    if told.thanked:
        return thanks_card(words=words) if told.ref else welcome_card(words=words)
    if told.hear_by and not told.answers:
        return person_card(told.ref, told.hear_by, words=words)
    if told.offered:
        return _offer(told, words)
    return Card(
        text=words.say("faq_card.answer", title=safe(told.answers[0].title, 120)),
        blocks=[*_articles(told, portal_url, words), *_rest(told, words), _judging(told, words)],
    )


def posted_card(told: Told, portal_url: str, who: str, *, words: Words) -> Card:
    """For everybody in a channel: the article, and who put it there; no buttons."""
    by = words.say("faq_card.posted", who=words.person(who, slack=True))
    return Card(
        text=words.say("faq_card.answer", title=safe(told.answers[0].title, 120)),
        blocks=[*_articles(told, portal_url, words), blocks.context(by)],
    )


def _rest(told: Told, words: Words) -> Iterator[Block]:
    if told.hear_by:
        yield blocks.section(rest_line(told.ref, told.hear_by, words=words))


def rest_line(ref: str, hear_by: datetime, *, words: Words) -> str:
    """That a person has what the answers leave."""
    return words.say("faq_card.rest", ref=safe(ref, 20), by=words.instant(hear_by))


def _articles(told: Told, portal_url: str, words: Words) -> Iterator[Block]:
    for one in told.answers:
        yield blocks.header(one.title)
        yield from (blocks.section(part) for part in _parts(one.mrkdwn))
    if told.also:
        yield blocks.section(words.say("faq_card.also", links=_links(told.also, portal_url)))
    if told.related:
        yield blocks.context(f"{words.say('faq_card.related')} {_links(told.related, portal_url)}")


def _links(articles: Iterable[Article], portal_url: str) -> str:
    return " · ".join(f"<{page_url(one, portal_url)}|{safe(one.title, 150)}>" for one in articles)


def _parts(mrkdwn: str) -> Iterator[str]:
    """An article over as many sections as it needs, cut between its paragraphs."""
    kept = ""
    for paragraph in mrkdwn.split("\n\n"):
        if kept and len(kept) + len(paragraph) > blocks.MOST_TEXT - 2:
            yield kept
            kept = ""
        kept = f"{kept}\n\n{paragraph}" if kept else paragraph
    yield kept


def _judging(told: Told, words: Words) -> Block:
    names = ["helpful", "unhelpful", "person", *(["post"] if told.may_post else [])]
    row = blocks.actions(*(_button(name, told.ref, words) for name in names))
    return {**row, "block_id": _block_id("answer", told.ref, [one.topic for one in told.answers])}


def _button(name: str, ref: str, words: Words) -> Block:
    style = "primary" if name == "helpful" else ""
    return blocks.button(words.say(f"faq_card.{name}"), action=f"{ACTION}{name}", value=ref, style=style)


def _block_id(what: str, ref: str, topics: Sequence[str]) -> str:
    return f"faq_{what}:{ref}:{'+'.join(topics)}"


def topics_in(block_id: str) -> list[str]:
    """The articles that a row of buttons is about."""
    return [one for one in block_id.rpartition(":")[2].split("+") if one]


def _offer(told: Told, words: Words) -> Card:
    text = words.say("faq_card.unsure")
    near = [
        blocks.button(_label(one.title), action=f"{SHOW}{number}", value=f"{told.ref} {one.id}")
        for number, one in enumerate(told.offered)
    ]
    row = blocks.actions(*near, _button("person", told.ref, words))
    return Card(
        text=text, blocks=[blocks.section(text), {**row, "block_id": _block_id("offer", told.ref, [])}]
    )


def _label(title: str) -> str:
    """Within the 75 characters of a button."""
    return title if len(title) <= 75 else f"{title[:74].rstrip()}…"  # noqa: PLR2004


def sorry_card(ref: str, topics: Sequence[str], *, given: Why | None, words: Words) -> Card:
    """It did not help: why not, and a person who can. `given`: the reason that was chosen already."""
    text = words.say("faq_card.noted" if given else "faq_card.sorry")
    reasons = [
        blocks.button(words.say(f"faq_card.why.{why}"), action=f"{WHY}{why}", value=ref)
        for why in Why
        if given is None
    ]
    person = {**_button("person", ref, words), "style": "primary"}
    row = {**blocks.actions(*reasons, person), "block_id": _block_id("sorry", ref, topics)}
    return Card(text=text, blocks=[blocks.section(text), row])


def thanks_card(*, words: Words) -> Card:
    text = words.say("faq_card.thanks")
    return Card(text=text, blocks=[blocks.section(text)])


def welcome_card(*, words: Words) -> Card:
    text = words.say("faq_card.welcome")
    return Card(text=text, blocks=[blocks.section(text)])


def person_card(ref: str, hear_by: datetime, *, words: Words) -> Card:
    """A person has it, and by when they answer."""
    text = words.say("faq_card.with_person", ref=safe(ref, 20), by=words.instant(hear_by))
    return Card(text=text, blocks=[blocks.section(text)])


def ask_card(*, words: Words) -> Card:
    """How to ask."""
    text = words.say("faq_card.how")
    return Card(text=text, blocks=[blocks.section(text)])
