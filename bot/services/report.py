"""A week of the desk beside the week before, from what the database knows."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.domain.approvals import Choice
from bot.domain.cases import OPEN, STANDING, BallHolder, CaseStatus
from bot.domain.errors import PermanentFailure, TransientFailure
from bot.domain.report import Decided, Decisions, Dwell, Report, Week, WeekFigures, by_day, dwell
from bot.ports import Chat, Picture
from bot.rendering import plots
from bot.rendering.report import picture_alt, report_card
from bot.rendering.words import Words
from bot.services import lifecycle
from bot.services.desk import Desk
from bot.store import report as report_store
from bot.store import turns
from bot.store.turns import Turn


def make(db: Database, desk: Desk, week: Week, *, name_of: Callable[[str], str], now: datetime) -> Report:
    """The figures of a week; of the present one up to now. `name_of` puts a name to a staff member's id."""
    zone = desk.policy.desk.zone
    midnights = week.midnights(zone)
    since, until = midnights[0], min(midnights[-1], now)
    decided = report_store.list_decided(db, since, until)
    earlier = week.before.midnights(zone)
    return Report(
        week=week,
        until=until if until < midnights[-1] else None,
        this=_figures(db, since, until),
        before=_figures(db, earlier[0], earlier[-1]),
        deciders=_deciders([*decided, *report_store.list_approved_first(db, since, until)], name_of),
        came_by_day=by_day(report_store.list_came(db, since, until), midnights),
        decided_by_day=by_day((one.at for one in decided), midnights),
        ahead=lifecycle.forecast(db, desk, now=now),
    )


def send(chat: Chat, to: str, report: Report, *, words: Words) -> str:
    """Write it to whoever asked, directly, for it names colleagues; with its picture where one can be drawn.

    Return why the picture did not go, "" where nothing was lost. Raise what keeps the words from them.
    """
    can_draw = plots.can_draw()
    card = report_card(report, with_picture=can_draw, words=words)
    channel, _ = chat.write_to(to, card.text, card.blocks)
    if not can_draw:
        return ""
    picture = Picture(
        name=f"usher-{report.week.name}.png",
        content=plots.week(report, words=words),
        title=card.text,
        alt=picture_alt(report, words),
    )
    try:
        chat.send_picture(channel, picture)
    except (TransientFailure, PermanentFailure) as exc:
        return str(exc)
    return ""


def _figures(db: Database, since: datetime, until: datetime) -> WeekFigures:
    choices = Counter(one.choice for one in report_store.list_decided(db, since, until))
    waiting = [turn for turn in turns.list_between(db, since, until) if _is_under_way(turn)]
    return WeekFigures(
        came=len(report_store.list_came(db, since, until)),
        approved=choices[Choice.APPROVED],
        rejected=choices[Choice.REJECTED],
        withdrawn=report_store.count_withdrawn(db, since, until),
        open=sum(turn.until is None or turn.until >= until for turn in waiting),
        mails_out=report_store.count_sent(db, since, until),
        questions=report_store.count_questions(db, since, until),
        mails_in=report_store.count_mails_in(db, since, until),
        dwells=_dwells(waiting, until),
    )


def _is_under_way(turn: Turn) -> bool:
    """Undecided, or on its way to its end; an older case that was approved without steps waits for nobody."""
    waits = (OPEN | STANDING) - {CaseStatus.APPROVED, CaseStatus.LIVE}
    return turn.status in waits or turn.holder is BallHolder.USHER


def _dwells(waiting: list[Turn], until: datetime) -> Mapping[BallHolder, Dwell]:
    """Each turn from its beginning, which may lie in an earlier week, to its end or that of the week."""
    spans: defaultdict[BallHolder, list[timedelta]] = defaultdict(list)
    for turn in waiting:
        spans[turn.holder].append(min(turn.until or until, until) - turn.since)
    found = ((holder, dwell(spans[holder])) for holder in BallHolder)
    return {holder: one for holder, one in found if one is not None}


def _deciders(decided: list[Decided], name_of: Callable[[str], str]) -> tuple[Decisions, ...]:
    many = Counter((one.by, one.choice) for one in decided)
    people = [
        Decisions(
            by=name_of(by),
            approved=many[by, Choice.APPROVED],
            rejected=many[by, Choice.REJECTED],
            first=many[by, None],
        )
        for by in {one.by for one in decided}
    ]
    return tuple(sorted(people, key=lambda one: (-one.all, one.by)))
