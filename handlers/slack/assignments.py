"""Who looks after a case: `/usher assign C-7 @who`, a button with a modal, and one that takes it."""

from functools import partial

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.bootstrap import Bot
from bot.domain.errors import Refusal
from bot.domain.staff import Staff
from bot.rendering import assignments as assignment_cards
from bot.rendering.blocks import Card
from bot.services import absences, assignments
from handlers.slack.answers import (
    Body,
    Respond,
    explains,
    keep_open,
    placed,
    say,
    settle,
    staff_in,
    words,
)
from handlers.slack.cases import seen_in
from handlers.slack.lines import Line
from handlers.slack.markup import named

ONESELF = frozenset({"", "me"})
NOBODY = frozenset({"nobody", "none"})


def register(app: App, bot: Bot) -> None:
    app.action("case_assign")(partial(on_assign, bot=bot))
    app.view("case_assign")(partial(on_assign_submitted, bot=bot))
    app.action("case_take")(partial(on_take, bot=bot))


def assign_case(line: Line) -> Card:
    """`/usher assign C-7 @who`; without a name it is whoever asks, and `nobody` takes it away."""
    line.check_names_one()
    ref, written = line.take_ref()
    return Card(text=_assign(line.bot, ref, _meant(line, written.strip()), line.staff))


def _meant(line: Line, written: str) -> Staff | None:
    word = written.removeprefix("@").casefold()
    if word in NOBODY:
        return None
    return line.staff if word in ONESELF else line.bot.staff.find(named(written))


def _assign(bot: Bot, ref: str, to: Staff | None, by: Staff) -> str:
    with bot.connect() as db:
        now = bot.clock.now()
        case = assignments.assign(db, ref=ref, to=to, by=by, now=now)
        away = absences.find_present(db, case.assigned_to, now=now)
    return assignment_cards.said(case, away=away, words=words(bot))


def on_take(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    """The clicker looks after it from now on."""
    ack()
    with explains(respond, bot):
        by = staff_in(body, bot)
        settle(respond, body, _assign(bot, seen_in(body)[0], by, by))


def on_assign(ack: Ack, body: Body, respond: Respond, client: WebClient, *, bot: Bot) -> None:
    """Ask who; a click that could not assign is told so before anyone chooses."""
    ack()
    with explains(respond, bot), bot.connect() as db:
        by = staff_in(body, bot)
        case = assignments.get_assignable(db, seen_in(body)[0], by=by)
        view = placed(assignment_cards.assign_modal(case, by.id, words=words(bot)), body)
        client.views_open(trigger_id=body["trigger_id"], view=view)


def on_assign_submitted(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    """Write it down, then ack: a refusal stands in the modal, where the person is looking."""
    given = assignment_cards.read_assign(body["view"])
    try:
        to = bot.who(given.to) if given.to else None
        said = _assign(bot, given.ref, to, staff_in(body, bot))
    except Refusal as refusal:
        keep_open(ack, "assignee", refusal, bot)
    else:
        ack()
        say(respond, said)
