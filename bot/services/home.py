"""Put together what a person finds in the home tab."""

from collections.abc import Sequence
from datetime import datetime, time

from sqlite_utils import Database

from bot.domain.approvals import check_is_staff
from bot.domain.cases import BallHolder, case_ref
from bot.domain.home import Held, Home, ToDecide, Unmailed
from bot.domain.queue import QueueEntry
from bot.domain.staff import Staff
from bot.services import cases, conversations, phone_reset_desk
from bot.services.desk import Desk
from bot.services.queue import MOST
from bot.store import absences, accounts, day_figures, queue

MOST_TO_DECIDE = 8  #: shown with their buttons; more would not fit beside the rest


def get_home(db: Database, desk: Desk, *, by: Staff, now: datetime) -> Home:
    """Their home tab at this moment; raise NotStaff."""
    check_is_staff(by)
    entries = queue.list_queue(db, limit=MOST)
    decide = [entry for entry in entries if entry.waits_for(by)]
    rest = [entry for entry in entries if not entry.waits_for(by)]
    theirs = [entry for entry in rest if entry.assigned_to == by.id or entry.approved_by(by)]
    waiting = [entry for entry in theirs if entry.approved_by(by) or entry.ball is not BallHolder.DESK]
    midnight = datetime.combine(now.astimezone(desk.policy.desk.zone), time(), desk.policy.desk.zone)
    return Home(
        decide=tuple(
            ToDecide(entry=entry, card=cases.get_card(db, desk, entry.ref, now=now))
            for entry in decide[:MOST_TO_DECIDE]
        ),
        undecided=len(decide),
        assigned=tuple(entry for entry in theirs if entry not in waiting),
        waiting=tuple(waiting),
        others=tuple(entry for entry in rest if entry not in theirs),
        held=_held(entries),
        figures=day_figures.count_since(db, midnight),
        away=tuple(absences.list_open(db, now=now)),
        asked=tuple(conversations.list_open(db, by=by)),
        unmailed=_unmailed(db, entries),
        lost=tuple(phone_reset_desk.list_waiting(db, by=by)),
    )


def _unmailed(db: Database, entries: Sequence[QueueEntry]) -> tuple[Unmailed, ...]:
    listed = {entry.ref for entry in entries}
    found = ((case_ref(number), users) for number, users in accounts.list_unmailed(db).items())
    return tuple(Unmailed(ref=ref, users=users) for ref, users in found if ref not in listed)


def _held(entries: Sequence[QueueEntry]) -> tuple[Held, ...]:
    by_holder = {holder: [one.since for one in entries if one.ball is holder] for holder in BallHolder}
    return tuple(
        Held(holder=holder, cases=len(since), oldest=min(since))
        for holder, since in by_holder.items()
        if since
    )
