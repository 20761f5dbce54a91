"""The invited person registers their organisation: get started, fill in, check, submit; or get a new link."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlite_utils import Database

from bot.domain import link_pace
from bot.domain.accounts import Account
from bot.domain.addressees import somebody_of
from bot.domain.cards import MailEnd
from bot.domain.case_steps import StepName, StepResult, StepState, left_out
from bot.domain.cases import STANDING, UNDER_WAY, Case, CaseStatus
from bot.domain.errors import LinkUnknown
from bot.domain.events import EventTag
from bot.domain.outbox import JobStatus
from bot.domain.registration import (
    Draft,
    LinkEnd,
    Registered,
    Registration,
    Stage,
    digest,
    find_invited,
    first_draft,
    read_draft,
    seal,
    understand,
)
from bot.domain.registration_refusals import DraftChanged, NotTicked
from bot.domain.review_values import is_address, typed_address
from bot.domain.ris import RisCase, User
from bot.domain.withdrawals import UNSENT
from bot.rendering import registration_mails
from bot.services import (
    case_steps,
    held_notes,
    key_mails,
    partner_invitations,
    partner_returns,
    recovery_mails,
    thread_notes,
)
from bot.services.desk import Desk
from bot.services.queueing import issue_link, queue_case_card, queue_mail
from bot.store import accounts, case_versions, cases, events, links, outbox, step_jobs
from bot.store import case_steps as case_step_store
from bot.store import partner_invitations as partner_invitation_store
from bot.store import registration as registration_store
from bot.store.database import transaction
from bot.store.numbers import next_number

LINK = "registration"  #: the purpose of an invitation's link
MAIL = "invitation"  #: the template of the mail with such a link …
REFUSED = "registration_refused"  #: … and of the other
MAILS = (MAIL, REFUSED)
ENDED = "registration_page"  #: what a trail calls the invited person


class Why(StrEnum):
    """Why an invitation is mailed."""

    FIRST = "first"
    INSTEAD = "instead"  # in the place of somebody else
    AGAIN = "again"  # its reader asked for a new link
    REMINDER = "reminder"  # nobody has registered yet


_LOST = (*UNSENT, JobStatus.UNKNOWN)
#: by staff, or with an approval that was taken back
_DROPPED = (JobStatus.DISCARDED, JobStatus.REPLACED)
_KEYS = frozenset({StepName.KEYS, StepName.KEY_MAILS})  #: skipped, no mail brings any
_ANEW = frozenset({Why.FIRST, Why.INSTEAD})  #: somebody is invited who was not


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """What whoever holds the link sees."""

    case: Case
    invited: User  #: as the form names them; who becomes the Organization Administrator
    registration: Registration

    @property
    def may_act(self) -> bool:
        """Whether anything can still be typed or submitted."""
        return self.case.status in UNDER_WAY | {CaseStatus.INVITED}

    @property
    def is_live(self) -> bool:
        """Whether the desk has approved it."""
        return self.case.status is CaseStatus.LIVE


def get_invitation(db: Database, token: str, *, now: datetime) -> Invitation:
    """What the page shows; raise LinkUnknown or LinkExpired. A case that was taken back invites nobody."""
    ref = links.get_subject(db, token, purpose=LINK, now=now)
    case = cases.find_named(db, ref)
    if case is None or case.status not in STANDING:
        raise LinkUnknown
    invited, found = find_invited(case.ris), registration_store.find(db, case.id)
    if invited is None or found is None:
        raise LinkUnknown
    return Invitation(case=case, invited=invited, registration=found)


def find_end(db: Database, token: str) -> LinkEnd:
    """Why a link opens nothing, for whoever holds it: somebody else's invitation is not theirs to renew."""
    ref = links.find_subject(db, token, purpose=LINK)
    case = cases.find_named(db, ref) if ref else None
    if case is None:
        return LinkEnd.OVER
    if case.status is CaseStatus.WITHDRAWN:
        return LinkEnd.STOPPED
    made_at = links.find_made(db, token, purpose=LINK)
    then = case_versions.find_at(db, case.id, made_at) if made_at else None
    same = then is None or _address_invited(then.ris) == _address_invited(case.ris)
    return LinkEnd.OVER if same else LinkEnd.OTHER


def _address_invited(ris: RisCase) -> str:
    return (find_invited(ris) or User()).email.strip().lower()


def get_registered(desk: Desk, invitation: Invitation) -> Registered:
    """Their draft as it is understood now."""
    return understand_draft(desk, invitation.case, invitation.registration.draft)


def understand_draft(desk: Desk, case: Case, draft: Draft) -> Registered:
    return understand(case.ris, draft, applications=desk.policy.mag.applications)


