"""The desk looks at one account and mends it: the way in, a lock lifted, closed, opened again, a role."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import islice

from sqlite_utils import Database

from bot.domain import lifecycle as clock
from bot.domain.account_views import (
    COMING,
    MAILS,
    MOVES,
    AccountAct,
    AccountMail,
    AccountView,
    ActTooLate,
    LifeView,
    NoSuchAccount,
    SeveralAccounts,
    WayRests,
    read_reason,
)
from bot.domain.accounts import Account, AccountStatus, Customer
from bot.domain.approvals import check_is_staff
from bot.domain.cards import MailEnd
from bot.domain.email_changes import is_unactivated
from bot.domain.events import EventTag
from bot.domain.lifecycle import LifeState
from bot.domain.member_refusals import ClosedByCustomer, LastAdministrator
from bot.domain.members import is_last_administrator
from bot.domain.outbox import JobStatus
from bot.domain.partner_refusals import PartnerThere
from bot.domain.partners import MAILS_AGAIN_AFTER, invitation_id, invitation_ref
from bot.domain.programmes import Programme
from bot.domain.refs import read_ref
from bot.domain.staff import Staff
from bot.domain.tries import Tried
from bot.services import (
    applications,
    held_notes,
    lifecycle,
    lifecycle_gates,
    partner_returns,
    prolong_links,
    terms,
)
from bot.services.account_mails import check_gone
from bot.services.accounts import (
    ACTIVATION,
    ACTIVATION_MAILS,
    PARTNER_PASSWORD,
    deactivate,
    find_closing,
    list_lost_invitations,
    list_named,
    mail_activation,
    make_administrator,
    reopen,
)
from bot.services.desk import Desk
from bot.services.phone_reset_desk import get_card
from bot.services.recovery import send_reset
from bot.services.rights import check_may_close
from bot.store import (
    accounts,
    bounces,
    certificates,
    credentials,
    email_changes,
    events,
    member_invitations,
    organisations,
    outbox,
    partner_invitations,
    phone_resets,
    sessions,
    tries,
)
from bot.store.database import transaction


def find(db: Database, name: str) -> Account:
    """By a User ID, an address, the invitation it came by, or what mails and cards call it.

    Raise NoSuchAccount or SeveralAccounts.
    """
    invited = partner_invitations.find(db, invitation_id(name) or 0)
    came = accounts.find(db, invited.account_id) if invited and invited.account_id else None
    one = came or find_by_ref(db, name)
    found = [one] if one else list_named(db, name)
    if not found:
        raise NoSuchAccount(name=name.strip()[:80])
    if len(found) > 1:
        raise SeveralAccounts(user_ids=", ".join(one.user_id for one in found))
    return found[0]


def find_by_ref(db: Database, typed: str) -> Account | None:
    """By "A-7", as mails to its owner ask to name it, or by what is asked for it.

    "R-7" is lost phones or an app, "E-7" a change of its address.
    """
    reset = phone_resets.find(db, read_ref(typed, "R-") or 0)
    asked = reset or email_changes.look_up(db, read_ref(typed, "E-") or 0)
    return accounts.find(db, asked.account_id if asked else read_ref(typed, "A-") or 0)


def look_up(db: Database, desk: Desk, name: str, *, by: str, now: datetime) -> AccountView:
    """Whoever looks stands in the trail. Raise as `find` does."""
    account = find(db, name)
    with transaction(db):
        events.add(db, EventTag.ACCOUNT_VIEWED, f"account:{account.id}", actor=by, at=now)
    return _view(db, desk, account, now=now)


def _view(db: Database, desk: Desk, account: Account, *, now: datetime) -> AccountView:
    customer, mine = organisations.get_customer(db, account), credentials.get(db, account.id)
    began = [one.at for one in events.list_about(db, [f"account:{account.id}"]) if one.tag in _WAYS_IN]
    reset = phone_resets.find_open(db, account.id)
    waits, waits_for = _terms(db, desk, account, customer)
    return AccountView(
        account=account,
        customer=customer,
        now=now,
        tries=tries.find(db, account.id, Tried.PASSWORD),
        signed_in_at=max(began, default=None),
        sessions=sum(not one.is_over(now) for one in sessions.list_of_account(db, account.id).values()),
        phones=tuple(phone.masked for phone in mine.verified),
        key_entered=mine.registered_at is not None,
        certificates=tuple(subject for subject, _ in certificates.list_of_account(db, account.id)),
        waits_for=waits_for,
        waits=waits,
        mails=list_mails(db, account),
        life=_life(db, desk, account, now=now),
        change=email_changes.find_of(db, account.id, now=now),
        reset=get_card(db, reset.id) if reset else None,
        invitations=member_invitations.count_by(db, account.id),
        is_unreached=is_unactivated(account) and _is_doubtful(db, account),
        closing=find_closing(db, account) if account.status is AccountStatus.DEACTIVATED else None,
        lost=list(list_lost_invitations(db, account.organisation, now=now).values()).count(account.id),
    )


def _is_doubtful(db: Database, account: Account) -> bool:
    sent = outbox.list_mails_from(db, f"{account.ref}:", limit=MAILS)
    failed = any(one.recipient == account.email and one.status is JobStatus.FAILED for one in sent)
    return failed or bounces.find_doubt(db, account.email) is not None


_WAYS_IN = (EventTag.SESSION_BEGUN, EventTag.SESSION_RAISED)


def _terms(db: Database, desk: Desk, account: Account, customer: Customer) -> tuple[bool, tuple[str, ...]]:
    """Whether terms stand in the way of an application of theirs, and who may accept them."""
    if account.programme is not Programme.MAG:
        return False, ()
    found = [terms.get_standing(db, desk, account, name) for name in applications.names_of(desk, customer)]
    lacking = [one for one in found if not one.is_open]
    return bool(lacking), tuple(dict.fromkeys(name for one in lacking for name in one.waits_for))


def list_mails(db: Database, account: Account) -> tuple[AccountMail, ...]:
    """The newest about it, and the invitations that its owner got in its place."""
    numbers = partner_invitations.list_in_place_of(db, account.id)
    return list_mails_of(db, [account.ref, *(invitation_ref(number) for number in numbers)])


def list_mails_of(db: Database, refs: Sequence[str]) -> tuple[AccountMail, ...]:
    """The newest with those references, and how far each came."""
    found = [job for ref in refs for job in outbox.list_mails_from(db, f"{ref}:", limit=MAILS)]
    return tuple(
        AccountMail(
            template=job.template,
            at=job.sent_at or job.created_at,
            status=job.status,
            came_back=any(one.gave_up for one in bounces.list_of_job(db, job.id)),
        )
        for job in sorted(found, key=lambda job: job.id, reverse=True)[:MAILS]
    )


def _life(db: Database, desk: Desk, account: Account, *, now: datetime) -> LifeView | None:
    life, rules = lifecycle.find(db, account.id), desk.policy.clock_rules
    if life is None:
        return None
    today = clock.on_day(life, rules, now=now)
    back_until = today.back_until(rules)
    coming: tuple[clock.Foreseen, ...] = ()
    if account.status is AccountStatus.ACTIVE and desk.policy.extranet.keeps_accounts:
        coming = tuple(islice(clock.foresee(life, rules, now=now, until=now + _FAR), COMING))
    due = any(one.at <= now for one in coming)
    return LifeView(
        life=today,
        back_until=back_until,
        is_over=today.state is LifeState.CLOSED and rules.calendar.day_of(now) > back_until,
        coming=coming,
        waits=due and lifecycle_gates.find_shut(db) is not None,
        moves=tuple(reversed(lifecycle.list_moves(db, account.id)[-MOVES:])),
    )


_FAR = timedelta(days=20 * 366)  #: whatever the policy, the clock does its next things before then


def check_may(db: Database, act: AccountAct, account_id: int, by: Staff, *, now: datetime) -> None:
    """Whether they may do that; raise NotStaff or NotApprover.

    Whoever may not close an account may not undo it either, by whichever way.
    """
    check_is_staff(by)
    account = accounts.find(db, account_id)
    is_closed = account is not None and account.status is AccountStatus.DEACTIVATED
    if is_closed or act in (AccountAct.CLOSE, AccountAct.PROMOTE):
        check_may_close(db, by, now=now)


def extend(
    db: Database, desk: Desk, *, account_id: int, ends_on: date, reason: str, by: str, now: datetime
) -> AccountView:
    """Move the end of a partner's account by hand, for a reason; how it is then.

    Raise ReasonNeeded, EndPassed, EndTooFar, LifeClosed, LifeUnknown or ActTooLate.
    """
    account, why = accounts.find(db, account_id), read_reason(reason)
    if account is None or account.status is not AccountStatus.ACTIVE:
        raise ActTooLate(user_id=account.user_id if account else "")
    lifecycle.extend(db, desk, account_id, ends_on=ends_on, reason=why, by=by, now=now)
    return _view(db, desk, account, now=now)


def get(db: Database, desk: Desk, account_id: int, *, now: datetime) -> AccountView:
    """One that a card has shown before; raise ActTooLate where there is none."""
    account = accounts.find(db, account_id)
    if account is None:
        raise ActTooLate(user_id="")
    return _view(db, desk, account, now=now)


def act(
    db: Database,
    desk: Desk,
    act: AccountAct,
    *,
    account_id: int,
    by: str,
    now: datetime,
    asked: bool = True,
) -> AccountView:
    """Do it and return how the account is then; raise ActTooLate where there is nothing of that to do.

    `by`: a member of staff, or `cli:anna`. Raise ResetOften, WayRests, MailWaits, LastAdministrator,
    LifeClosed, and PartnerThere where its owner has a newer one. Not `asked`, as the button in Slack is:
    raise ClosedByCustomer for what an administrator there closed.
    """
    with transaction(db, locks=(f"account:{account_id}",)):
        account = accounts.find(db, account_id)
        if account is None or act not in _view(db, desk, account, now=now).acts:
            raise ActTooLate(user_id=account.user_id if account else "")
        if act is AccountAct.REOPEN and not asked:
            _check_not_theirs(db, account)
        sent = ""
        if act is AccountAct.RESEND:
            sent = _resend(db, desk, account, by=by, now=now)
        else:
            tag = _ACTS[act](db, desk, account, by, now)
            events.add(db, tag, f"account:{account.id}", actor=by, at=now)
    return replace(get(db, desk, account_id, now=now), sent=sent)


def _check_not_theirs(db: Database, account: Account) -> None:
    closing = find_closing(db, account)
    if closing and closing.is_theirs:
        who = closing.name or closing.by
        raise ClosedByCustomer(who=who, user_id=account.user_id, at=closing.at)


#: what a way in was mailed by
_MAILED = (EventTag.ACTIVATION_MAILED, EventTag.RECOVERY_MAILED, EventTag.PROLONGATION_MAILED)


def _resend(db: Database, desk: Desk, account: Account, *, by: str, now: datetime) -> str:
    """Mail the way that leads in as the account is now; the mail's template.

    Raise WayRests, also for a second click, or MailWaits where the one before has not gone.
    """
    mailed = events.list_tagged(db, (f"account:{account.id}",), _MAILED)
    if any(now < one.at + MAILS_AGAIN_AFTER and one.actor != "usher" for one in mailed):
        raise WayRests
    if account.status is AccountStatus.WAITING:
        check_gone(db, account, *ACTIVATION_MAILS)
        to, mails = account.email, ACTIVATION_MAILS
        held_notes.end_lost(db, account.ref, mails, MailEnd.ANEW, to=to, by=by, now=now)
        mail_activation(db, desk, account, now=now)
        events.add(db, EventTag.ACTIVATION_MAILED, f"account:{account.id}", actor=by, at=now)
        return PARTNER_PASSWORD if account.is_partner else ACTIVATION
    state = lifecycle.find_end(db, desk, account, now=now)
    if state is not LifeState.CLOSED:
        check_gone(db, account, "recovery" if state is None else prolong_links.MAIL)
    if state is None:
        send_reset(db, desk, account, by=by, now=now)
        return "recovery"
    if state is LifeState.CLOSED:
        sent, template = partner_returns.invite(db, desk, account, by=by, now=now), "partner_invitation"
    else:
        sent, template = prolong_links.mail_link(db, desk, account, by=by, now=now), prolong_links.MAIL
    if not sent:
        raise WayRests
    return template


def _unlock(db: Database, desk: Desk, account: Account, by: str, now: datetime) -> EventTag:
    del desk, by, now
    tries.drop(db, account.id, Tried.PASSWORD)
    return EventTag.ACCOUNT_UNLOCKED


def _close(db: Database, desk: Desk, account: Account, by: str, now: datetime) -> EventTag:
    if account.organisation and is_last_administrator(
        account, accounts.list_of_organisation(db, account.organisation)
    ):
        raise LastAdministrator(user_id=account.user_id)
    deactivate(db, desk, account, by=by, now=now)
    lifecycle.end(db, account.id, by=by, now=now)
    return EventTag.ACCOUNT_DEACTIVATED


def _reopen(db: Database, desk: Desk, account: Account, by: str, now: datetime) -> EventTag:
    if account.is_partner and (user_id := partner_returns.find_newer(db, account)):
        raise PartnerThere(user_id=user_id)
    lifecycle.resume(db, desk, account.id, by=by, now=now)
    reopen(db, desk, account, by=by, now=now)
    return EventTag.ACCOUNT_REOPENED


def _promote(db: Database, desk: Desk, account: Account, by: str, now: datetime) -> EventTag:
    make_administrator(db, desk, account, by=by, now=now)
    return EventTag.MEMBER_ROLE_CHANGED


_ACTS = {
    AccountAct.UNLOCK: _unlock,
    AccountAct.CLOSE: _close,
    AccountAct.REOPEN: _reopen,
    AccountAct.PROMOTE: _promote,
}
