"""An invited partner registers: a form with its draft, consents, and then the two mails."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from sqlite_utils import Database

from bot.domain.accounts import Account, AccountStatus, NewAccount, account_id, make_user_id
from bot.domain.consents import MANDATORY, Answer, Consent
from bot.domain.errors import LinkUnknown
from bot.domain.events import EventTag
from bot.domain.outbox import Job, JobStatus
from bot.domain.partners import (
    FIELDS,
    MAILS_AGAIN_AFTER,
    MOST_MAILS,
    MOST_WITHIN,
    Filled,
    Invitation,
    MailSeen,
    MailState,
    draft_of,
    find_changes,
    first_draft,
    invitation_id,
    understand,
)
from bot.domain.programmes import Programme
from bot.domain.registration import Draft, read_draft
from bot.rendering import partner_mails
from bot.services import consents, email_change_notices, partner_invitations, recovery_mails, second_clicks
from bot.services.account_mails import find_waiting, mail_owner
from bot.services.accounts import PARTNER_PASSWORD, count_activations, mail_activation
from bot.services.desk import Desk
from bot.services.partner_invitations import LINK
from bot.store import accounts, bounces, events, links, outbox
from bot.store import consents as consent_store
from bot.store import partner_invitations as partner_invitation_store
from bot.store import partners as partner_store
from bot.store.database import transaction

SENT = "partner_mails"  #: the purpose of the link to the page about the two mails
_LOST = (JobStatus.FAILED, JobStatus.DISCARDED, JobStatus.UNKNOWN, JobStatus.REPLACED)
USER_NAME = "partner_user_name"  #: the template of the first of them


@dataclass(frozen=True, kw_only=True)
class Form:
    """How the form is filled."""

    draft: Draft
    changes: Mapping[str, str] = field(default_factory=dict)  #: what stood there where it is filled otherwise
    answers: Mapping[Consent, Answer] = field(default_factory=dict)  #: a closed account's newest of each


@dataclass(frozen=True, kw_only=True)
class Submitted:
    """What became of a form: with `sent` all of it counts, else what is wrong with it."""

    filled: Filled
    unticked: tuple[Consent, ...] = ()
    reworded: bool = False  #: the page showed other words to agree to than there are now
    sent: str = ""  #: the token of the page about the two mails


@dataclass(frozen=True, kw_only=True)
class Mailed:
    """What the page about the two mails shows."""

    account: Account
    mails: tuple[MailSeen, ...]
    may_send: bool  #: now, again
    waits_since: datetime | None  #: one of them has not gone for longer than a mail takes
    form: Form  #: as it was sent; empty once they have done their work

    @property
    def is_over(self) -> bool:
        """They have done their work: the account is active, or it is ended."""
        return self.account.status is not AccountStatus.WAITING


def get_invitation(db: Database, token: str, *, now: datetime) -> Invitation:
    """What the page shows; raise LinkUnknown or LinkExpired. Whoever has registered needs it no more."""
    ref = links.get_subject(db, token, purpose=LINK, now=now)
    found = partner_invitation_store.find(db, invitation_id(ref) or 0)
    if found is None or found.ended_at is not None:
        raise LinkUnknown
    return found


def get_form(db: Database, invited: Invitation) -> Form:
    """What the form is filled with, and what it was filled with before anything was typed."""
    before = _find_prefilled(db, invited)
    draft = first_draft(invited, before)
    answers = {one.consent: one for one in consent_store.list_of_account(db, invited.closed_id)}
    return Form(draft=draft, changes=find_changes(draft, before), answers=answers)


def _find_prefilled(db: Database, invited: Invitation) -> Draft:
    """By an account that was closed, or else by the names that staff gave."""
    account, partner = accounts.find(db, invited.closed_id), partner_store.find(db, invited.closed_id)
    if account is None or partner is None:
        return first_draft(replace(invited, draft={}), {})
    return draft_of(account, partner)


def reset(db: Database, token: str, *, now: datetime) -> None:
    """Forget what was typed."""
    with transaction(db):
        partner_invitation_store.put_draft(db, get_invitation(db, token, now=now).id, {})


def submit(
    db: Database,
    desk: Desk,
    token: str,
    typed: Mapping[str, str],
    *,
    agreed: Collection[Consent],
    seen: str,
    lang: str,
    sent: str,
    now: datetime,
) -> Submitted:
    """Keep what they typed; with all of it sound and agreed to, an account with its two mails, once.

    `seen`: the digest of the wordings that the page has shown. `lang`: of the page they filled in, in which
    mails to them come from now on. `sent`: what was sent, and from which browser, by which `find_sent` knows
    a second click. Raise LinkUnknown or LinkExpired.
    """
    invited, draft = get_invitation(db, token, now=now), read_draft(typed, FIELDS)
    role = desk.policy.extranet.roles.get(invited.role)
    needs = role is not None and role.needs_vat_id
    filled = understand(draft, invited, lang=lang, needs_vat_id=needs)
    unticked = tuple(one for one in MANDATORY if one not in agreed)
    reworded = seen != consents.digest(desk, lang)
    with transaction(db, locks=(f"partner_invitation:{invited.id}",)):
        invited = get_invitation(db, token, now=now)
        if filled.faults or unticked or reworded:
            partner_invitation_store.put_draft(db, invited.id, draft)
            return Submitted(filled=filled, unticked=unticked, reworded=reworded)
        account = _register(db, desk, invited, filled, now=now)
        for answer in consents.answers(desk, agreed, lang=lang, now=now):
            consent_store.add(db, account.id, answer)
        mail_both(db, desk, account, now=now)
        page = second_clicks.derive(token, sent)
        _open_sent_page(db, desk, account, page, now=now)
        return Submitted(filled=filled, sent=page)


def find_sent(db: Database, token: str, *, sent: str) -> str:
    """The page that `submit` opened for exactly the same; "" where that was never sent by that link."""
    page = second_clicks.derive(token, sent)
    return page if links.find_subject(db, page, purpose=SENT) else ""


def _register(db: Database, desk: Desk, invited: Invitation, filled: Filled, *, now: datetime) -> Account:
    account = _make_account(db, desk, filled.account, now=now)
    partner_store.add(db, filled.partner(account.id, invited.role))
    partner_invitation_store.end(db, invited.id, account_id=account.id, now=now)
    links.end(db, purpose=LINK, subject=invited.ref, now=now)
    about, by = f"account:{account.id}", f"partner_invitation:{invited.id}"
    events.add(db, EventTag.PARTNER_REGISTERED, about, actor=by, at=now, role=invited.role)
    _end_closed(db, invited, by=about, now=now)
    return account


def _end_closed(db: Database, invited: Invitation, *, by: str, now: datetime) -> None:
    """The account in whose place the new one comes is ended for good: nobody is asked which one is meant."""
    closed = accounts.find(db, invited.closed_id)
    if closed is not None and closed.status is not AccountStatus.DEACTIVATED:
        email_change_notices.end(db, closed.id, now=now)
        accounts.move(db, closed.id, since=closed.status, to=AccountStatus.DEACTIVATED, now=now)
        events.add(db, EventTag.ACCOUNT_DEACTIVATED, f"account:{closed.id}", actor=by, at=now)


def _make_account(db: Database, desk: Desk, new: NewAccount, *, now: datetime) -> Account:
    made = None
    while made is None:  # a User ID that is taken is drawn again
        user_id = make_user_id(desk.new_token())
        made = accounts.add(db, new, user_id=user_id, programme=Programme.EXTRANET, now=now)
    return made


def mail_both(db: Database, desk: Desk, account: Account, *, now: datetime) -> None:
    """The user name, and apart from it the way to the password, in the caller's transaction."""
    mail_owner(
        db,
        desk,
        account,
        USER_NAME,
        words=lambda customer: partner_mails.user_name(account, customer, desk.policy),
        now=now,
    )
    mail_activation(db, desk, account, now=now)