def begin(db: Database, *, token: str, now: datetime) -> None:
    """Accept the invitation: a draft of what the form says, unless there is one already."""
    with transaction(db):
        found = get_invitation(db, token, now=now)
        if found.may_act and found.registration.stage is Stage.INVITED:
            registration_store.put_draft(db, found.case.id, first_draft(found.case.ris), Stage.FORM)
            tag, subject = EventTag.REGISTRATION_BEGUN, f"case:{found.case.id}"
            events.add(db, tag, subject, actor=ENDED, at=now)


def save(db: Database, desk: Desk, *, token: str, typed: Draft, now: datetime) -> Registered | None:
    """Keep what they typed; what is sound is checked once more. None where nothing is asked now."""
    draft = read_draft(typed)
    with transaction(db):
        found = get_invitation(db, token, now=now)
        if not found.may_act or found.registration.stage is Stage.INVITED:
            return None
        registered = understand_draft(desk, found.case, draft)
        stage = Stage.FORM if registered.faults else Stage.CHECK
        return registered if registration_store.put_draft(db, found.case.id, draft, stage) else None


def go_back(db: Database, *, token: str, now: datetime) -> None:
    """From the last look to the form."""
    with transaction(db):
        found = get_invitation(db, token, now=now)
        if found.may_act and found.registration.stage is Stage.CHECK:
            registration_store.put_draft(db, found.case.id, found.registration.draft, Stage.FORM)


def submit(db: Database, desk: Desk, *, token: str, seen: str, ticked: bool, now: datetime) -> None:
    """Hand it to the desk, once: what comes after the first finds it done.

    `seen`: the digest of the draft that the page showed. Raise NotTicked, or DraftChanged where it is
    another one now.
    """
    with transaction(db):
        found = get_invitation(db, token, now=now)
        if not found.may_act or found.registration.stage is Stage.SUBMITTED:
            return
        _check(desk, found, seen, ticked=ticked)
        case = _arrived(db, found.case, now=now)
        sealed = seal(case.content_hash, found.registration.draft, at=now)
        since, to = (CaseStatus.INVITED,), CaseStatus.REGISTRATION_REVIEW
        moved = cases.move(db, case.id, since=since, to=to, content_hash=case.content_hash, now=now)
        if not moved or not registration_store.submit(db, case.id, sealed, now=now):
            raise DraftChanged
        cases.set_hands(db, case.id, case.hands | {found.registration.email})
        thread_notes.record(db, EventTag.REGISTRATION_SUBMITTED, case.id, actor=ENDED, at=now, hash=sealed)
        queue_case_card(db, case.id, now=now)


def _check(desk: Desk, found: Invitation, seen: str, *, ticked: bool) -> None:
    draft = found.registration.draft
    if found.registration.stage is not Stage.CHECK or digest(draft) != seen:
        raise DraftChanged
    if not ticked:
        raise NotTicked
    if get_registered(desk, found).faults:  # the rules have changed since
        raise DraftChanged


def _arrived(db: Database, case: Case, *, now: datetime) -> Case:
    """Whoever answers an invitation has it, whatever is known of its mail."""
    if case.status in UNDER_WAY:
        case_steps.settle(db, case.id, StepName.INVITATION, StepResult(state=StepState.DONE), now=now)
    return cases.find(db, case.id) or case


# The way to the page


def invite(db: Database, desk: Desk, case: Case, *, key: str, why: Why, now: datetime) -> bool:
    """Mail the link to whom the form invites, in the caller's transaction; whether it was queued.

    One that reminds them is an automatic mail, and capped as such.
    """
    invited = find_invited(case.ris)
    if invited is None:
        return False
    until = desk.policy.calendar_of_desk.last_moment(now, desk.policy.mag.invitation_days)
    email = invited.email.lower()
    if why in _ANEW:
        links.end(db, purpose=LINK, subject=case.ref, now=now)  # of an approval that was taken back
        registration_store.invite(db, case.id, email, now=now)
    else:
        registration_store.note_mailed(db, case.id, now=now)
    return queue_mail(
        db,
        desk,
        MAIL,
        somebody_of(case, email),
        key=key,
        words=registration_mails.invitation(
            case,
            invited,
            desk.policy,
            until=until,
            why=why,
            spare=key_mails.count_untold(db, desk, case, invited),
            keyless=bool(_KEYS & left_out(case_step_store.list_of_case(db, case.id))),
        ),
        now=now,
        secrets={"registration_url": make_url(db, desk, case, until=until, now=now)},
        automatic=why is Why.REMINDER,
    )


def call_back(db: Database, case: Case, *, now: datetime) -> None:
    """What has not gone to whom was invited never goes: its link is dead, or opens nothing any more."""
    for job_id in step_jobs.list_mails(db, case.id, MAILS, _LOST):
        held_notes.replace(db, job_id, since=_LOST, now=now)


