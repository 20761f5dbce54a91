"""`/usher` and its words; the same words work in a mention."""

import difflib
from functools import partial

from slack_bolt import Ack, App

from bot.bootstrap import Bot
from bot.domain.errors import UnknownCommand
from bot.domain.thanks import is_thanks
from bot.rendering.blocks import Card
from bot.rendering.help import FOR_APPROVERS, help_card
from bot.services import masking
from handlers.slack import (
    absences,
    accounts,
    assignments,
    conversations,
    faq,
    invitations,
    letters,
    license_keys,
    queue,
    reading,
    step_up,
    stock,
)
from handlers.slack import cases as case_words
from handlers.slack.answers import Body, Respond, explains, show, staff_in, words
from handlers.slack.lines import Command, Line
from handlers.slack.markup import typed

_QUESTION = 3  #: words that a question has behind its first


def register(app: App, bot: Bot) -> None:
    app.command("/usher")(partial(on_usher, bot=bot))


def on_usher(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    ack()
    with explains(respond, bot):
        staff, text = staff_in(body, bot), body.get("text") or ""
        line = Line(bot=bot, staff=staff, rest=text, trigger_id=str(body["trigger_id"]))
        show(respond, answer(line))


def answer(line: Line) -> Card:
    """Carry out one line of words; a License Key is masked in it, unless the words ask whose it is."""
    word, _, rest = line.rest.strip().partition(" ")
    if word.lower() != "keys":
        with line.bot.connect() as db:
            word, _, rest = masking.mask_text(db, line.bot.desk, line.rest.strip()).partition(" ")
    command = COMMANDS.get(word.lower() or "help")
    if command is None:
        nearest = difflib.get_close_matches(word.lower(), COMMANDS, n=1)
        raise UnknownCommand(word=typed(word)[:40], nearest=nearest[0] if nearest else "")
    return command(line.about(rest.strip()))


def is_command(line: Line) -> bool:
    """Whether these words are meant as a command; else they are a question.

    Only staff have commands; whoever else wants to decide about a case hears that, and who may. A word that
    is nearly a command is told so, unless as many words follow as a question has.
    """
    word, _, rest = line.rest.strip().partition(" ")
    if not line.staff.staff or word.lower() == "help":
        bare = word.lower() in {"", "help"} and not rest.strip()
        return bare or (word.lower() in FOR_APPROVERS and line.about(rest).is_about_a_case())
    if word.lower() in COMMANDS:
        return True
    if is_thanks(line.rest, sender=line.staff.name):
        return False
    if not rest.strip():
        return True
    is_short = len(rest.split()) < _QUESTION
    return is_short and bool(difflib.get_close_matches(word.lower(), COMMANDS, n=1))


def show_help(line: Line) -> Card:
    return help_card(line.staff, tuple(COMMANDS), words=words(line.bot))


#: every word, and what it does; each is a function of its room
COMMANDS: dict[str, Command] = {
    "queue": queue.show_queue,
    "next": queue.show_next,
    "case": conversations.show_case,
    "approve": case_words.confirm_approve,
    "reject": case_words.confirm_reject,
    "ask": letters.ask,
    "assign": assignments.assign_case,
    "away": absences.away,
    "keys": license_keys.keys,
    "find": reading.show_found,
    "account": accounts.show_account,
    "stock": stock.show_stock,
    "faq": faq.show_answer,
    "invite": invitations.invite,
    "report": reading.send_report,
    "enroll": step_up.enroll,
    "help": show_help,
}
