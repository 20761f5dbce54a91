"""An Organization Administrator invites people to register themselves; the invitation is taken, or ends."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from bot.domain.accounts import Account, NewAccount, Origin
from bot.domain.addressees import owner_of
from bot.domain.cases import Case, case_ref
from bot.domain.errors import LinkUnknown
from bot.domain.events import EventTag
from bot.domain.mail_refusals import MailWaits
from bot.domain.member_refusals import InvitedAlready, InvitedOften, MemberUnknown
from bot.domain.members import AT_ONCE, INVITATION_LASTS, INVITING_WITHIN, MOST_INVITING, Invited
from bot.rendering import account_mails
from bot.services import recovery_mails, second_clicks
from bot.services.accounts import ACTIVATION
from bot.services.cases import get_case
from bot.services.desk import Desk
from bot.services.members import check_address, check_administrator, check_many, open_member, record
from bot.services.queueing import issue_link, queue_mail
from bot.store import accounts, links, member_invitations, organisations, outbox
from bot.store.database import transaction
from bot.store.numbers import next_number

MAIL = "self_registration"
JOINING = "joining"  #: the purpose of the link in a self-registration invitation


def invite(
    db: Database,
    desk: Desk,
    *,
    email: str,
    role: str,
    by: Account,
    now: datetime,
    lang: str = "",
    shared: bool = False,
) -> None:
    """Mail somebody the way to register themselves, in `lang` or else in their inviter's language.

    `shared`: a colleague has that address, and it may be.

    A second click mails nothing more. Raise AdministratorsOnly, InvitedAlready where an invitation is open,
    AddressShared or TooManyMembers.
    """
    with transaction(db, locks=(f"organisation:{by.organisation}",)):
        inviter = check_administrator(db, by)
        lang = lang or inviter.lang
        for one in member_invitations.list_waiting(db, by.organisation):
            if one.email != email:
                continue
            if (one.role, one.lang) == (role, lang) and one.until > now + INVITATION_LASTS - AT_ONCE:
                return
            if not one.is_over(now):
                raise InvitedAlready
            member_invitations.end(db, one.id, organisation=by.organisation, account_id=None, now=now)
        check_address(db, by.organisation, email, shared=shared)
        check_many(db, by.organisation, now=now)
        _send(db, desk, inviter, email=email, role=role, lang=lang, now=now)


def _send(
    db: Database, desk: Desk, inviter: Account, *, email: str, role: str, lang: str, now: datetime
) -> None:
    number = member_invitations.add(
        db,
        organisation=inviter.organisation,
        email=email,
        role=role,
        lang=lang,
        by=inviter.id,
        now=now,
        until=now + INVITATION_LASTS,
    )
    found = Invited(id=number, email=email, role=role, lang=lang, until=now + INVITATION_LASTS)
    _mail_link(db, desk, inviter, found, now=now)
    record(db, EventTag.MEMBER_INVITED, f"invitation:{number}", inviter, now)


def _mail_link(db: Database, desk: Desk, inviter: Account, invited: Invited, *, now: datetime) -> None:
    inviter = replace(inviter, lang=invited.lang)  # theirs is for mails to themselves
    customer, subject = organisations.get_customer(db, inviter), f"I-{invited.id}"
    url = issue_link(db, desk, subject, purpose=JOINING, path="join", until=invited.until, now=now)
    queue_mail(
        db,
        desk,
        MAIL,
        replace(owner_of(inviter), address=invited.email),
        key=f"{subject}:invitation:{next_number(db, 'self_registration')}",
        words=account_mails.self_registration(
            inviter, customer, desk.policy, role=invited.role, until=invited.until
        ),
        now=now,
        secrets={"joining_url": url},
    )


def invite_again(db: Database, desk: Desk, *, invitation_id: int, by: Account, now: datetime) -> None:
    """Another mail for one that nobody has taken, and two weeks more.

    Raise MemberUnknown, InvitedOften, or MailWaits where the one before has not gone.
    """
    with transaction(db, locks=(f"organisation:{by.organisation}",)):
        check_administrator(db, by)
        waiting = member_invitations.list_waiting(db, by.organisation)
        if invitation_id not in {one.id for one in waiting}:
            raise MemberUnknown
        if since := _find_waiting(db, invitation_id):
            raise MailWaits(since=since)
        if not mail_again(db, desk, invitation_id, now=now):
            raise InvitedOften(most=MOST_INVITING)
        record(db, EventTag.MEMBER_INVITED, f"invitation:{invitation_id}", by, now)


def renew(db: Database, desk: Desk, token: str, *, now: datetime) -> None:
    """For whoever holds a link, old or not: mail a new one to the address that was invited, if it may be.

    Who has joined by it hears how to get in.
    Nothing is returned and nothing raised, so that everybody is told the same.
    """
    with transaction(db):
        subject = links.find_subject(db, token, purpose=JOINING)
        if subject is None or mail_again(db, desk, number := int(subject.removeprefix("I-")), now=now):
            return
        account = accounts.find(db, member_invitations.find_account(db, number) or 0)
        if account is not None and not account.erased:
            recovery_mails.tell_there(db, desk, [account], now=now)


def mail_again(db: Database, desk: Desk, invitation_id: int, *, now: datetime) -> bool:
    """In the caller's transaction; False where nobody may come by it, or one waits or enough went out."""
    found = member_invitations.find_waiting(db, invitation_id)
    inviter = accounts.find(db, found[1]) if found else None
    if found is None or inviter is None or _find_waiting(db, invitation_id):
        return False
    since, subject = now - INVITING_WITHIN, f"I-{invitation_id}"
    if links.count_since(db, purpose=JOINING, subject=subject, since=since) >= MOST_INVITING:
        return False
    until = now + INVITATION_LASTS
    member_invitations.extend(db, invitation_id, until=until)
    _mail_link(db, desk, inviter, replace(found[0], until=until), now=now)
    return True


