"""The desk decides about a registration: approve it, refuse it, or say that it was approved elsewhere."""

from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from bot.domain.addressees import somebody_of, sponsor_of
from bot.domain.approvals import Choice, Grave
from bot.domain.cards import CaseCard, MailEnd
from bot.domain.case_steps import StepName, StepState
from bot.domain.cases import Case, CaseStatus
from bot.domain.errors import NotReviewable
from bot.domain.events import EventTag
from bot.domain.letters import read_paragraphs
from bot.domain.registration import RefusalReason, Registration, RegistrationDecision, find_invited
from bot.domain.registration_refusals import RegistrationChanged, RegistrationDecided
from bot.domain.ris import User
from bot.domain.staff import Staff
from bot.rendering import registration_mails
from bot.services import accounts, step_up, thread_notes
from bot.services.case_steps import go_on_registered
from bot.services.cases import get_card, get_case, get_seen, move_or_explain, refusals_recorded
from bot.services.desk import Desk
from bot.services.organisations import note_marks
from bot.services.queueing import queue_case_card, queue_mail
from bot.services.registration import LINK, REFUSED, call_back, make_url, understand_draft, write_instead
from bot.services.rights import right_on_registration
from bot.store import case_steps, case_words, cases, links, seats
from bot.store import registration as registration_store
from bot.store.database import transaction
from bot.store.numbers import next_number


def check_decidable(
    db: Database, *, ref: str, seen: str, by: Staff, now: datetime
) -> tuple[Case, Registration, str]:
    """The registration that was shown (`seen`: its seal), and whose right decides, or raise why not."""
    with refusals_recorded(db, ref, by, now):
        return _decidable(db, ref, seen, by, now=now)


def _decidable(
    db: Database, ref: str, seen: str, by: Staff, *, now: datetime
) -> tuple[Case, Registration, str]:
    case = get_case(db, ref)
    right, found = right_on_registration(db, case, by, now=now), registration_store.find(db, case.id)
    if found is None:
        raise NotReviewable(ref=case.ref, status=case.status)
    if found.seal != seen:
        raise RegistrationChanged(ref=case.ref)
    if (made := found.decision) is not None:
        raise RegistrationDecided(ref=case.ref, verdict=made.choice, by=made.by, at=made.at)
    if case.status is not CaseStatus.REGISTRATION_REVIEW or not found.is_decidable:
        raise NotReviewable(ref=case.ref, status=case.status)
    return case, found, right


def check_refusable(db: Database, *, ref: str, seen: str, by: Staff, now: datetime) -> None:
    """Whether they may refuse what was shown; raise why not."""
    with refusals_recorded(db, ref, by, now):
        _refusable(db, ref, seen, by, now=now)


def _refusable(
    db: Database, ref: str, seen: str, by: Staff, *, now: datetime
) -> tuple[Case, Registration, str]:
    """What waits for a decision, or was refused by a mail that did not go, for that is written anew."""
    case = get_case(db, ref)
    found = registration_store.find(db, case.id) if case_words.is_untold(db, case.id) else None
    if found is None:
        return _decidable(db, ref, seen, by, now=now)
    right = right_on_registration(db, case, by, now=now)
    if found.seal != seen:
        raise RegistrationChanged(ref=case.ref)
    return case, found, right


def find_asked(db: Database, desk: Desk, *, ref: str, seen: str, by: Staff, now: datetime) -> CaseCard | None:
    """The card for the modal that asks for their code; None where the policy asks for none."""
    check_decidable(db, ref=ref, seen=seen, by=by, now=now)
    if not step_up.asks_code(desk, Grave.REGISTRATION):
        return None
    with refusals_recorded(db, ref, by, now):
        step_up.check_ready(db, desk, by=by, now=now)
    return get_card(db, desk, ref, now=now)


