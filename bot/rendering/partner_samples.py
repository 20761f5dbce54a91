"""Invented partners and the mails to them, for `usher mails show` and for golden files."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.accounts import Account, Customer
from bot.domain.cases import Case
from bot.domain.credentials import CredentialNotice
from bot.domain.partners import Invitation
from bot.domain.phone_resets import ResetState
from bot.domain.programmes import Programme
from bot.domain.step_up import LOCKED_FOR
from bot.policy import Policy
from bot.rendering import account_mails, account_samples, partner_mails
from bot.rendering.case_facts import Values


def invited(case: Case, policy: Policy, *, at: datetime) -> Invitation:
    """The case's second person, as staff invite them."""
    user = case.ris.users[1]
    return Invitation(
        id=3, email=user.email, first_name=user.first_name, last_name=user.last_name, lang=case.lang,
        role=next(iter(policy.extranet.roles)), by="U0AVERY", made_at=at, until=_until(policy, at), draft={},
    )  # fmt: skip


def _until(policy: Policy, at: datetime) -> datetime:
    return at + timedelta(days=policy.extranet.invitation_days)


def account(case: Case, *, at: datetime) -> Account:
    """The same person's account."""
    mag = account_samples.account(case, 1, at=at)
    return replace(mag, programme=Programme.EXTRANET, organisation=0, case_id=0)


def customer(case: Case) -> Customer:
    return replace(account_samples.customer(case), id=0, application="")


def invitation(case: Case, policy: Policy, *, at: datetime, back: bool = False) -> Values:
    """`back`: in the place of an account that was closed."""
    closed, until = account(case, at=at) if back else None, _until(policy, at)
    return partner_mails.invitation(invited(case, policy, at=at), policy, until=until, closed=closed)


def user_name(case: Case, policy: Policy, *, at: datetime) -> Values:
    return partner_mails.user_name(account(case, at=at), customer(case), policy)


def password(case: Case, policy: Policy, *, at: datetime) -> Values:
    until = at + timedelta(days=policy.extranet.activation_days)
    return partner_mails.password(account(case, at=at), customer(case), policy, until=until)


def notice(
    case: Case, policy: Policy, *, at: datetime, why: CredentialNotice = CredentialNotice.CODES_LOCKED
) -> Values:
    until = at + LOCKED_FOR if why is CredentialNotice.CODES_LOCKED else None
    return account_mails.credential_notice(
        account(case, at=at),
        customer(case),
        policy,
        why=why,
        phone="",
        at=at,
        until=until,
        sign_in_url=account_samples.SIGN_IN_URL,
    )


def app_reset(case: Case, policy: Policy, *, at: datetime, state: ResetState = ResetState.COOLING) -> Values:
    return account_samples.phone_reset(
        case, policy, at=at, state=state, owner=account(case, at=at), by_desk=True
    )
