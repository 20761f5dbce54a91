"""Questions in Slack: `/faq`, `/usher faq`, a mention, a direct message, and the buttons of answers."""

import re
from functools import partial

from slack_bolt import Ack, App

from bot.bootstrap import Bot
from bot.domain.conversations import Conversation
from bot.domain.faq_opinions import Why
from bot.domain.staff import Staff
from bot.rendering import faq_cards
from bot.rendering.blocks import Card
from bot.rendering.faq_cards import ACTION, SHOW, WHY, topics_in
from bot.rendering.words import Words
from bot.rendering.words import words as words_of
from bot.services import faq_answers, masking
from handlers.slack.answers import Body, Respond, explains, settle, show, staff_in, words
from handlers.slack.lines import Line
from handlers.slack.markup import typed


def register(app: App, bot: Bot) -> None:
    app.command("/faq")(partial(on_faq, bot=bot))
    app.action(re.compile(f"^{SHOW}"))(partial(on_show, bot=bot))
    app.action(re.compile(f"^{WHY}"))(partial(on_why, bot=bot))
    for name, listener in (
        ("helpful", on_helpful), ("unhelpful", on_unhelpful), ("person", on_person), ("post", on_post),
    ):  # fmt: skip
        app.action(f"{ACTION}{name}")(partial(listener, bot=bot))


def on_faq(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    ack()
    with explains(respond, bot):
        show(respond, answer(bot, staff_in(body, bot), body.get("text") or ""))


def show_answer(line: Line) -> Card:
    """`/usher faq QUESTION`, and what is no command."""
    return answer(line.bot, line.staff, line.rest, below=line.below)


def answer(bot: Bot, by: Staff, text: str, *, below: str = "") -> Card:
    if not text.strip():
        return faq_cards.ask_card(words=words(bot))
    with bot.connect() as db:
        asked = masking.mask_text(db, bot.desk, typed(text))
        told = faq_answers.ask(db, bot.desk, text=asked, by=by, below=below, now=bot.clock.now())
    bot.bell.ring()
    return faq_cards.told_card(told, bot.desk.portal_url, words=_words(bot, told.lang))


def _words(bot: Bot, lang: str) -> Words:
    """Whoever asks is answered in the language of the question."""
    return words_of(lang, bot.desk.policy.desk.zone)


def on_show(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    """One of those that were offered."""
    ack()
    ref, _, topic = str(body["actions"][0]["value"]).partition(" ")
    with explains(respond, bot), bot.connect() as db:
        by = staff_in(body, bot)
        told = faq_answers.show(db, bot.desk, ref=ref, topic=topic, by=by, now=bot.clock.now())
        card = faq_cards.told_card(told, bot.desk.portal_url, words=_words(bot, told.lang))
        settle(respond, body, card)


def on_helpful(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    ack()
    with explains(respond, bot):
        one = _judge(body, bot, helped=True)
        settle(respond, body, faq_cards.thanks_card(words=_words(bot, one.lang)))


def on_unhelpful(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    ack()
    with explains(respond, bot):
        _say_sorry(body, respond, _judge(body, bot, helped=False), None, bot)


def on_why(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    ack()
    why = Why(str(body["actions"][0]["action_id"]).removeprefix(WHY))
    with explains(respond, bot):
        _say_sorry(body, respond, _judge(body, bot, helped=False, why=why), why, bot)


def _judge(body: Body, bot: Bot, *, helped: bool, why: Why | None = None) -> Conversation:
    ref, topics = _about(body)
    by, now = staff_in(body, bot), bot.clock.now()
    with bot.connect() as db:
        return faq_answers.judge(db, ref=ref, topics=topics, helped=helped, why=why, by=by, now=now)


def _about(body: Body) -> tuple[str, list[str]]:
    """The question and the articles that the clicked row of buttons is about."""
    action = body["actions"][0]
    return str(action["value"]), topics_in(str(action["block_id"]))


def _say_sorry(body: Body, respond: Respond, one: Conversation, why: Why | None, bot: Bot) -> None:
    _, topics = _about(body)
    settle(respond, body, faq_cards.sorry_card(one.ref, topics, given=why, words=_words(bot, one.lang)))


def on_person(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    ack()
    ref, _ = _about(body)
    with explains(respond, bot), bot.connect() as db:
        by, now = staff_in(body, bot), bot.clock.now()
        one = faq_answers.to_person(db, bot.desk, ref=ref, by=by, now=now)
        card = faq_cards.person_card(one.ref, one.due_at or now, words=_words(bot, one.lang))
        settle(respond, body, card)


def on_post(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    """For everybody in the channel, by the click's own way: Usher need not be a member there."""
    ack()
    ref, topics = _about(body)
    with explains(respond, bot), bot.connect() as db:
        by, where = staff_in(body, bot), str((body.get("channel") or {}).get("id", ""))
        told = faq_answers.post(db, bot.desk, ref=ref, topics=topics, where=where, by=by, now=bot.clock.now())
        if told is None:
            settle(respond, body, words(bot).say("faq_card.posted_before"))
            return
        card = faq_cards.posted_card(told, bot.desk.portal_url, by.id, words=_words(bot, told.lang))
        respond(text=card.text, blocks=card.blocks, response_type="in_channel", replace_original=False)
