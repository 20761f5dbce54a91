"""Nudge those outside: one mail a recipient and day about all that waits for them; then tell the desk."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.addressees import Addressee, sponsor_of
from bot.domain.addresses import in_key, mailbox_of
from bot.domain.bounces import WENT_OUT
from bot.domain.cases import BallHolder, Case, CaseStatus
from bot.domain.conversations import Channel, NewConversation
from bot.domain.events import EventTag
from bot.domain.notices import NoticeKind, StillOpen, Waiting, days_reached, is_mailing_time
from bot.domain.outbox import JobStatus
from bot.domain.registration import find_invited
from bot.domain.ris import Severity
from bot.rendering import mails
from bot.services import conversations, held_notes, organisations, registration, thread_notes
from bot.services.desk import Desk
from bot.services.marking import MARKED
from bot.services.notices import give
from bot.services.queueing import HIDDEN, queue_mail
from bot.store import bounces, case_questions, cases, notices, outbox
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
    """Forms whose sponsor was asked for entries by a mail that went."""
    return notices.list_waiting(db, BallHolder.SPONSOR)


def _invitations(db: Database) -> list[Waiting]:
    """Organisations whose invited person has not registered them."""
    return notices.list_waiting(db, BallHolder.CUSTOMER, (CaseStatus.INVITED,), additions=False)


def _remind_invited(db: Database, desk: Desk, group: Sequence[Due], *, now: datetime) -> list[Due]:
    """A new link for each of them; where organisations register elsewhere nobody here knows who has."""
    if not desk.policy.mag.keeps_accounts:
        return []
    return [one for one in group if _mail_invited(db, desk, one, now=now)]


def _mail_invited(db: Database, desk: Desk, one: Due, *, now: datetime) -> bool:
    begins = f"{one.case.ref}:invitation:"
    key = f"{begins}{one.waiting.subject}:{one.step}"
    if not registration.invite(db, desk, one.case, key=key, why=registration.Why.REMINDER, now=now):
        return False
    _take_place(db, begins, to=_invited_of(one.case), group=[one], now=now)
    return True


def _ask_sponsor(db: Database, desk: Desk, group: Sequence[Due], *, now: datetime) -> list[Due]:
    """One mail about all of it, under one key a mailbox and day."""
    to = group[0].case.sponsor.address
    begins = f"nudge:{_mailbox(to)}:"
    if not _queue(db, desk, group, key=f"{begins}{_today(desk, now)}", now=now):
        return []
    _take_place(db, begins, to=to, group=group, now=now)
    return list(group)


def _take_place(db: Database, begins: str, *, to: str, group: Sequence[Due], now: datetime) -> None:
    """An earlier reminder that waits for release goes no more, where the new one asks after all of it."""
    asked = {one.case.ref for one in group}
    for job in outbox.list_waiting(db, begins, to=to):
        cases_of = job.values["words"].get("cases", ())
        if {one["ref"] for one in cases_of if notices.still_waits(db, one["subject"])} <= asked:
            held_notes.replace(db, job.id, since=(JobStatus.HELD,), now=now)


@dataclass(frozen=True, kw_only=True)
class Source:
    """Something that waits for somebody outside: what does, whom it is asked of, and how."""

    find: Callable[[Database], list[Waiting]]
    address_of: Callable[[Case], str]
    nudged: EventTag  #: as the trail has it
    silent: EventTag  #: that the desk was told instead
    write: Callable[..., list[Due]]  #: returns what was really asked after: the caps may keep something back


def _sponsor_of(case: Case) -> str:
    return case.sponsor.address


def _invited_of(case: Case) -> str:
    invited = find_invited(case.ris)
    return invited.email.lower() if invited else ""


SOURCES: tuple[Source, ...] = (
    Source(
        find=_open_questions,
        address_of=_sponsor_of,
        nudged=EventTag.SPONSOR_NUDGED,
        silent=EventTag.SPONSOR_SILENT,
        write=_ask_sponsor,
    ),
    Source(
        find=_invitations,
        address_of=_invited_of,
        nudged=EventTag.CUSTOMER_NUDGED,
        silent=EventTag.CUSTOMER_SILENT,
        write=_remind_invited,
    ),
)


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
    for source in SOURCES:
        due: dict[str, list[Due]] = {}
        for waiting in source.find(db):
            step = _step(desk, waiting, after, now)
            if step == len(after) and telling:
                give(db, waiting, step, NoticeKind.STANDSTILL, tag=source.silent, after=after[-1], now=now)
            elif 0 < step < len(after) and mailing and (case := cases.find(db, waiting.case_id)):
                address = source.address_of(case)
                due.setdefault(address, []).append(Due(waiting=waiting, case=case, step=step))
        for address, group in due.items():
            if not bounces.is_given_up(db, address):
                _write(db, desk, source, address, group, now=now)


def _step(desk: Desk, waiting: Waiting, after: Sequence[int], now: datetime) -> int:
    """The step that is due and not taken yet; 0 for none."""
    if waiting.given >= len(after):
        return 0
    reached = days_reached(desk.policy.calendar_outside, waiting.since, after, now=now)
    return reached if reached > waiting.given else 0


def _write(
    db: Database, desk: Desk, source: Source, address: str, group: Sequence[Due], *, now: datetime
) -> None:
    """Ask after all of it, unless a nudge went to that mailbox today or nothing is open any more.

    What the caps keep back stays due, and is tried again on the next day.
    """
    with transaction(db, locks=tuple(f"case:{one.case.ref}" for one in group)):
        group = [one for one in group if notices.is_next(db, one.waiting)][:MOST]
        noted = f"mailbox:{_mailbox(address)}:{_today(desk, now)}"
        if not group or not notices.add(db, noted, 1, now=now):
            return
        for one in source.write(db, desk, group, now=now):
            notices.claim(db, one.waiting, one.step, now=now)
            thread_notes.record(db, source.nudged, one.case.id, actor="usher", at=now, step=one.step)


def _mailbox(address: str) -> str:
    """How notices call a mailbox."""
    return in_key(mailbox_of(address))


def _today(desk: Desk, now: datetime) -> str:
    return desk.policy.calendar_outside.day_of(now).isoformat()


def _queue(db: Database, desk: Desk, group: Sequence[Due], *, key: str, now: datetime) -> bool:
    """About one case it stands in that case's thread, where a reply is an answer.

    About several it has a conversation of its own: no single case's token would be right.
    """
    newest = max(group, key=lambda one: (one.waiting.since, one.case.id)).case
    words = mails.nudge([_still_open(db, one) for one in group], newest, desk.policy)
    words["cases"] = [{**one, "status_url": HIDDEN["status_url"]} for one in words["cases"]]
    only = newest if len(group) == 1 else None
    whom = replace(sponsor_of(newest), cc=())
    if not only:
        about = _open_conversation(db, desk, newest, now=now)
        whom = Addressee(address=whom.address, lang=whom.lang, ref=about)
    return queue_mail(
        db,
        desk,
        TEMPLATE,
        whom,
        key=key,
        words=words,
        now=now,
        links_to=[one.case.ref for one in group],
        automatic=True,
        attach={"what": MARKED, "version": only.version} if only and words["cases"][0]["problems"] else None,
    )


def _open_conversation(db: Database, desk: Desk, case: Case, *, now: datetime) -> str:
    """It has no card until the sponsor answers: the desk has nothing to do about it."""
    new = NewConversation(
        channel=Channel.MAIL,
        address=case.sponsor.address,
        name=case.sponsor.name,
        subject="",
        words="",
        lang=case.lang,
    )
    return conversations.open_one(db, desk, new, now=now, answered=True).ref


def _still_open(db: Database, due: Due) -> StillOpen:
    """With what its sponsor was asked for, which is not what only an addition may lack."""
    case, waiting = due.case, due.waiting
    asked = case_questions.list_open(db, case.id)
    if organisations.lacks_a_word(db, case):
        case = replace(case, ris=case.ris.as_addition())
    went = [one for one in asked if one.mail in WENT_OUT]
    # Where no entry is open and no mail with a question went, staff asked in a letter of their own.
    by_mail = went or any(problem.severity is Severity.ERROR for problem in case.ris.problems)
    return StillOpen(
        case=case,
        subject=waiting.subject,
        asked_at=waiting.asked or waiting.since,
        questions=tuple(one.text for one in (went if by_mail else asked)),
    )


def still_open(db: Database, words: Mapping[str, Any]) -> bool:
    """Whether anything of what a queued nudge asks after is open still."""
    return any(notices.still_waits(db, one["subject"]) for one in words["cases"])


def with_links(db: Database, words: Mapping[str, Any]) -> dict[str, Any]:
    """A nudge's words without what was answered meanwhile, and each case with its status link."""
    still = [one for one in words["cases"] if notices.still_waits(db, one["subject"])] or words["cases"]
    hidden = words.get("status_url", "")
    linked = [{"questions": (), **one, "status_url": words.get(f"{one['ref']}_url", hidden)} for one in still]
    return {**words, "cases": linked}
