"""`/usher` and its words; the same words work in a mention."""

import difflib
from collections.abc import Callable
from functools import partial
from typing import Literal

from slack_bolt import Ack, App
from slack_bolt.context.respond import Respond

from bot.bootstrap import Bot
from bot.domain.approvals import check_is_staff
from bot.domain.errors import UnknownCommand
from bot.domain.staff import Staff
from bot.rendering import cards
from bot.rendering.blocks import Card
from bot.services import cases
from handlers.slack.answers import Body, explains, show, staff_in, words

MOST = 500  #: cases the queue shows, over its pages

Command = Callable[[Bot, Staff, str], Card]


def register(app: App, bot: Bot) -> None:
    app.command("/usher")(partial(on_usher, bot=bot))


def on_usher(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    ack()
    with explains(respond, bot):
        show(respond, answer(bot, staff_in(body, bot), body.get("text") or ""))


def answer(bot: Bot, staff: Staff, text: str, *, thread_case: str = "") -> Card:
    """Carry out one line of words; in a case's thread the case need not be named."""
    word, _, rest = text.strip().partition(" ")
    command = COMMANDS.get(word.lower() or "help")
    if command is None:
        nearest = difflib.get_close_matches(word.lower(), COMMANDS, n=1)
        raise UnknownCommand(word=word[:40], nearest=nearest[0] if nearest else "")
    return command(bot, staff, rest.strip() or thread_case)


def show_help(bot: Bot, staff: Staff, rest: str) -> Card:
    del rest
    return cards.help_card(staff, words=words(bot))


def show_queue(bot: Bot, staff: Staff, rest: str) -> Card:
    check_is_staff(staff)
    page = max(1, int(rest)) if rest.isascii() and rest.isdigit() and len(rest) < 5 else 1  # noqa: PLR2004
    with bot.connect() as db:
        entries = cases.list_queue(db, limit=MOST)
    return cards.queue_card(entries, page=page, words=words(bot))


def show_case(bot: Bot, staff: Staff, rest: str) -> Card:
    check_is_staff(staff)
    with bot.connect() as db:
        card = cases.get_card(db, bot.desk, rest, viewer=staff, now=bot.clock.now())
    return cards.case_card(card, words=words(bot))


def confirm(bot: Bot, staff: Staff, rest: str, *, action: Literal["approve", "reject"]) -> Card:
    """Show the current card with the one button that decides: what one approves is what one sees."""
    with bot.connect() as db:
        card = cases.get_decidable_card(db, bot.desk, rest, staff, now=bot.clock.now())
    return cards.confirm_card(card, action, words=words(bot))


COMMANDS: dict[str, Command] = {
    "queue": show_queue,
    "case": show_case,
    "approve": partial(confirm, action="approve"),
    "reject": partial(confirm, action="reject"),
    "help": show_help,
}
