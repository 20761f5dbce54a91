"""What the clock does each minute, each day and each week: two tables, and one look at them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time
from functools import partial
from types import MappingProxyType
from typing import Final

import structlog
from sqlite_utils import Database

from bot.bootstrap import Bot
from bot.domain.errors import trace
from bot.domain.rounds import Occasion, daily, each_working_day, weekly
from bot.services import (
    absences,
    audit,
    dead_ends,
    email_changes,
    erasing,
    faq_learning,
    groups,
    held_mails,
    lifecycle_rounds,
    notices,
    nudges,
    overdue_questions,
    phone_resets,
    retention,
    rounds,
    standing,
    stock,
    upkeep,
)

log = structlog.get_logger("clock")

#: does what is due now; safe to repeat, for another process may do the same at the same time
Work = Callable[[Database, Bot, datetime], object]
#: the same, for one occasion, such as "2026-03-02": what it sends has that name in its key
RoundWork = Callable[[Database, Bot, str, datetime], object]


@dataclass(frozen=True, kw_only=True)
class Stumble:
    """Why some work stumbled at its last turn."""

    why: str
    passes: bool  #: the machine's trouble, such as a locked database, which may be over in a moment
    locked: bool = False  #: it waited for another process, as everything after it would


NONE_STUMBLED: Final[Mapping[str, Stumble]] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Round:
    """Work that comes back: caught up once after a down-time, begun anew at the next minute if it fails."""

    name: str
    occasion: Occasion
    work: RoundWork


def _post_head(db: Database, bot: Bot, day: str, now: datetime) -> None:  # noqa: ARG001 - every round has a bot
    """`day` is the desk's, and has one head."""
    audit.post_head(db, day=day, now=now)


def _watch_groups(db: Database, bot: Bot, day: str, now: datetime) -> None:  # noqa: ARG001 - every round's
    groups.watch(db, bot.staff, bot.desk.policy.approvals.rules, now=now)


def _sweep(db: Database, bot: Bot, day: str, now: datetime) -> None:
    """The log says how much went; a class of which much is left goes on the next night."""
    for one in retention.sweep(db, bot.desk, now=now):
        if one.many:
            log.info("data swept", night=day, data=str(one.data), rows=one.many, all_gone=one.all_gone)


EACH_MINUTE: dict[str, Work] = {
    "absences": lambda db, _, now: absences.renew_cards(db, now=now),
    "reminders": lambda db, bot, now: notices.remind(db, bot.desk, now=now),
    "held mails": lambda db, _, now: held_mails.end_untrue(db, now=now),
    "nudges": lambda db, bot, now: nudges.nudge(db, bot.desk, now=now),
    "lifecycle": lambda db, bot, now: lifecycle_rounds.run(db, bot.desk, now=now),
    "conversations": lambda db, bot, now: overdue_questions.remind(db, bot.desk, now=now),
    "changed addresses": lambda db, bot, now: email_changes.carry_out(db, bot.desk, now=now),
    "erasures": lambda db, bot, now: erasing.carry_out(db, bot.desk, bot.reader, now=now),
    "lost phones": lambda db, bot, now: phone_resets.carry_out(db, bot.desk, now=now),
}

#: before anybody works, so that the morning finds it
NIGHT = daily(time(2))

ROUNDS: tuple[Round, ...] = (
    Round(name="audit head", occasion=NIGHT, work=_post_head),
    Round(name="groups", occasion=NIGHT, work=_watch_groups),
    Round(
        name="stock",
        occasion=NIGHT,
        work=lambda db, bot, _, now: stock.watch_all(db, bot.desk, now=now),
    ),
    Round(name="secrets", occasion=NIGHT, work=lambda _, bot, __, ___: bot.look_at_secrets()),
    Round(name="retention", occasion=NIGHT, work=_sweep),
    Round(
        name="overdue questions",
        occasion=each_working_day(time(9)),
        work=lambda db, bot, occasion, now: overdue_questions.tell_stayed(db, bot.desk, occasion, now=now),
    ),
    Round(
        name="standing",
        occasion=weekly(time(9)),
        work=lambda db, bot, occasion, now: standing.tell(db, bot.desk, occasion, now=now),
    ),
    Round(
        name="faq week",
        occasion=weekly(time(9)),
        work=lambda db, _, occasion, now: faq_learning.tell(db, occasion, now=now),
    ),
    Round(
        name="dead ends",
        occasion=weekly(time(9)),
        work=lambda db, bot, occasion, now: dead_ends.tell(db, bot.desk, occasion, now=now),
    ),
)


def look(bot: Bot, *, now: datetime, before: Mapping[str, Stumble] = NONE_STUMBLED) -> dict[str, Stumble]:
    """Do all that is due; what stumbles keeps nothing else from its turn, but for a locked database.

    Return what stumbled. What did so `before` and now waits for working hours, or was not tried, is no
    better for it.
    """
    calendar = bot.desk.policy.calendar_of_desk
    resting = {one.name for one in ROUNDS if one.name in before and one.occasion(calendar, now) is None}
    found = {name: replace(before[name], passes=False) for name in resting}
    untried = dict(before)
    works = EACH_MINUTE | {one.name: partial(_go_round, one) for one in ROUNDS if one.name not in resting}
    for name, work in works.items():
        untried.pop(name, None)
        if stumble := _guarded(bot, name, work, now):
            found[name] = stumble
            if stumble.locked:
                return {**untried, **found}
    return found


def _go_round(one: Round, db: Database, bot: Bot, now: datetime) -> None:
    occasion = rounds.find_due(db, bot.desk, one.name, one.occasion, now=now)
    if occasion is not None:
        one.work(db, bot, occasion, now)
        rounds.note_done(db, one.name, occasion)


def _guarded(bot: Bot, name: str, work: Work, now: datetime) -> Stumble | None:
    try:
        with bot.connect() as db:
            work(db, bot, now)
    except Exception as exc:  # noqa: BLE001 - the door: Slack away, a locked database, a full disk pass
        passes = bool(upkeep.trouble(exc))
        if not passes:
            log.error("clock stumbled", work=name, trace=trace(exc))  # noqa: TRY400 - without the message
        return Stumble(why=upkeep.why_stumbled(exc), passes=passes, locked=upkeep.is_locked(exc))
    return None