def approve(
    db: Database, desk: Desk, *, ref: str, seen: str, by: Staff, now: datetime, code: str = ""
) -> Case:
    """Say yes: everybody gets an account and the way to it, the sponsor hears, and the case is live."""
    check_decidable(db, ref=ref, seen=seen, by=by, now=now)
    step_up.require(db, desk, by=by, code=code, grave=Grave.REGISTRATION, now=now)
    with refusals_recorded(db, ref, by, now), transaction(db, locks=(f"case:{ref}",)):
        case, found, right = _decidable(db, ref, seen, by, now=now)
        made = RegistrationDecision(choice=Choice.APPROVED, by=by.id, right_of=right, at=now)
        _decide(db, case, found.seal, made, since=CaseStatus.REGISTRATION_REVIEW)
        registered = _register(db, desk, case, found, by=by.id, now=now)
        _open_accounts(db, desk, registered, by=by.id, now=now)
        _tell_sponsor(db, desk, registered, outside=False, now=now)
        return get_case(db, ref)


def _register(db: Database, desk: Desk, case: Case, found: Registration, *, by: str, now: datetime) -> Case:
    """What was registered is the case's newest version: pages, mails and later forms go by it."""
    ris = understand_draft(desk, case, found.draft).ris
    if ris == case.ris:
        return case
    registered = replace(case, ris=ris, version=case.version + 1)
    cases.register(db, registered, made_by=by, now=now)
    _correct_holders(db, case, registered)
    note_marks(db, desk, registered)
    return registered


def _correct_holders(db: Database, case: Case, registered: Case) -> None:
    """Whose name or address was corrected keeps their seat with its key."""
    corrected = {
        _holder_named(old): new for old, new in zip(case.ris.users, registered.ris.users, strict=True)
    }
    for seat in seats.list_held(db, case.id):
        holder = seat.holder
        new = corrected.get((holder.name, holder.email.strip().lower())) if holder else None
        if holder and new:
            name, email = _holder_named(new)
            seats.hand_over(db, seat, replace(holder, name=name, email=email))


def _holder_named(user: User) -> tuple[str, str]:
    return f"{user.first_name} {user.last_name}".strip(), user.email.strip().lower()


def refuse(
    db: Database,
    desk: Desk,
    *,
    ref: str,
    seen: str,
    by: Staff,
    reason: RefusalReason,
    message: str,
    now: datetime,
) -> Case:
    """Say no: whoever registered reads why and what to do, and goes on with their draft by a new link.

    One of which nobody was told, for its mail did not go, is said anew. Raise NothingWritten where the mail
    would not say what to do.
    """
    read_paragraphs(message)  # something must stand there
    with refusals_recorded(db, ref, by, now), transaction(db, locks=(f"case:{ref}",)):
        case, found, right = _refusable(db, ref, seen, by, now=now)
        made = RegistrationDecision(
            choice=Choice.REJECTED, by=by.id, right_of=right, at=now, reason=reason, message=message.strip()
        )
        registration_store.retract(db, case.id, found.seal)
        _decide(db, case, found.seal, made, since=case.status)
        _mail_refusal(db, desk, case, found, made, now=now)
        return get_case(db, ref)


def check_may_tick(db: Database, desk: Desk, *, ref: str, seen: str, by: Staff, now: datetime) -> CaseCard:
    """The card of a case whose registration comes and is approved elsewhere; raise what is in the way."""
    with refusals_recorded(db, ref, by, now):
        _tickable(db, desk, ref, seen, by, now=now)
        if step_up.asks_code(desk, Grave.REGISTRATION):
            step_up.check_ready(db, desk, by=by, now=now)
        return get_card(db, desk, ref, now=now)


def _tickable(
    db: Database, desk: Desk, ref: str, seen: str, by: Staff, *, now: datetime
) -> tuple[Case, Registration, str]:
    case = get_seen(db, ref, seen)
    right, found = right_on_registration(db, case, by, now=now), registration_store.find(db, case.id)
    if found and (made := found.decision) is not None:
        raise RegistrationDecided(ref=case.ref, verdict=made.choice, by=made.by, at=made.at)
    if found is None or case.status is not CaseStatus.INVITED or desk.policy.mag.keeps_accounts:
        raise NotReviewable(ref=case.ref, status=case.status)
    return case, found, right


