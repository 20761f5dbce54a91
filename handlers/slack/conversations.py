"""Conversations: the buttons of their card, and the modals in which they are answered and handed over."""

import re
from dataclasses import replace
from functools import partial

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.bootstrap import Bot
from bot.domain.conversations import ChosenArticle, conversation_id
from bot.domain.errors import Refusal
from bot.domain.note_names import NoteName
from bot.domain.staff import Staff
from bot.rendering import conversation_modals, faq_suggestions
from bot.rendering.blocks import Card
from bot.rendering.conversations import ACTION
from bot.rendering.faq_suggestions import EDIT, SEND, topic_in
from bot.services import conversation_replies, conversations, faq, faq_suggested
from bot.services.note_words import NOTES
from handlers.slack import cases
from handlers.slack.answers import (
    Body,
    Respond,
    explains,
    keep_open,
    placed,
    refusal_text,
    say,
    settle,
    staff_in,
    words,
)
from handlers.slack.cases import seen_in
from handlers.slack.lines import Line
from handlers.slack.markup import typed


def register(app: App, bot: Bot) -> None:
    app.action(f"{ACTION}take")(partial(on_take, bot=bot))
    app.action(f"{ACTION}reopen")(partial(on_reopen, bot=bot))
    app.action(f"{ACTION}open")(partial(on_open, bot=bot))
    for name, closes in (("reply", False), ("close", True)):
        app.action(f"{ACTION}{name}")(partial(on_write, bot=bot, closes=closes))
    app.action(re.compile(f"^{SEND}"))(partial(on_send, bot=bot))
    app.action(re.compile(f"^{EDIT}"))(partial(on_edit, bot=bot))
    app.view(faq_suggestions.MODAL)(partial(on_sent, bot=bot))
    app.view(conversation_modals.REPLY)(partial(on_submitted, bot=bot))
    app.action(conversation_modals.HAND_OVER)(partial(on_hand_over, bot=bot))
    app.view(conversation_modals.HAND_OVER)(partial(on_handed_over, bot=bot))