def write_instead(
    db: Database, case: Case, mails: Sequence[str], how: MailEnd, *, by: str, now: datetime
) -> None:
    """The same of these mails, in whose place staff have another written; so say their notes, and by whom.

    Those of what came back do, too.
    """
    for job_id in step_jobs.list_mails(db, case.id, mails, (*_LOST, JobStatus.SENT)):
        job = outbox.find(db, job_id)
        if job and not held_notes.replace(db, job_id, since=_LOST, how=how, by=by, now=now):
            held_notes.end(db, job, how, by=by, now=now)


def key_of_step(db: Database, case: Case) -> str:
    """Of the one invitation for what a case holds; after one that was dropped another is written."""
    dropped = len(step_jobs.list_mails(db, case.id, (MAIL,), _DROPPED))
    return f"{case.ref}:{case.version}:invitation" + (f":{dropped}" if dropped else "")


def make_url(db: Database, desk: Desk, case: Case, *, until: datetime, now: datetime) -> str:
    """Where they register: here by a fresh link, or on the page that the policy names."""
    if desk.policy.mag.keeps_accounts:
        return issue_link(db, desk, case.ref, purpose=LINK, path="register", until=until, now=now)
    return desk.policy.mag.registration_url


def renew(db: Database, desk: Desk, *, token: str, now: datetime) -> None:
    """For whoever holds an old link: mail a new one to the address on file, if it would open anything.

    Who has an account since then hears how to get in.
    Nothing is returned and nothing raised, so that everybody is told the same.
    """
    left: list[Account] = []
    with transaction(db):
        ref = links.find_subject(db, token, purpose=LINK)
        case = cases.find_named(db, ref) if ref else None
        if case is None or find_end(db, token) is not LinkEnd.OVER:
            return
        invited = registration_store.find(db, case.id)
        if not mail_again(db, desk, case.id, now=now) and invited and case.status is CaseStatus.LIVE:
            there = accounts.list_by_email(db, invited.email)
            left = recovery_mails.tell_there(db, desk, there, now=now)
    partner_returns.ask_which(db, desk, left, now=now)


def read_address(typed: str) -> str:
    """The address that somebody typed, lower case; "" for none."""
    address = typed_address(typed[:1_000])
    return address if is_address(address) else ""


def ask_again(db: Database, desk: Desk, *, email: str, now: datetime) -> None:
    """For whoever says that they were invited: a mail goes where an invitation or an account is there.

    Also where it is an invitation to the partners': who was invited need not know to what.
    The same work for every address, as far as a stranger can see: one argon2 call, one event.
    """
    desk.hasher.verify("", "")
    left: list[Account] = []
    with transaction(db):
        events.add(db, EventTag.INVITATION_ASKED, "account:none", actor="usher", at=now)
        to_register = registration_store.list_invited(db, email)
        for case_id in to_register:
            mail_again(db, desk, case_id, now=now)
        to_partners = partner_invitation_store.list_open(db, [email], now=now).get(email, [])
        for one in to_partners:
            partner_invitations.mail_again(db, desk, one, now=now)
        if not (to_register or to_partners):
            there = accounts.list_by_email(db, email)
            left = recovery_mails.tell_there(db, desk, there, typed=True, now=now)
    partner_returns.ask_which(db, desk, left, now=now)


def mail_again(db: Database, desk: Desk, case_id: int, *, now: datetime) -> bool:
    """A fresh link in the caller's transaction; False where none is waited for, one waits, or it is too soon.

    Anybody can ask for it, so it has a pace and no cap: a stranger would use the case's up for all its mails.
    """
    case, found = cases.find(db, case_id), registration_store.find(db, case_id)
    if case is None or found is None or case.status is not CaseStatus.INVITED:
        return False
    waiting = outbox.list_waiting(db, f"{case.ref}:", to=found.email)
    if any(job.template in MAILS for job in waiting):
        return False
    about = f"case:{case.id}"
    asked = [one.at for one in events.list_tagged(db, (about,), (EventTag.INVITATION_MAILED_AGAIN,))]
    made = sum(at > now - link_pace.WITHIN for at in asked)
    if link_pace.rests(found.mailed_at, made=made, now=now):
        return False
    key = f"{case.ref}:invitation:again:{next_number(db, 'invitation')}"
    queued = invite(db, desk, case, key=key, why=Why.AGAIN, now=now)
    if queued:
        events.add(db, EventTag.INVITATION_MAILED_AGAIN, about, actor=ENDED, at=now)
    return queued


def still_invites(db: Database, words: Mapping[str, Any]) -> bool:
    """Whether a queued invitation is true still: its case waits for the registration, or will."""
    case = cases.find_named(db, str(words["ref"]))
    return case is not None and case.status in UNDER_WAY | {CaseStatus.INVITED}
