"""Sample mails about passwords and security questions, for `usher mails show` and for golden files."""

from datetime import datetime

from bot.domain.accounts import Account
from bot.domain.cases import Case
from bot.domain.recovery import LINK_LASTS, Way
from bot.policy import Policy
from bot.rendering import account_mails
from bot.rendering.account_samples import account, customer, several_accounts
from bot.rendering.case_facts import Values


def activated(case: Case, policy: Policy, *, at: datetime, has_seat: bool = True) -> Values:
    return account_mails.activated(account(case, at=at), customer(case), policy, at=at, has_seat=has_seat)


def password_changed(case: Case, policy: Policy, *, at: datetime, reset: bool = False) -> Values:
    return account_mails.password_changed(account(case, at=at), customer(case), policy, at=at, reset=reset)


def questions_changed(case: Case, policy: Policy, *, at: datetime) -> Values:
    return account_mails.questions_changed(account(case, at=at), customer(case), policy, at=at)


def recovery(
    case: Case,
    policy: Policy,
    *,
    at: datetime,
    way: Way = Way.LINK,
    owner: Account | None = None,
    by_mail: bool = False,
    page_url: str | None = None,
    several: bool = False,
) -> Values:
    """`owner`: a partner, in the place of the case's first person; `page_url`: of expired ones."""
    until = at + LINK_LASTS if way in (Way.LINK, Way.RESET) else None
    first = owner or account(case, at=at)
    same = several_accounts(case, at=at) if several or way is Way.SEVERAL else ()
    return account_mails.recovery(
        first,
        customer(case),
        policy,
        way=way,
        until=until,
        by_mail=by_mail,
        several=same,
        page_url=page_url,
    )


def reset_wished(case: Case, policy: Policy, *, at: datetime) -> Values:
    return account_mails.reset_wished(account(case, 1, at=at), account(case, at=at), customer(case), policy)