def on_take(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    ack()
    ref, _ = seen_in(body)
    with explains(respond, bot), bot.connect() as db:
        one = conversations.take(db, ref=ref, by=staff_in(body, bot), now=bot.clock.now())
        settle(respond, body, words(bot).say("conversation.done.taken", ref=one.ref))


def on_reopen(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    ack()
    ref, _ = seen_in(body)
    with explains(respond, bot), bot.connect() as db:
        one = conversations.reopen(db, bot.desk, ref=ref, by=staff_in(body, bot), now=bot.clock.now())
        settle(respond, body, words(bot).say("conversation.done.reopened", ref=one.ref))


def on_open(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    """The card, for the clicker alone."""
    ack()
    ref, _ = seen_in(body)
    with explains(respond, bot):
        settle(respond, body, _card(bot, staff_in(body, bot), ref))


def _card(bot: Bot, by: Staff, ref: str) -> Card:
    with bot.connect() as db:
        values = conversations.show(db, bot.desk, ref=ref, by=by, now=bot.clock.now())
    return NOTES[NoteName.QUESTION](values, words(bot))


def show_case(line: Line) -> Card:
    """`/usher case Q-7`; everything else is a case's."""
    ref = typed(line.rest.partition(" ")[0])
    if conversation_id(ref) is None:
        return cases.show_case(line)
    return _card(line.bot, line.staff, ref)


def on_write(ack: Ack, body: Body, respond: Respond, client: WebClient, *, bot: Bot, closes: bool) -> None:
    """Ask for the words; whoever could not send them is told so before anything is written."""
    ack()
    ref, heard = seen_in(body)
    with explains(respond, bot), bot.connect() as db:
        reply, one = conversation_replies.begin(
            db,
            bot.desk,
            ref=ref,
            heard=_number(heard),
            by=staff_in(body, bot),
            closes=closes,
            now=bot.clock.now(),
        )
        view = placed(conversation_modals.reply_modal(reply, one, words=words(bot)), body)
        client.views_open(trigger_id=body["trigger_id"], view=view)


def on_send(ack: Ack, body: Body, respond: Respond, client: WebClient, *, bot: Bot) -> None:
    """The suggested article as it would go, with what is true for its asker."""
    ack()
    ref, heard = seen_in(body)
    topic = topic_in(str(body["actions"][0]["block_id"]))
    with explains(respond, bot), bot.connect() as db:
        chosen = ChosenArticle(ref=ref, heard=_number(heard), topic=topic)
        by, now = staff_in(body, bot), bot.clock.now()
        sealed, _, shown = faq_suggested.look(db, bot.desk, chosen, by=by, now=now)
        view = placed(faq_suggestions.send_modal(sealed, shown, words=words(bot)), body)
        client.views_open(trigger_id=body["trigger_id"], view=view)


def on_sent(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    """Send the answer that was shown, or show it as it would go by now; a refusal takes its place."""
    chosen = faq_suggestions.read_send(body["view"])
    try:
        with bot.connect() as db:
            by, now = staff_in(body, bot), bot.clock.now()
            looked_at = faq_suggested.submit(db, bot.desk, chosen, by=by, now=now)
    except Refusal as refusal:
        view = faq_suggestions.refused_modal(chosen, refusal_text(refusal, bot), words=words(bot))
        ack(response_action="update", view=placed(view, body))
        return
    if looked_at is None:
        ack()
        say(respond, words(bot).say("conversation.done.replied", ref=chosen.ref))
        return
    sealed, _, shown = looked_at
    view = faq_suggestions.send_modal(sealed, shown, words=words(bot))
    ack(response_action="update", view=placed(view, body))


def on_edit(ack: Ack, body: Body, respond: Respond, client: WebClient, *, bot: Bot) -> None:
    """The suggested article as the draft of a reply."""
    ack()
    ref, heard = seen_in(body)
    topic = topic_in(str(body["actions"][0]["block_id"]))
    with explains(respond, bot), bot.connect() as db:
        by, now = staff_in(body, bot), bot.clock.now()
        reply, one = conversation_replies.begin(db, bot.desk, ref=ref, heard=_number(heard), by=by, now=now)
        drafted = replace(reply, text=faq.find_text(topic, one.lang, bot.desk))
        view = placed(conversation_modals.reply_modal(drafted, one, words=words(bot)), body)
        client.views_open(trigger_id=body["trigger_id"], view=view)


def _number(heard: str) -> int:
    return int(heard) if heard.isdecimal() else 0


def on_submitted(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    """Show the answer, or send the one that was shown, then ack: a refusal stands at the field."""
    reply = conversation_modals.read_reply(body["view"])
    try:
        with bot.connect() as db:
            by, now = staff_in(body, bot), bot.clock.now()
            looked_at = conversation_replies.submit(db, bot.desk, reply, by=by, now=now)
    except Refusal as refusal:
        keep_open(ack, conversation_modals.WORDS, refusal, bot)
        return
    if looked_at is None:
        ack()
        done = "closed" if reply.closes else "replied"
        say(respond, words(bot).say(f"conversation.done.{done}", ref=reply.ref))
        return
    sealed, one, shown = looked_at
    view = conversation_modals.reply_modal(sealed, one, shown=shown, words=words(bot))
    ack(response_action="update", view=placed(view, body))


def on_hand_over(ack: Ack, body: Body, respond: Respond, client: WebClient, *, bot: Bot) -> None:
    ack()
    ref, _ = seen_in(body)
    with explains(respond, bot), bot.connect() as db:
        by = staff_in(body, bot)
        one = conversations.get_open(db, ref=ref, by=by, now=bot.clock.now())
        view = placed(conversation_modals.hand_over_modal(one, by.id, words=words(bot)), body)
        client.views_open(trigger_id=body["trigger_id"], view=view)


def on_handed_over(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    """Write it down, then ack: a refusal stands in the modal, where the person is looking."""
    given = conversation_modals.read_hand_over(body["view"])
    try:
        with bot.connect() as db:
            by, now = staff_in(body, bot), bot.clock.now()
            one = conversations.hand_over(
                db, ref=given.ref, to=bot.who(given.to), since=given.since, by=by, now=now
            )
    except Refusal as refusal:
        keep_open(ack, conversation_modals.TO, refusal, bot)
    else:
        ack()
        who = words(bot).person(one.owner, slack=True)
        say(respond, words(bot).say("conversation.done.handed_over", ref=one.ref, who=who))
