"""`/usher queue` and `next`, and the buttons that turn pages and show the next case."""

from functools import partial

from slack_bolt import Ack, App

from bot.bootstrap import Bot
from bot.domain.cards import CaseCard
from bot.domain.queue import read_wanted
from bot.domain.staff import Staff
from bot.rendering import queue as queue_cards
from bot.rendering.blocks import Card
from bot.services import conversations, phone_reset_desk, queue, views
from handlers.slack.answers import Body, Respond, explains, settle, staff_in, words
from handlers.slack.lines import Line
from handlers.slack.markup import typed


def register(app: App, bot: Bot) -> None:
    for action in ("queue_page", "queue_page_back"):
        app.action(action)(partial(on_page, bot=bot))
    app.action("queue_next")(partial(on_next, bot=bot))


def show_queue(line: Line) -> Card:
    """`/usher queue mine old`."""
    return _queue(line.bot, line.staff, typed(line.rest))


def show_next(line: Line) -> Card:
    """`/usher next`."""
    return _next(line.bot, line.staff)


def on_page(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    ack()
    wanted, page = queue_cards.read_page(str(body["actions"][0]["value"]))
    with explains(respond, bot):
        settle(respond, body, _queue(bot, staff_in(body, bot), f"{wanted} page {page}"))


def on_next(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    ack()
    with explains(respond, bot):
        settle(respond, body, _next(bot, staff_in(body, bot), after=str(body["actions"][0]["value"])))


def _queue(bot: Bot, staff: Staff, text: str) -> Card:
    wanted, now = read_wanted(text), bot.clock.now()
    with bot.connect() as db:
        entries = queue.list_queue(db, by=staff, wanted=wanted, now=now)
        asked = wanted.choose_asked(conversations.list_open(db, by=staff), staff, now)
        lost = wanted.choose_resets(phone_reset_desk.list_waiting(db, by=staff), now)
    return queue_cards.queue_card(entries, wanted, asked=asked, lost=lost, words=words(bot), now=now)


def _next(bot: Bot, staff: Staff, after: str = "") -> Card:
    now = bot.clock.now()
    with bot.connect() as db:
        card = queue.find_next(db, bot.desk, by=staff, after=after, now=now)
        if isinstance(card, CaseCard):
            views.note(db, bot.desk, [card.case.ref], viewer=staff, now=now)
    return queue_cards.next_card(card, words=words(bot))
