"""`/usher away`: who is away, being away oneself, and coming back."""

import re

from bot.rendering import absences as absence_cards
from bot.rendering.blocks import Card
from bot.services import absences
from handlers.slack.answers import words
from handlers.slack.lines import Line
from handlers.slack.markup import named

_DEPUTY = re.compile(r"<@[UW][A-Z0-9]+(?:\|[^>]*)?>|<mailto:[^>]*>|@[^\s,;]+")
#: words before a deputy that people type and nothing depends on
_BEFORE_DEPUTY = re.compile(
    r"(?:[\s,;]|\b(?:to|an|by|with|deputy|vertretung|vertreten durch)\b:?)+$", re.IGNORECASE
)


def away(line: Line) -> Card:
    """`/usher away`, `/usher away 2026-12-01 2026-12-10 @casey`, `/usher away end`."""
    asked = line.rest.strip()
    if not asked:
        return _show(line)
    return _end(line) if asked.casefold() in {"end", "over", "back", "ende"} else _begin(line, asked)


def _show(line: Line) -> Card:
    now = line.bot.clock.now()
    with line.bot.connect() as db:
        open_ = absences.list_open(db, by=line.staff, now=now)
    return absence_cards.away_card(open_, line.staff.id, words=words(line.bot), now=now)


def _begin(line: Line, asked: str) -> Card:
    bot = line.bot
    days, deputy = asked, None
    if found := _DEPUTY.search(asked):
        days = _BEFORE_DEPUTY.sub("", asked[: found.start()]) + " " + asked[found.end() :]
        deputy = bot.staff.find(named(found[0]))
    with bot.connect() as db:
        left = absences.go_away(
            db, bot.desk, days=days.strip(), deputy=deputy, by=line.staff, now=bot.clock.now()
        )
    return Card(text=absence_cards.left_text(left.absence, left.unattended, words=words(bot)))


def _end(line: Line) -> Card:
    with line.bot.connect() as db:
        absences.come_back(db, by=line.staff, now=line.bot.clock.now())
    return Card(text=words(line.bot).say("away.ended"))