def tick(db: Database, desk: Desk, *, ref: str, seen: str, by: Staff, now: datetime, code: str = "") -> Case:
    """Say that the registration came and was approved where accounts are kept: the case is live."""
    check_may_tick(db, desk, ref=ref, seen=seen, by=by, now=now)
    step_up.require(db, desk, by=by, code=code, grave=Grave.REGISTRATION, now=now)
    with refusals_recorded(db, ref, by, now), transaction(db, locks=(f"case:{ref}",)):
        case, found, right = _tickable(db, desk, ref, seen, by, now=now)
        made = RegistrationDecision(choice=Choice.APPROVED, by=by.id, right_of=right, at=now, outside=True)
        _decide(db, case, found.seal, made, since=CaseStatus.INVITED)
        _tell_sponsor(db, desk, case, outside=True, now=now)
        return get_case(db, ref)


def _decide(db: Database, case: Case, seal: str, made: RegistrationDecision, *, since: CaseStatus) -> None:
    """Compare and swap both the registration and its case."""
    if not registration_store.decide(db, case.id, seal, made):
        raise RegistrationChanged(ref=case.ref)
    approved = made.choice is Choice.APPROVED
    to = CaseStatus.LIVE if approved else CaseStatus.INVITED
    move_or_explain(db, case, (since,), to, now=made.at)
    tag = EventTag.REGISTRATION_APPROVED if approved else EventTag.REGISTRATION_REFUSED
    thread_notes.record(
        db,
        tag,
        case.id,
        actor=made.by,
        at=made.at,
        hash=seal,
        right_of=made.right_of,
        refused_for=made.reason,
        outside=made.outside,
    )
    queue_case_card(db, case.id, now=made.at)
    if approved:
        go_on_registered(db, case, now=made.at)


def _open_accounts(db: Database, desk: Desk, registered: Case, *, by: str, now: datetime) -> None:
    """For the organisation's people, and for those of additions that an older Usher took for live already."""
    accounts.open_all(db, desk, registered, by=by, now=now)
    for number in cases.list_additions(db, registered.id, (CaseStatus.LIVE,)):
        addition = cases.find(db, number)
        if addition is not None and _waited_for_accounts(db, addition):
            accounts.open_all(db, desk, addition, by=by, now=now)


def _waited_for_accounts(db: Database, addition: Case) -> bool:
    """Whether it came to the step of its accounts while the organisation was not registered."""
    step = case_steps.find(db, addition.id, StepName.ACCOUNTS)
    return step is None or step.state is StepState.DONE


def _mail_refusal(
    db: Database,
    desk: Desk,
    case: Case,
    found: Registration,
    made: RegistrationDecision,
    *,
    now: datetime,
) -> None:
    links.end(db, purpose=LINK, subject=case.ref, now=now)
    write_instead(db, case, (REFUSED,), MailEnd.ANEW, by=made.by, now=now)
    call_back(db, case, now=now)
    registration_store.note_mailed(db, case.id, now=now)
    until = desk.policy.calendar_of_desk.last_moment(now, desk.policy.mag.invitation_days)
    invited = find_invited(case.ris) or User()
    queue_mail(
        db,
        desk,
        REFUSED,
        somebody_of(case, found.email),
        key=f"{case.ref}:{REFUSED}:{next_number(db, REFUSED)}",
        words=registration_mails.registration_refused(case, invited, desk.policy, made, until=until),
        now=now,
        secrets={"registration_url": make_url(db, desk, case, until=until, now=now)},
    )


def _tell_sponsor(db: Database, desk: Desk, case: Case, *, outside: bool, now: datetime) -> None:
    """That the new site is set up, once for each case."""
    site = case_steps.find(db, case.id, StepName.SITE)
    words = registration_mails.site_ready(
        case,
        desk.policy,
        administrator=find_invited(case.ris) or User(),
        site=site.number if site else "",
        outside=outside,
        ready=site is None or site.state is not StepState.SKIPPED,
    )
    whom, key = sponsor_of(case), f"{case.ref}:site_ready"
    queue_mail(db, desk, "site_ready", whom, key=key, words=words, now=now, with_status_link=True)
