"""Invented accounts and the mails to their owners, for `usher mails show` and for golden files."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.accounts import Account, AccountStatus, Customer, account_of
from bot.domain.approvals import Approval
from bot.domain.cases import Case
from bot.domain.credentials import CODE_LIMIT, CredentialNotice
from bot.domain.dead_ends import ForAdministrators, Unaccepted
from bot.domain.email_changes import CHANGE_LASTS, COOLS, EmailChange
from bot.domain.members import MemberNotice
from bot.domain.phone_resets import PhoneReset, ResetState
from bot.domain.programmes import Programme
from bot.domain.ris import Role
from bot.policy import Policy
from bot.rendering import account_mails, phone_reset_mails
from bot.rendering.case_facts import Values

PAGES = "https://www.example.com/mag"
USER_IDS = ("k7m3-x9p2", "b4tz-6hwc", "q8nd-v5rj")


def account(case: Case, number: int = 0, *, at: datetime) -> Account:
    """The account of one of the case's people, counted from 0, as it waits for its activation."""
    return Account(
        **vars(account_of(case.ris.users[number], lang=case.lang)),
        id=number + 1,
        programme=Programme.MAG,
        user_id=USER_IDS[number],
        organisation=case.id,
        case_id=case.id,
        status=AccountStatus.WAITING,
        made_at=at,
        activated_at=None,
    )


def customer(case: Case) -> Customer:
    company = case.ris.company
    return Customer(id=case.id, name=company.name, application=company.application, country=company.country)


def self_registration(case: Case, policy: Policy, *, at: datetime) -> Values:
    until = at + timedelta(days=14)
    inviter = account(case, at=at)
    return account_mails.self_registration(inviter, customer(case), policy, role=Role.USER, until=until)


def member_notice(
    case: Case,
    policy: Policy,
    *,
    at: datetime,
    why: MemberNotice = MemberNotice.PROMOTED,
    owner: Account | None = None,
    waits: bool = False,
) -> Values:
    """About the second person, who is told, or of whom the first is; `owner`: to a partner.

    `waits`: who was never active.
    """
    person = replace(
        account(case, 1, at=at), role=Role.ORGANIZATION_ADMINISTRATOR, activated_at=None if waits else at
    )
    return account_mails.member_notice(
        account(case, at=at) if why in _TO_OTHERS else owner or person,
        customer(case),
        policy,
        why=why,
        about=person,
        at=at,
        portal_url=SIGN_IN_URL.removesuffix("/sign-in"),
    )


_TO_OTHERS = (MemberNotice.JOINED, MemberNotice.RETURNED)


def dead_ends(case: Case, policy: Policy, *, at: datetime) -> Values:
    """To the first person, who has one phone as the second has, and administers alone."""
    found = ForAdministrators(
        one_phone=(account(case, at=at), account(case, 1, at=at)),
        unaccepted=(Unaccepted(application="ForumPass", waiting=4),),
        waiting=(account(case, 2, at=at),),
        alone=True,
        terms_alone=True,
    )
    portal_url = SIGN_IN_URL.removesuffix("/sign-in")
    return account_mails.dead_ends(account(case, at=at), customer(case), policy, found, portal_url=portal_url)


def credential_request(case: Case, policy: Policy, *, at: datetime) -> Values:
    person, asker = account(case, 1, at=at), account(case, at=at)
    return account_mails.credential_request(person, asker, case, policy)


def change_of(case: Case, *, at: datetime, by_desk: bool = False) -> EmailChange:
    """The second person takes another address; `by_desk`: two of the desk saw to it."""
    person = account(case, 1, at=at)
    return EmailChange(
        id=1, account_id=person.id, old=person.email, new=f"tz@{person.email.partition('@')[2]}",
        until=at + CHANGE_LASTS, confirmed=frozenset(),
        asked_by="U0AVERY" if by_desk else "", agreed_by="U0CASEY" if by_desk else "",
    )  # fmt: skip