def _open_sent_page(db: Database, desk: Desk, account: Account, token: str, *, now: datetime) -> None:
    until = now + timedelta(days=desk.policy.extranet.activation_days)
    links.add(db, token, purpose=SENT, subject=account.ref, now=now, expires_at=until)


# The two mails did not come


def get_mailed(db: Database, token: str, *, now: datetime) -> Mailed:
    """How far the newest of the two mails are; raise LinkUnknown or LinkExpired."""
    number = account_id(links.get_subject(db, token, purpose=SENT, now=now))
    account = accounts.find(db, number) if number else None
    if account is None:
        raise LinkUnknown
    seen = tuple(_seen(db, account, template) for template in (USER_NAME, PARTNER_PASSWORD))
    may_send, form = _may_send(db, account, now=now), _find_sent_form(db, account)
    waits = find_waiting(db, account, USER_NAME, PARTNER_PASSWORD)
    late = waits if waits and waits <= now - MAILS_AGAIN_AFTER else None
    return Mailed(account=account, mails=seen, may_send=may_send, waits_since=late, form=form)


def _find_sent_form(db: Database, account: Account) -> Form:
    """What they registered with, and what of it they changed, for as long as the account waits."""
    invited, partner = (
        partner_invitation_store.find_of_account(db, account.id),
        partner_store.find(db, account.id),
    )
    if invited is None or partner is None or account.status is not AccountStatus.WAITING:
        return Form(draft=dict.fromkeys(FIELDS, ""))
    draft = draft_of(account, partner)
    return Form(draft=draft, changes=find_changes(draft, _find_prefilled(db, invited)))


