"""Take a decision back: what was not done yet is not done, what cannot be called back is named."""

from datetime import datetime

from sqlite_utils import Database

from bot.domain.approvals import VoidReason
from bot.domain.case_steps import StepName
from bot.domain.cases import STANDING, Case, case_ref
from bot.domain.errors import HasAdditions
from bot.domain.events import EventTag
from bot.domain.license_keys import KeyVoided, Seat
from bot.domain.outbox import JobStatus
from bot.domain.withdrawals import UNSENT, Irrevocable, list_irrevocable
from bot.rendering import key_mails as key_mail_words
from bot.services import case_steps, held_keys, held_notes, key_mails, purchasing, registration
from bot.services.decision_phases import follow
from bot.services.desk import Desk
from bot.store import approvals, cases, events, outbox, seats


def find_obstacle(db: Database, case: Case) -> str:
    """The approved addition that builds on this case, so that it cannot be undone; "" where there is none."""
    added = cases.list_additions(db, case.id, STANDING) if case.decision else []
    return case_ref(added[0]) if added else ""


def has_keys_out(db: Database, case: Case) -> bool:
    """Whether somebody may have a License Key of the case, which could only be made void."""
    return any(
        seat.key and seat.key.mailed_at and key_mails.may_be_known(db, seat.key.id)
        for seat in seats.list_of_case(db, case.id)
    )


def _tell_holder(db: Database, desk: Desk, case: Case, seat: Seat, *, now: datetime) -> None:
    """Whose key is worth nothing now, and who has it by a mail of ours; a list of keys is another matter."""
    if seat.key is None or seat.holder is None:
        return
    reader = key_mails.find_reader(db, seat.key.id)
    if reader is None or reader.to != seat.holder.email.lower():
        return
    held = held_keys.Held(seat=seat, case=case, key=seat.key, holder=seat.holder)
    name, why = seat.holder.name, KeyVoided.NOT_NEEDED
    words = key_mail_words.key_voided(case, seat.key, desk.policy, to_name=name, name=name, why=why)
    held_keys.tell(db, desk, "key_voided", held, to=reader.to, words=words, now=now)


def void_decision(
    db: Database, desk: Desk, case: Case, *, why: VoidReason, by: str, now: datetime, note: str = ""
) -> tuple[Irrevocable, ...]:
    """Take a case's decision back, in the caller's transaction; its mails that wait are dropped.

    Its steps end, what was held is released, and its keys come back or are void. Return what cannot be called
    back. Raise HasAdditions where others were approved because of it. `note`: why, in staff's words.
    """
    if obstacle := find_obstacle(db, case):
        raise HasAdditions(ref=case.ref, other=obstacle)
    decision = case.decision
    if decision is None:
        return ()
    follow(db, decision.id, now=now)  # what went before counts in the trail, though it counts no more
    gone = []
    for job in outbox.list_effects(db, decision.id):
        if not held_notes.drop(db, job.id, since=UNSENT, by=by, now=now):
            gone.append(job.status)
        elif job.unknowns:  # it waited to go once more
            gone.append(JobStatus.UNKNOWN)
    case_steps.stop(db, case.id, now=now)
    registration.call_back(db, case, now=now)
    key_mails.recall(db, case, now=now)
    back = purchasing.give_back(db, desk, case, by=by, now=now)
    if back.returned:
        case_steps.wake(db, StepName.KEYS, now=now)
    for seat in back.voided:
        _tell_holder(db, desk, case, seat, now=now)
    cases.void_decision(db, decision.id, by=by, why=why, now=now, note=note)
    approvals.forget(db, case)
    events.add(
        db, EventTag.DECISION_VOIDED, f"case:{case.id}", actor=by, at=now, why=why, choice=decision.choice
    )
    return list_irrevocable(gone, keys_void=back.void + back.used > 0)
