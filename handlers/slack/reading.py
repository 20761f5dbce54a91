"""What the desk knows: a case's history, what is found, and the report of a week."""

from functools import partial

from slack_bolt import Ack, App

from bot.bootstrap import Bot
from bot.domain.approvals import check_is_staff
from bot.domain.errors import UnknownWeek
from bot.domain.report import read_week
from bot.rendering.blocks import Card
from bot.rendering.finding import findings_card, read_turned
from bot.rendering.history import history_card
from bot.rendering.report import sent_card
from bot.services import finding, history, report
from handlers.slack.answers import Body, Respond, explains, settle, staff_in, words
from handlers.slack.lines import Line
from handlers.slack.markup import typed

HISTORY = "history"  #: after a case: `/usher case C-7 history`


def register(app: App, bot: Bot) -> None:
    for action in ("find_back", "find_more"):
        app.action(action)(partial(on_turned, bot=bot))


def show_history(line: Line) -> Card:
    """`/usher case C-7 history`."""
    check_is_staff(line.staff)
    ref, _ = line.take_ref()
    with line.bot.connect() as db:
        steps = history.list_steps(db, ref)
    return history_card(ref, steps, words=words(line.bot))


def show_found(line: Line) -> Card:
    """`/usher find WORDS`."""
    bot = line.bot
    with bot.connect() as db:
        found = finding.find(db, bot.desk, typed(line.rest), page=1, by=line.staff, now=bot.clock.now())
    return findings_card(found, words=words(bot))


def on_turned(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    """Another page takes the place of the one shown."""
    ack()
    turned = read_turned(body["actions"][0]["value"])
    with explains(respond, bot), bot.connect() as db:
        by, now = staff_in(body, bot), bot.clock.now()
        found = finding.find(db, bot.desk, turned.typed, page=turned.page, by=by, now=now)
        settle(respond, body, findings_card(found, words=words(bot)))


def send_report(line: Line) -> Card:
    """`/usher report [WEEK]`: to whoever asks, directly."""
    check_is_staff(line.staff)
    bot, say, now = line.bot, words(line.bot), line.bot.clock.now()
    week = read_week(line.rest, now=now, zone=bot.desk.policy.desk.zone)
    if week is None:
        raise UnknownWeek(week=typed(line.rest)[:40])
    with bot.connect() as db:
        made = report.make(db, bot.desk, week, name_of=bot.staff.name_of, now=now)
    trouble = report.send(bot.chat, line.staff.id, made, words=say)
    return sent_card(trouble=trouble, words=say)
