"""Tell the desk that a case waits for it: one reminder, one escalation, and what the sponsor leaves open."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.cases import OPEN, REGISTERING, BallHolder, Case
from bot.domain.events import EventTag
from bot.domain.note_names import NoteName
from bot.domain.notices import NoticeKind, Waiting, WaitingNote, hours_reached
from bot.domain.staff import Member
from bot.ports import Chat
from bot.services import deciders
from bot.services.desk import Desk
from bot.services.queueing import queue_case_card, queue_note
from bot.store import approvals, cases, events, notices
from bot.store.database import transaction

#: the steps of a case that waits for a decision, and how each stands in the trail
STEPS = (NoticeKind.REMINDER, NoticeKind.ESCALATION)
TAGS = {
    NoticeKind.REMINDER: EventTag.CASE_REMINDED,
    NoticeKind.ESCALATION: EventTag.CASE_ESCALATED,
}


def remind(db: Database, desk: Desk, *, now: datetime) -> None:
    """Remind of every case that waits too long for the desk, in working hours only, each step once.

    Of several steps that are due after a down-time only the last is told.
    """
    calendar, rules = desk.policy.calendar_of_desk, desk.policy.approvals
    if not calendar.is_working(now):
        return
    hours = (rules.remind_after_hours, rules.escalate_after_hours)
    for waiting in notices.list_waiting(db, BallHolder.DESK, OPEN | REGISTERING):
        step = 0 if waiting.given == len(STEPS) else hours_reached(calendar, waiting.since, hours, now=now)
        if step > waiting.given:
            kind = STEPS[step - 1]
            give(db, waiting, step, kind, tag=TAGS[kind], after=hours[step - 1], now=now)


def give(
    db: Database,
    waiting: Waiting,
    step: int,
    kind: NoticeKind,
    *,
    tag: EventTag,
    after: int,
    now: datetime,
) -> None:
    """Give a notice in its case's thread, unless somebody else did or nothing is waited for any more."""
    with transaction(db, locks=(f"case:{waiting.ref}",)):
        if not notices.claim(db, waiting, step, now=now):
            return
        events.add(db, tag, f"case:{waiting.case_id}", actor="usher", at=now, after=after)
        case = cases.find(db, waiting.case_id)
        if kind is NoticeKind.ESCALATION and case is not None and case.status in OPEN:
            cases.escalate(db, waiting.case_id, now=now)
            queue_case_card(db, waiting.case_id, now=now)
        queue_note(
            db,
            NoteName.WAITING,
            key=f"notice:{waiting.subject}:{step}",
            values={
                "kind": kind,
                "subject": waiting.subject,
                "since": waiting.since.isoformat(),
                "after": after,
            },
            now=now,
            thread_key=f"card:{waiting.ref}",
            case_id=waiting.case_id,
        )


def find_note(
    db: Database, desk: Desk, chat: Chat, case_id: int, values: Mapping[str, Any], *, now: datetime
) -> WaitingNote | None:
    """What a notice says at this moment, and whom it calls; None when nothing is waited for any more."""
    case = cases.find(db, case_id)
    if case is None or not notices.still_waits(db, values["subject"]):
        return None
    kind = NoticeKind(values["kind"])
    added = _added(db, desk, chat, case, now=now) if kind is NoticeKind.ESCALATION else []
    people = added or _called(db, desk, chat, case, kind, now=now)
    return WaitingNote(
        kind=kind,
        ref=case.ref,
        status=case.status,
        since=datetime.fromisoformat(values["since"]),
        after=values["after"],
        people=tuple(member.id for member in people),
        names=tuple(member.name for member in people),
        quiet=not desk.policy.calendar_of_desk.is_working(now),
        added=bool(added),
        uninvited=case.is_uninvited,
    )


def _added(db: Database, desk: Desk, chat: Chat, case: Case, *, now: datetime) -> list[Member]:
    if case.status not in OPEN:
        return []
    names, given = desk.policy.approvals.escalate_to, approvals.list_given(db, case)
    return deciders.list_free(db, desk, chat, names, case, given=given, now=now)


def _called(
    db: Database, desk: Desk, chat: Chat, case: Case, kind: NoticeKind, *, now: datetime
) -> list[Member]:
    """Of a standstill nobody decides: whoever it is assigned to hears of it, or who stands for them."""
    if kind is NoticeKind.STANDSTILL:
        mine = [case.assigned_to] if case.assigned_to else []
        return deciders.list_present(db, desk, chat, mine, now=now)
    given = approvals.list_given(db, case)
    if kind is NoticeKind.ESCALATION:  # nobody could be added: everybody who may decide hears of it
        return deciders.list_deciders(db, desk, chat, case, given, now=now)
    return deciders.list_called(db, desk, chat, case, given, now=now)