def _seen(db: Database, account: Account, template: str) -> MailSeen:
    job = outbox.find_newest(db, f"{account.ref}:{template}:")
    return MailSeen(template=template, state=_state_of(db, job), sent_at=job.sent_at if job else None)


def _state_of(db: Database, job: Job | None) -> MailState:
    if job is None or job.status in _LOST:
        return MailState.LOST
    if job.status is not JobStatus.SENT:
        return MailState.WAITING
    return MailState.LOST if bounces.came_back(db, job.id) else MailState.SENT


def _may_send(db: Database, account: Account, *, now: datetime) -> bool:
    """Nobody can fill a mailbox: some minutes lie between two times, and there are so many in a day.

    While one has not gone yet no second one joins it. What came because somebody typed the address counts
    apart, so that no stranger uses up the owner's.
    """
    made = partial(count_activations, db, account)
    waiting = account.status is AccountStatus.WAITING
    gone = not find_waiting(db, account, USER_NAME, PARTNER_PASSWORD)
    return (
        waiting
        and gone
        and not made(since=now - MAILS_AGAIN_AFTER)
        and made(since=now - MOST_WITHIN) <= MOST_MAILS
    )


def send_again(db: Database, desk: Desk, token: str, *, now: datetime) -> bool:
    """Both once more, to the address on file; False where that is too soon, too often or no use."""
    with transaction(db):
        mailed = get_mailed(db, token, now=now)
        if mailed.may_send:
            _mail_both_again(db, desk, mailed.account, now=now)
        return mailed.may_send


def _mail_both_again(db: Database, desk: Desk, account: Account, *, now: datetime) -> None:
    mail_both(db, desk, account, now=now)
    about = f"account:{account.id}"
    events.add(db, EventTag.PARTNER_MAILED_AGAIN, about, actor=about, at=now)


def renew(db: Database, desk: Desk, token: str, *, now: datetime) -> None:
    """For whoever holds an old link: what is needed next goes to the address on file.

    That is another invitation, once they have registered the two mails, and then how to get in. Nothing is
    returned and nothing raised, so that everybody is told the same.
    """
    with transaction(db):
        ref = links.find_subject(db, token, purpose=LINK)
        invited = partner_invitation_store.find(db, invitation_id(ref) or 0) if ref else None
        if invited is None:
            return
        if invited.account_id is not None:
            account = accounts.find(db, invited.account_id)
            if account is not None and _may_send(db, account, now=now):
                _mail_both_again(db, desk, account, now=now)
            elif account is not None and not account.erased and account.status is not AccountStatus.WAITING:
                recovery_mails.tell_there(db, desk, [account], now=now)
        else:
            partner_invitations.mail_again(db, desk, invited, now=now)
