"""Staff invite somebody else than the form names first: the wrong person was named, or has left."""

from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from bot.domain.approvals import check_is_staff
from bot.domain.cards import MailEnd
from bot.domain.case_steps import StepName, StepState
from bot.domain.cases import UNDER_WAY, Case, CaseStatus, as_inviter, with_inviter
from bot.domain.errors import ContentChanged, NotReviewable
from bot.domain.events import EventTag
from bot.domain.registration import Invitee, find_invited, is_invited, is_named, read_invitee, with_invited
from bot.domain.registration_refusals import AlreadyInvited, OwnAddress
from bot.domain.staff import Staff
from bot.services import case_steps, registration, thread_notes
from bot.services.cases import get_case, refusals_recorded
from bot.services.desk import Desk
from bot.services.organisations import note_marks
from bot.services.queueing import queue_case_card
from bot.services.staff import StaffList
from bot.store import case_steps as case_step_store
from bot.store import cases, finding
from bot.store.database import transaction


def check_may_invite(db: Database, *, ref: str, by: Staff, now: datetime) -> Case:
    """The case whose invitation may go to somebody else; raise why not."""
    with refusals_recorded(db, ref, by, now):
        return _get_invited(db, ref, by)


def _get_invited(db: Database, ref: str, by: Staff) -> Case:
    check_is_staff(by)
    case = get_case(db, ref)
    step = case_step_store.find(db, case.id, StepName.INVITATION)
    lost = case.status in UNDER_WAY and step is not None and step.takes_hand
    if not (lost or case.status is CaseStatus.INVITED) or case.addition is not None:
        raise NotReviewable(ref=case.ref, status=case.status)
    return case


def invite_other(
    db: Database,
    desk: Desk,
    staff: StaffList,
    *,
    ref: str,
    version: int,
    to: Invitee,
    by: Staff,
    now: datetime,
) -> bool:
    """Invite them in the place of whom the form named first, whose link ends; `version`: as it was shown.

    False where the form names them already, so that nobody leaves it.

    Who does so does not decide about the registration that follows, until a colleague names somebody else in
    turn. A License Key that was mailed stays with whom it went to. Raise BadHolderName, BadHolderAddress,
    OwnAddress, AlreadyInvited or ContentChanged.
    """
    with refusals_recorded(db, ref, by, now):
        to = read_invitee(to)
        if desk.is_reached_at(to.email) or staff.has_address(to.email):
            raise OwnAddress(found=to.email)
        with transaction(db, locks=(f"case:{ref}",)):
            case = _get_invited(db, ref, by)
            if case.version != version:
                raise ContentChanged(ref=case.ref, version=case.version)
            lost = case.is_uninvited and case.step is StepState.FAILED
            if is_invited(case.ris, to) and not lost:
                raise AlreadyInvited
            changed = replace(case, ris=with_invited(case.ris, to), version=case.version + 1)
            cases.register(db, changed, made_by=as_inviter(by.id), now=now)
            note_marks(db, desk, changed)
            finding.set_case(db, changed)
            cases.set_hands(db, case.id, with_inviter(case.hands, by.id))
            _end_notes(db, case, to, by=by, now=now)
            key = registration.key_of_step(db, changed)  # tried again, the step sends no second one
            registration.invite(db, desk, changed, key=key, why=registration.Why.INSTEAD, now=now)
            case_steps.follow_other(db, case.id, now=now)
            thread_notes.record(db, EventTag.INVITED_OTHER, case.id, actor=by.id, at=now)
            queue_case_card(db, case.id, now=now)
    return not is_named(case.ris, to)


def _end_notes(db: Database, case: Case, to: Invitee, *, by: Staff, now: datetime) -> None:
    """Of the mails to whom was invited before; what has not gone never goes."""
    before = find_invited(case.ris)
    same = before is not None and before.email.strip().lower() == to.email
    how = MailEnd.ANEW if same else MailEnd.READDRESSED
    registration.write_instead(db, case, registration.MAILS, how, by=by.id, now=now)
