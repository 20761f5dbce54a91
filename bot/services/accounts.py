"""Make the accounts of an organisation's people, and mail each the way to activate theirs."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from bot.domain.accounts import (
    OWNER,
    Account,
    AccountStatus,
    Closing,
    Customer,
    NewAccount,
    account_id,
    account_of,
    fold_user_id,
    make_user_id,
)
from bot.domain.cases import OPEN, UNDER_WAY, Case, case_ref
from bot.domain.events import EventTag
from bot.domain.license_keys import Seat
from bot.domain.members import INVITATION_LASTS, Invited, MemberNotice
from bot.domain.organisations import name_of
from bot.domain.review_values import typed_address
from bot.domain.ris import Role
from bot.rendering import account_mails, partner_mails
from bot.rendering.case_facts import Values
from bot.services import member_notices, passwords, seat_holders
from bot.services.account_mails import find_waiting, mail_owner
from bot.services.desk import Desk
from bot.services.queueing import issue_link, link_rests, queue_case_cards
from bot.store import accounts, cases, events, links, member_invitations, organisations, sessions

ACTIVATION = "activation"  #: the purpose of the link in an activation mail
PARTNER_PASSWORD = "partner_password"  # noqa: S105 - the template of the mail that takes its place for partners
ACTIVATION_MAILS = ("activation", PARTNER_PASSWORD)
MOST_ACTIVATIONS = 3  #: activation mails that an administrator's clicks send to one account …
ACTIVATIONS_WITHIN = timedelta(hours=24)  #: … within this
ASKED = "usher"  #: who mails one because somebody asked for it
LONGEST_NAME = 320  #: characters of an e-mail address


def list_named(db: Database, name: str) -> list[Account]:
    """Whom a User ID or an address may mean, deactivated accounts among them."""
    if len(name) > LONGEST_NAME:
        return []
    if user_id := fold_user_id(name):
        one = accounts.find_by_user_id(db, user_id)
        return [one] if one else []
    return accounts.list_by_email(db, typed_address(name))


def with_companies(db: Database, found: Iterable[Account]) -> list[tuple[Account, str]]:
    """Each account with its company's name, "" where it has none."""
    return [(one, organisations.get_customer(db, one).name) for one in found]


def open_all(db: Database, desk: Desk, case: Case, *, by: str, now: datetime) -> list[Account]:
    """An account and an activation mail for everybody whom a case brings, in the caller's transaction.

    A case that has accounts gets no more; neither does who has one, for whom an addition brings a key.
    """
    if accounts.list_of_case(db, case.id):
        return []
    organisation = case.addition.of if case.addition else case.id
    there = {_person(one) for one in accounts.list_of_organisation(db, organisation)}
    new = [account_of(user, lang=case.lang) for user in seat_holders.as_known(db, case).ordered_users]
    made = [make_one(db, desk, case, one, by=by, now=now) for one in new if _person(one) not in there]
    held = seat_holders.list_held(db, organisation)
    for one in made:
        mail_activation(db, desk, one, now=now, held=held)
    return made


def _person(one: Account | NewAccount) -> tuple[str, str]:
    return one.email.lower(), name_of(one)


def open_one(db: Database, desk: Desk, case: Case, new: NewAccount, *, by: str, now: datetime) -> Account:
    """One account with its activation mail, in the caller's transaction; it belongs to that case."""
    made = make_one(db, desk, case, new, by=by, now=now)
    mail_activation(db, desk, made, now=now)
    return made


def make_one(db: Database, desk: Desk, case: Case, new: NewAccount, *, by: str, now: datetime) -> Account:
    """The same without its mail."""
    organisation, made = case.addition.of if case.addition else case.id, None
    while made is None:  # a User ID that is taken is drawn again
        user_id = make_user_id(desk.new_token())
        made = accounts.add(db, new, user_id=user_id, organisation=organisation, case_id=case.id, now=now)
    events.add(db, EventTag.ACCOUNT_MADE, f"account:{made.id}", actor=by, at=now, case=case.ref)
    return made


def mail_activation(
    db: Database, desk: Desk, account: Account, *, now: datetime, held: Mapping[int, Seat] | None = None
) -> None:
    """A link to activate it, in the caller's transaction; those of earlier mails keep working.

    An account that is no longer waiting gets none. `held`: its organisation's seats by account, if known.
    """
    if account.status is not AccountStatus.WAITING:
        return
    until = desk.policy.calendar_of_desk.last_moment(now, desk.policy.of(account.programme).activation_days)
    url = issue_link(db, desk, account.ref, purpose=ACTIVATION, path="activate", until=until, now=now)
    if account.is_partner:
        template, url = PARTNER_PASSWORD, f"{url}?lang={account.lang}"
    else:
        template = "activation"

    def words(customer: Customer) -> Values:
        if account.is_partner:
            return partner_mails.password(account, customer, desk.policy, until=until)
        seats = seat_holders.list_held(db, account.organisation) if held is None else held
        has_seat = account.id in seats
        return account_mails.activation(account, customer, desk.policy, until=until, has_seat=has_seat)

    mail_owner(db, desk, account, template, words=words, now=now, secrets={"activation_url": url})


def still_activates(db: Database, words: Mapping[str, Any]) -> bool:
    """Whether the account of a queued activation mail waits for that still, at the address it goes to."""
    account = _theirs(db, words)
    return account is not None and account.status is AccountStatus.WAITING


def still_theirs(db: Database, words: Mapping[str, Any]) -> bool:
    """Whether the account that a queued mail is about is not closed, and has the address it goes to."""
    account = _theirs(db, words)
    return account is not None and account.status is not AccountStatus.DEACTIVATED