def _find_waiting(db: Database, invitation_id: int) -> datetime | None:
    """Since when a mail of it has not gone yet; None where all are through."""
    found = member_invitations.find_waiting(db, invitation_id)
    waiting = outbox.list_waiting(db, f"I-{invitation_id}:", to=found[0].email) if found else []
    return waiting[0].created_at if waiting else None


def still_invites(db: Database, words: Mapping[str, Any]) -> bool:
    """Whether the invitation of a queued mail is open still: nobody took it or called it back."""
    return member_invitations.find_waiting(db, int(words["about"].removeprefix("I-"))) is not None


def count_sent(db: Database, account: Account) -> int:
    """How many of theirs nobody has taken yet; they end with the account."""
    return member_invitations.count_by(db, account.id)


def call_back(db: Database, *, invitation_id: int, by: Account, now: datetime) -> None:
    """An invitation that nobody took is over, if it was not before; raise MemberUnknown for any other."""
    with transaction(db, locks=(f"organisation:{by.organisation}",)):
        check_administrator(db, by)
        ended = member_invitations.end(
            db, invitation_id, organisation=by.organisation, account_id=None, now=now
        )
        if not ended:
            if not member_invitations.was_ended(db, invitation_id, organisation=by.organisation):
                raise MemberUnknown
            return
        record(db, EventTag.MEMBER_UNINVITED, f"invitation:{invitation_id}", by, now)


def has_ended(db: Database, token: str) -> bool:
    """Whether a link is of an invitation that was called back, or ended with its sender's right to it."""
    subject = links.find_subject(db, token, purpose=JOINING)
    return subject is not None and member_invitations.was_ended(db, int(subject.removeprefix("I-")))


def get_invited(db: Database, token: str, *, now: datetime) -> tuple[Invited, Case]:
    """Who may register by that link, and with whom; raise LinkUnknown or LinkExpired."""
    ref = links.get_subject(db, token, purpose=JOINING, now=now)
    found = member_invitations.find_open(db, int(ref.removeprefix("I-")), now=now)
    if found is None:
        raise LinkUnknown
    invited, organisation = found
    return invited, get_case(db, case_ref(organisation))


def join(db: Database, desk: Desk, token: str, new: NewAccount, *, sent: str, now: datetime) -> str:
    """Take the invitation: an account at the address that was invited, in the role that was given.

    The token to activate it: whoever has the link has the mailbox. A mail with another one goes there too.
    `sent`: what was sent, and from which browser, by which `find_joined` knows a second click. Raise
    LinkUnknown, LinkExpired or MemberThere.
    """
    with transaction(db):
        invited, case = get_invited(db, token, now=now)
        new = replace(new, email=invited.email, role=invited.role, lang=invited.lang, origin=Origin.INVITED)
        account = open_member(db, desk, case, new, by=f"invitation:{invited.id}", now=now)
        member_invitations.end(db, invited.id, organisation=case.id, account_id=account.id, now=now)
        links.end(db, purpose=JOINING, subject=f"I-{invited.id}", now=now)
        activating, until = (
            second_clicks.derive(token, sent),
            now + timedelta(days=desk.policy.mag.activation_days),
        )
        links.add(db, activating, purpose=ACTIVATION, subject=account.ref, now=now, expires_at=until)
        return activating


def find_joined(db: Database, token: str, *, sent: str) -> str:
    """What `join` answered to exactly the same; "" where that was never sent by that link."""
    activating = second_clicks.derive(token, sent)
    return activating if links.find_subject(db, activating, purpose=ACTIVATION) else ""
