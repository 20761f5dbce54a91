"""Mails and texts about lost phones: a builder for each, which takes values for the outbox."""

from datetime import datetime

from bot.domain.accounts import Account, Customer
from bot.domain.phone_resets import PhoneReset
from bot.policy import Policy
from bot.rendering.account_mails import of_account
from bot.rendering.case_facts import Values
from bot.rendering.words import words


def phone_reset(
    account: Account,
    customer: Customer,
    policy: Policy,
    reset: PhoneReset,
    *,
    at: datetime,
    by_desk: bool = False,
) -> Values:
    """To its owner, about each state; the link that stops it comes as a secret, `stop_url`.

    `by_desk`: no administrator is left who could agree.
    """
    say = words(account.lang, policy.desk.zone)
    return of_account(account, customer, policy) | {
        "state": reset.state,
        "at": say.instant(at),
        "due": say.instant(reset.due_at) if reset.due_at else "",
        "until": say.instant(reset.lapses_at),
        "by_desk": by_desk,
        "hours": policy.reset_hours(account.programme),
    }


def phone_reset_wished(
    owner: Account, eye: Account, customer: Customer, policy: Policy, *, first: str, users_url: str
) -> Values:
    """To an administrator who may agree; `first`: who has agreed already, "" where nobody has."""
    return of_account(eye, customer, policy) | {
        "person": owner.name,
        "person_id": owner.user_id,
        "first": first,
        "hours": policy.mag.phone_reset_hours,
        "users_url": users_url,
    }


def text_words(account: Account, policy: Policy, reset: PhoneReset) -> dict[str, str]:
    """What a text says besides the programme and its link."""
    say = words(account.lang, policy.desk.zone)
    return {"due": say.instant(reset.due_at) if reset.due_at else ""}
