"""A corrected form after the decision: staff see what differs, and may take the decision back for it."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime

from sqlite_utils import Database

from bot.domain.approvals import VoidReason, check_is_staff
from bot.domain.cards import ChangeLine, CorrectionNote
from bot.domain.cases import OPEN, Case, CaseStatus
from bot.domain.differences import Differences, compare
from bot.domain.errors import ContentChanged, NotReopenable
from bot.domain.events import EventTag
from bot.domain.intake import Understood
from bot.domain.mail_refusals import MailHasResult
from bot.domain.note_names import NoteName
from bot.domain.organisation_refusals import NewerCorrection
from bot.domain.ris import User
from bot.domain.staff import Staff
from bot.domain.step_refusals import KeysAreOut
from bot.domain.withdrawals import Irrevocable, may_be_corrected, may_be_reopened
from bot.services import questions
from bot.services.cases import Submission, get_case, get_seen, move_or_explain, refusals_recorded, revise_case
from bot.services.desk import Desk
from bot.services.queueing import queue_note
from bot.services.undoing import find_obstacle, has_keys_out, void_decision
from bot.store import cases, events, outbox
from bot.store.database import transaction
from bot.store.numbers import next_number

SHOWN = 12  #: differences in a note; the file has them all


def offer(
    db: Database,
    desk: Desk,
    understood: Understood,
    case: Case,
    submissions: Sequence[Submission],
    *,
    now: datetime,
) -> bool:
    """A party's newer form for a decided case, in the caller's transaction; False where it is none.

    They hear that it came, and no more: what becomes of it is for a person to say.
    """
    if case.status in OPEN or len(submissions) != 1 or not may_be_corrected(case, submissions[0].ris):
        return False
    changes = list_changes(compare(case.ris, submissions[0].ris))
    if not changes:
        return False
    questions.note_follow_up(db, understood, case.ref, f"card:{case.ref}", now=now, case_id=case.id)
    note = CorrectionNote(
        ref=case.ref,
        content_hash=case.content_hash,
        mail_id=understood.row.id,
        changes=changes[:SHOWN],
        more=max(0, len(changes) - SHOWN),
        other=find_obstacle(db, case),
        keys_out=has_keys_out(db, case),
        late=not may_be_reopened(case),
    )
    _note(db, case, note, now=now)
    questions.say_received(db, desk, understood, ref=case.ref, case_id=case.id, now=now)
    return True


def reopen(
    db: Database, desk: Desk, submission: Submission, *, ref: str, seen: str, by: Staff, now: datetime
) -> Case:
    """Take the decision back and put the newer form in review; whoever says so has a hand in it.

    Raise HasAdditions where others were approved because of that decision, KeysAreOut where keys went out,
    MailHasResult where that form has a case of its own meanwhile, NewerCorrection where it is not the newest.
    """
    locks = (f"case:{ref}", f"mail:{submission.mail_id}")
    with refusals_recorded(db, ref, by, now), transaction(db, locks=locks):
        check_is_staff(by)
        case = get_seen(db, ref, seen)
        if not may_be_reopened(case) or case.decision is None:
            raise NotReopenable(ref=case.ref, status=case.status)
        _check_takes_form(db, case, submission)
        standing = void_decision(db, desk, case, why=VoidReason.CORRECTED, by=by.id, now=now)
        move_or_explain(db, case, (case.status,), CaseStatus.IN_REVIEW, now=now)
        events.add(
            db,
            EventTag.CASE_REOPENED,
            f"case:{case.id}",
            actor=by.id,
            at=now,
            mail=submission.mail_id,
            before=case.status,
            hash=seen,
        )
        opened = replace(
            case,
            status=CaseStatus.IN_REVIEW,
            hands=case.hands | {by.id},
            decision=None,
            voided=(*case.voided, case.decision),
        )
        revised = revise_case(db, desk, opened, submission, now=now)
        if revised is None:
            raise ContentChanged(ref=case.ref, version=case.version)
        note = CorrectionNote(
            ref=case.ref, content_hash="", mail_id=submission.mail_id, changes=(), by=by.id,
            may_have_gone=Irrevocable.MAY_HAVE_GONE in standing,
        )  # fmt: skip
        _note(db, case, note, now=now)
        return revised


def _check_takes_form(db: Database, case: Case, submission: Submission) -> None:
    """Whether it can be put in the place of the one that was decided."""
    form = submission.ris.form_hash()
    for other in cases.list_standing(db, submission.mail_id):
        if other != case.ref and get_case(db, other).ris.form_hash() == form:
            raise MailHasResult(id=submission.mail_id, ref=other)
    if has_keys_out(db, case):
        raise KeysAreOut(ref=case.ref)
    for note in outbox.list_beginning(db, f"{_notes_of(case)}:"):
        mail_id = note.values["words"].get("mail_id", 0)  # none: erased
        if mail_id > submission.mail_id and set(cases.list_standing(db, mail_id)) <= {case.ref}:
            raise NewerCorrection(ref=case.ref)


def list_changes(found: Differences) -> tuple[ChangeLine, ...]:
    """The differences line by line: who went and came, then the company's and those of each person."""
    lines = [ChangeLine(field="", before=_name(user), after="") for user in found.removed]
    lines += [ChangeLine(field="", before="", after=_name(user)) for user in found.added]
    lines += [ChangeLine(field=one.field, before=one.before, after=one.after) for one in found.company]
    for person in found.changed:
        who = _name(person.user)
        lines += [
            ChangeLine(field=one.field, before=one.before, after=one.after, who=who) for one in person.changes
        ]
    return tuple(lines)


def _name(user: User) -> str:
    return f"{user.first_name} {user.last_name}".strip() or user.email or "?"


def _note(db: Database, case: Case, note: CorrectionNote, *, now: datetime) -> None:
    key = f"{_notes_of(case)}:{next_number(db, 'correction_note')}"
    values, thread_key = asdict(note), f"card:{case.ref}"
    queue_note(
        db, NoteName.CORRECTION, key=key, values=values, now=now,
        thread_key=thread_key, case_id=case.id, aloud=not note.by,
    )  # fmt: skip


def _notes_of(case: Case) -> str:
    return f"correction:{case.ref}"