def email_change(
    case: Case,
    policy: Policy,
    *,
    at: datetime,
    to_new: bool = True,
    by_desk: bool = False,
    cools: bool = False,
) -> Values:
    """`cools`: the second of the desk has stood in."""
    person, change = account(case, 1, at=at), change_of(case, at=at, by_desk=by_desk)
    if cools:
        due_at = at + COOLS
        change = replace(change, due_at=due_at, until=due_at + CHANGE_LASTS)
    return account_mails.email_change(person, change, policy, to_new=to_new)


def email_changed(
    case: Case, policy: Policy, *, at: datetime, by_desk: bool = False, unactivated: bool = False
) -> Values:
    change = change_of(case, at=at, by_desk=by_desk)
    status = AccountStatus.WAITING if unactivated else AccountStatus.ACTIVE
    return account_mails.email_changed(replace(account(case, 1, at=at), status=status), change, policy, at=at)


def activation(
    case: Case, policy: Policy, *, at: datetime, number: int = 0, pages: bool = False, has_seat: bool = True
) -> Values:
    """`pages`: there are some for administrators."""
    if pages:
        found = {"administrator_url": f"{PAGES}/administrators", "webinars_url": f"{PAGES}/webinars"}
        mag = policy.mag.model_copy(update=found)
        policy = policy.model_copy(update={"programmes": policy.programmes | {"mag": mag}})
    until = at + timedelta(days=policy.mag.activation_days)
    person = account(case, number, at=at)
    return account_mails.activation(person, customer(case), policy, until=until, has_seat=has_seat)


SIGN_IN_URL = "https://onboarding.example.com/sign-in"


def account_locked(case: Case, policy: Policy, *, at: datetime, owner: Account | None = None) -> Values:
    """`owner`: a partner, in the place of the case's first person."""
    return account_mails.account_locked(
        owner or account(case, at=at),
        customer(case),
        policy,
        tries=policy.mag.sign_in_tries,
        until=at + timedelta(minutes=policy.mag.sign_in_lock_minutes),
        sign_in_url=SIGN_IN_URL,
    )


def credential_notice(
    case: Case, policy: Policy, *, at: datetime, why: CredentialNotice = CredentialNotice.PHONE_ADDED
) -> Values:
    return account_mails.credential_notice(
        account(case, at=at),
        customer(case),
        policy,
        why=why,
        phone="+49 ••• ••78",
        at=at,
        until=at + CODE_LIMIT.lasts,
        sign_in_url=SIGN_IN_URL,
    )


def phone_reset(
    case: Case,
    policy: Policy,
    *,
    at: datetime,
    state: ResetState = ResetState.COOLING,
    owner: Account | None = None,
    by_desk: bool = False,
) -> Values:
    """`owner`: a partner, whose app is lost."""
    agreed = state in (ResetState.COOLING, ResetState.DONE)
    due = at + timedelta(hours=policy.mag.phone_reset_hours) if agreed else None
    givers = ("account:2", "account:3") if agreed else ()
    yes = tuple(Approval(by=by, right_of=by, at=at) for by in givers)
    reset = PhoneReset(id=1, account_id=1, state=state, asked_at=at, given=yes, due_at=due)
    whose = owner or account(case, at=at)
    return phone_reset_mails.phone_reset(whose, customer(case), policy, reset, at=at, by_desk=by_desk)


def phone_reset_wished(case: Case, policy: Policy, *, at: datetime, first: str = "") -> Values:
    return phone_reset_mails.phone_reset_wished(
        account(case, 1, at=at),
        account(case, at=at),
        customer(case),
        policy,
        first=first,
        users_url=SIGN_IN_URL.replace("sign-in", "users/2"),
    )


def user_ids(
    case: Case,
    policy: Policy,
    *,
    at: datetime,
    status: AccountStatus = AccountStatus.ACTIVE,
    page_url: str | None = None,
) -> Values:
    """`page_url`: of expired ones, and of those that were never activated."""
    found = [(replace(one, status=status), company) for one, company in several_accounts(case, at=at)]
    return account_mails.user_ids(found, policy, sign_in_url=SIGN_IN_URL, page_url=page_url)


def several_accounts(case: Case, *, at: datetime) -> list[tuple[Account, str]]:
    """Two accounts of one address, each with its company."""
    return [(account(case, number, at=at), case.ris.company.name) for number in (0, 1)]