def _theirs(db: Database, words: Mapping[str, Any]) -> Account | None:
    account = accounts.find(db, account_id(words["about"]) or 0)
    return account if account is not None and account.email == words["recipient"] else None


def mail_activation_again(
    db: Database, desk: Desk, account: Account, *, typed: bool = False, now: datetime
) -> bool:
    """The same for whoever asks; False where none is needed, or one waits or came a moment ago.

    `typed`: they typed an address, and have proven nothing; False then, too, where one came within a day.
    """
    if account.status is not AccountStatus.WAITING or find_waiting(db, account, *ACTIVATION_MAILS):
        return False
    if link_rests(db, account.ref, purpose=ACTIVATION, now=now):
        return False
    since = now - timedelta(days=1)
    if typed and links.count_since(db, purpose=ACTIVATION, subject=account.ref, since=since):
        return False
    events.add(db, EventTag.ACTIVATION_MAILED, f"account:{account.id}", actor=ASKED, at=now)
    mail_activation(db, desk, account, now=now)
    return True


def count_activations(db: Database, account: Account, *, since: datetime) -> int:
    """How many activation mails it got since, those aside that somebody asked for: strangers can do that."""
    mailed = events.list_tagged(db, (f"account:{account.id}",), (EventTag.ACTIVATION_MAILED,))
    asked = sum(one.at >= since and one.actor == ASKED for one in mailed)
    return links.count_since(db, purpose=ACTIVATION, subject=account.ref, since=since) - asked


def deactivate(db: Database, desk: Desk, account: Account, *, by: str, now: datetime) -> None:
    """In the caller's transaction: they are signed out everywhere, nobody gets in, and they are told.

    What was mailed before, or asked for, is over: it counts no more when the account is opened again.
    """
    member_notices.tell(db, desk, account, why=MemberNotice.DEACTIVATED, now=now)
    end_invitations(db, account, by=by, now=now)
    passwords.end_open_ways(db, account, now=now)
    accounts.move(db, account.id, since=account.status, to=AccountStatus.DEACTIVATED, now=now)
    sessions.drop_all(db, account.id)
    links.end(db, purpose=ACTIVATION, subject=account.ref, now=now)
    _show_on_cards(db, account, now=now)


def _show_on_cards(db: Database, account: Account, *, now: datetime) -> None:
    """Additions to its organisation say whose account is closed."""
    queue_case_cards(db, cases.list_additions(db, account.organisation, OPEN | UNDER_WAY), now=now)


def find_closing(db: Database, account: Account) -> Closing | None:
    """Who closed it last, whatever came after."""
    told = events.list_tagged(db, [f"account:{account.id}"], [EventTag.ACCOUNT_DEACTIVATED])
    if not told:
        return None
    by = told[-1].actor
    theirs = accounts.find(db, int(by.removeprefix(OWNER))) if by.startswith(OWNER) else None
    if theirs and account.is_partner:
        return Closing(at=told[-1].at, by=by, successor=theirs.user_id)
    return Closing(at=told[-1].at, by=by, name=theirs.name if theirs else "")


def reopen(db: Database, desk: Desk, account: Account, *, by: str, now: datetime) -> None:
    """In the caller's transaction: it is as it was, with its password, or else to be activated still.

    The administrators hear of what the desk opens that one of them had closed, and of a colleague in office.
    Closing and opening is no way to flood a mailbox: the mail goes only where few have gone.
    """
    closing = find_closing(db, account)
    before = AccountStatus.ACTIVE if account.activated_at else AccountStatus.WAITING
    accounts.move(db, account.id, since=AccountStatus.DEACTIVATED, to=before, now=now)
    _show_on_cards(db, account, now=now)
    if before is AccountStatus.ACTIVE:
        member_notices.tell(db, desk, account, why=MemberNotice.REACTIVATED, now=now)
    elif count_activations(db, account, since=now - ACTIVATIONS_WITHIN) < MOST_ACTIVATIONS:
        mail_activation(db, desk, replace(account, status=before), now=now)
    undone = closing is not None and closing.is_theirs and not by.startswith(OWNER)
    if undone or account.is_administrator:
        why = MemberNotice.RETURNED if undone else MemberNotice.JOINED
        member_notices.tell_administrators(db, desk, account, by=by, now=now, why=why)


def make_administrator(db: Database, desk: Desk, account: Account, *, by: str, now: datetime) -> None:
    """In the caller's transaction: they hear what that is, and the other administrators who."""
    promoted = replace(account, role=Role.ORGANIZATION_ADMINISTRATOR)
    accounts.set_role(db, account.id, Role.ORGANIZATION_ADMINISTRATOR)
    member_notices.tell(db, desk, promoted, why=MemberNotice.PROMOTED, now=now)
    member_notices.tell_administrators(db, desk, promoted, by=by, now=now)


def end_invitations(db: Database, account: Account, *, by: str, now: datetime) -> None:
    """In the caller's transaction: whom they invited may not come any more."""
    for number in member_invitations.end_all_by(db, account.id, now=now):
        subject, organisation = f"invitation:{number}", case_ref(account.organisation)
        events.add(
            db, EventTag.MEMBER_UNINVITED, subject, actor=by, at=now,
            organisation=organisation, sender=account.id,
        )  # fmt: skip


def list_lost_invitations(db: Database, organisation: int, *, now: datetime) -> dict[Invited, int]:
    """By their sender: those that ended lately with their right to them, and whom nobody invited since."""
    ended = member_invitations.list_ended(db, organisation, since=now - INVITATION_LASTS)
    subjects = {f"invitation:{one.id}": one for one in ended}
    told = events.list_tagged(db, list(subjects), (EventTag.MEMBER_UNINVITED,))
    return {subjects[one.subject]: int(one.data["sender"] or 0) for one in told if "sender" in one.data}
