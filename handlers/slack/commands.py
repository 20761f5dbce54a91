"""`/usher` and its words; the same words work in a mention."""

import difflib
from functools import partial

from slack_bolt import Ack, App
from slack_bolt.context.respond import Respond

from bot.bootstrap import Bot
from bot.domain.approvals import check_is_staff
from bot.domain.errors import UnknownCommand
from bot.rendering import cards
from bot.rendering.blocks import Card
from bot.services import cases
from handlers.slack import cases as case_words
from handlers.slack import letters, step_up
from handlers.slack.answers import Body, explains, show, staff_in, words
from handlers.slack.lines import Command, Line

MOST = 500  #: cases the queue shows, over its pages


def register(app: App, bot: Bot) -> None:
    app.command("/usher")(partial(on_usher, bot=bot))


def on_usher(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    ack()
    with explains(respond, bot):
        staff, text = staff_in(body, bot), body.get("text") or ""
        line = Line(bot=bot, staff=staff, rest=text, trigger_id=str(body["trigger_id"]))
        show(respond, answer(line))


def answer(line: Line) -> Card:
    """Carry out one line of words."""
    word, _, rest = line.rest.strip().partition(" ")
    command = COMMANDS.get(word.lower() or "help")
    if command is None:
        nearest = difflib.get_close_matches(word.lower(), COMMANDS, n=1)
        raise UnknownCommand(word=word[:40], nearest=nearest[0] if nearest else "")
    return command(line.about(rest.strip()))


def show_help(line: Line) -> Card:
    return cards.help_card(line.staff, words=words(line.bot))


def show_queue(line: Line) -> Card:
    check_is_staff(line.staff)
    rest = line.rest
    page = max(1, int(rest)) if rest.isascii() and rest.isdigit() and len(rest) < 5 else 1  # noqa: PLR2004
    with line.bot.connect() as db:
        entries = cases.list_queue(db, limit=MOST)
    return cards.queue_card(entries, page=page, words=words(line.bot))


#: every word, and what it does; each is a function of its room
COMMANDS: dict[str, Command] = {
    "queue": show_queue,
    "case": case_words.show_case,
    "approve": case_words.confirm_approve,
    "reject": case_words.confirm_reject,
    "ask": letters.ask,
    "enroll": step_up.enroll,
    "help": show_help,
}
