"""Nudge those outside: one mail a recipient and day about all that waits for them; then tell the desk."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.addresses import mailbox_of
from bot.domain.cases import BallHolder, Case, Thread
from bot.domain.events import EventTag
from bot.domain.notices import NoticeKind, Waiting, days_reached, is_mailing_time
from bot.rendering import mails
from bot.services import timeline
from bot.services.desk import Desk
from bot.services.marking import MARKED
from bot.services.notices import give
from bot.services.queueing import queue_mail
from bot.store import bounces, cases, conversations, events, notices
from bot.store.database import transaction

TEMPLATE = "nudge"
MOST = 20  #: cases in one mail; the others are due the next day


@dataclass(frozen=True, kw_only=True)
class Due:
    """What a nudge asks after, and which of its steps that is."""

    waiting: Waiting
    case: Case
    step: int


def _open_questions(db: Database) -> list[Waiting]:
    """Forms whose sponsor was asked for entries."""
    return notices.list_waiting(db, BallHolder.SPONSOR)


#: each lists what waits for somebody outside; invitations, activations, terms and unused keys will join
SOURCES: tuple[Callable[[Database], list[Waiting]], ...] = (_open_questions,)


def nudge(db: Database, desk: Desk, *, now: datetime) -> None:
    """Do what is due for everything that waits for somebody outside; of several due steps only the last.

    A mail goes within office hours outside, and never to an address that was given up; the desk is told
    within its own.
    """
    mailing = is_mailing_time(desk.policy.calendar_outside, now)
    telling = desk.policy.calendar_of_desk.is_working(now)
    if not (mailing or telling):
        return
    after = (*desk.policy.nudges.after_days, desk.policy.nudges.desk_after_days)
    due: dict[str, list[Due]] = {}
    for waiting in (one for source in SOURCES for one in source(db)):
        step = _step(desk, waiting, after, now)
        if step == len(after) and telling:
            give(db, waiting, step, NoticeKind.STANDSTILL, after=after[-1], now=now)
        elif 0 < step < len(after) and mailing and (case := cases.find(db, waiting.case_id)):
            due.setdefault(case.sponsor.address, []).append(Due(waiting=waiting, case=case, step=step))
    for address, group in due.items():
        if not bounces.is_given_up(db, address):
            _write(db, desk, address, group, now=now)


def _step(desk: Desk, waiting: Waiting, after: Sequence[int], now: datetime) -> int:
    """The step that is due and not taken yet; 0 for none."""
    if waiting.given >= len(after):
        return 0
    reached = days_reached(desk.policy.calendar_outside, waiting.since, after, now=now)
    return reached if reached > waiting.given else 0


def _write(db: Database, desk: Desk, address: str, group: Sequence[Due], *, now: datetime) -> None:
    """Queue one mail about all of it, unless one went to that mailbox today or nothing is open any more.

    What the caps keep back stays due, and is tried again on the next day.
    """
    with transaction(db, locks=tuple(f"case:{one.case.ref}" for one in group)):
        group = [one for one in group if notices.is_next(db, one.waiting)][:MOST]
        today = desk.policy.calendar_outside.day_of(now).isoformat()
        mailbox = hashlib.sha256(mailbox_of(address).encode()).hexdigest()[:16]
        if not group or not notices.add(db, f"mailbox:{mailbox}:{today}", 1, now=now):
            return
        if _queue(db, desk, group, key=f"nudge:{mailbox}:{today}", now=now):
            for one in group:
                notices.claim(db, one.waiting, one.step, now=now)
                timeline.record(
                    db, EventTag.SPONSOR_NUDGED, one.case.id, actor="usher", at=now, step=one.step
                )


def _queue(db: Database, desk: Desk, group: Sequence[Due], *, key: str, now: datetime) -> bool:
    """About one case it stands in that case's thread, where a reply is an answer.

    About several it has a conversation of its own: no single case's token would be right.
    """
    newest = max(group, key=lambda one: one.waiting.since).case
    only = newest if len(group) == 1 else None
    return queue_mail(
        db,
        desk,
        TEMPLATE,
        key=key,
        to=newest.sponsor.address,
        lang=newest.lang,
        ref=only.ref if only else _open_conversation(db, newest, now=now),
        words=mails.nudge([(one.case, one.waiting.subject) for one in group], newest, desk.policy),
        now=now,
        thread=only.thread if only else Thread(),
        case_id=only.id if only else None,
        links_to=[one.case.ref for one in group],
        automatic=True,
        attach={"what": MARKED, "version": only.version} if only else None,
    )


def _open_conversation(db: Database, case: Case, *, now: datetime) -> str:
    conversation = conversations.add(db, sender=case.sponsor, subject="", lang=case.lang, mail_id=0, now=now)
    subject = f"conversation:{conversation.id}"
    events.add(db, EventTag.CONVERSATION_OPENED, subject, actor="usher", at=now, mail=None)
    return conversation.ref


def still_open(db: Database, words: Mapping[str, Any]) -> bool:
    """Whether anything of what a queued nudge asks after is open still."""
    return any(notices.still_waits(db, one["subject"]) for one in words["cases"])


def with_links(db: Database, words: Mapping[str, Any]) -> dict[str, Any]:
    """A nudge's words without what was answered meanwhile, and each case with its status link."""
    still = [one for one in words["cases"] if notices.still_waits(db, one["subject"])] or words["cases"]
    hidden = words.get("status_url", "")
    linked = [{**one, "status_url": words.get(f"{one['ref']}_url", hidden)} for one in still]
    return {**words, "cases": linked}
