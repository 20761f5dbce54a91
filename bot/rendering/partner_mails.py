"""Mails to partners of the Extranet: a builder for each, which takes values for the outbox."""

from datetime import datetime

from bot.domain.accounts import Account, Customer
from bot.domain.partners import Invitation
from bot.domain.programmes import Programme
from bot.policy import Policy
from bot.rendering.account_mails import of_account
from bot.rendering.case_facts import Values, owner
from bot.rendering.words import words


def invitation(
    invited: Invitation, policy: Policy, *, until: datetime, closed: Account | None = None
) -> Values:
    """To whom staff invite, or whose account is `closed`; the link comes as a secret, `invite_url`."""
    say = words(invited.lang, policy.desk.zone)
    return owner(policy, Programme.EXTRANET) | {
        "lang": invited.lang,
        "ref": invited.ref,
        "name": f"{invited.first_name} {invited.last_name}".strip() or (closed.name if closed else ""),
        "email": invited.email,
        "role": role_title(invited.role, policy, invited.lang),
        "until": say.date(until),
        "minutes": policy.extranet.mails_within_minutes,
        "closed": closed.user_id if closed else "",
    }


def user_name(account: Account, customer: Customer, policy: Policy) -> Values:
    """The first of the two mails after the form."""
    return of_account(account, customer, policy)


def password(account: Account, customer: Customer, policy: Policy, *, until: datetime) -> Values:
    """The second; the link comes as a secret, `activation_url`. It does not hold what the first one tells."""
    say = words(account.lang, policy.desk.zone)
    told = of_account(account, customer, policy) | {"ref": account.ref}
    return {name: value for name, value in told.items() if name != "user_id"} | {
        "until": say.date(until),
        "mfa_guide_url": policy.extranet.mfa_guide_url or None,
    }


def role_title(role: str, policy: Policy, lang: str) -> str:
    """A role's name; its code where the policy knows it no more."""
    found = policy.extranet.roles.get(role)
    return found.title.of(lang) if found else role
