"""Mails to those who have an account: a builder for each, which takes values for the outbox."""

from datetime import datetime

from bot.domain.accounts import Account
from bot.domain.cases import Case
from bot.domain.ris import Credential, Role
from bot.policy import Policy
from bot.rendering.case_facts import Values, owner
from bot.rendering.words import words


def activation(account: Account, case: Case, policy: Policy, *, until: datetime) -> Values:
    """To the owner of a new account; the link comes as a secret, `activation_url`."""
    say = words(account.lang, policy.desk.zone)
    return _of_account(account, case, policy) | {
        "until": say.date(until),
        "administrator": account.is_administrator,
        "administrator_url": policy.mag.administrator_url or None,
        "webinars_url": policy.mag.webinars_url or None,
        "takes_key": account.credential is Credential.PHONE_OTP,
    }


def _of_account(account: Account, case: Case, policy: Policy) -> Values:
    say = words(account.lang, policy.desk.zone)
    company = case.ris.company
    return owner(policy) | {
        "lang": account.lang,
        "ref": case.ref,
        "name": account.name,
        "email": account.email,
        "user_id": account.user_id,
        "role": say.choice(Role, account.role),
        "sponsor": policy.mag.sponsor,
        "company": company.name or say.say("mail.nameless"),
        "application": company.application,
    }
