"""Mails to those who have an account: a builder for each, which takes values for the outbox."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.accounts import Account, AccountStatus, Customer
from bot.domain.cases import Case
from bot.domain.credentials import CredentialNotice
from bot.domain.dead_ends import ForAdministrators
from bot.domain.email_changes import EmailChange, is_unactivated
from bot.domain.members import MemberNotice
from bot.domain.recovery import Way
from bot.domain.ris import Credential
from bot.policy import Policy
from bot.rendering.case_facts import Values, named, owner
from bot.rendering.mails import of_case
from bot.rendering.words import Words, words


def activation(
    account: Account, customer: Customer, policy: Policy, *, until: datetime, has_seat: bool
) -> Values:
    """To the owner of a new account; the link comes as a secret, `activation_url`."""
    say = words(account.lang, policy.desk.zone)
    return of_account(account, customer, policy) | {
        "until": say.instant(until),
        "administrator_url": policy.mag.administrator_url or None,
        "webinars_url": policy.mag.webinars_url or None,
        **_credential(account, has_seat=has_seat),
    }


def _credential(account: Account, *, has_seat: bool) -> Values:
    """What raises a session's strength: a License Key that they have, or have not yet, or a certificate."""
    takes_key = account.credential is Credential.PHONE_OTP
    lacks_key = takes_key and not has_seat
    return {"takes_key": takes_key and has_seat, "lacks_key": lacks_key, "certificate": account.has_hardware}


def activated(
    account: Account, customer: Customer, policy: Policy, *, at: datetime, has_seat: bool
) -> Values:
    """To its owner, once they have activated it."""
    return _at(account, customer, policy, at) | _credential(account, has_seat=has_seat)


def password_changed(
    account: Account, customer: Customer, policy: Policy, *, at: datetime, reset: bool = False
) -> Values:
    """To its owner; `reset`: by a link, after it was forgotten or an administrator wished it."""
    return _at(account, customer, policy, at) | {"reset": reset}


def questions_changed(account: Account, customer: Customer, policy: Policy, *, at: datetime) -> Values:
    """To its owner."""
    return _at(account, customer, policy, at)


def recovery(
    account: Account,
    customer: Customer,
    policy: Policy,
    *,
    way: Way,
    until: datetime | None = None,
    by_mail: bool = False,
    several: Sequence[tuple[Account, str]] = (),
    page_url: str | None = None,
) -> Values:
    """To the address of an account that somebody wants back; a link comes as a secret, `recovery_url`.

    `by_mail`: they wrote to us, and asked for nothing on the portal. `several`: the accounts of that address,
    each with its company, where no link goes. `page_url`: all of them have expired, and there one asks
    for the way back; or there is nothing to ask for, and there one signs in.
    """
    say = words(account.lang, policy.desk.zone)
    return of_account(account, customer, policy) | {
        "way": way,
        "by_mail": by_mail,
        "until": say.instant(until) if until else "",
        "accounts": _told_apart(several, say),
        "page_url": page_url,
    }


def reset_wished(owner: Account, administrator: Account, customer: Customer, policy: Policy) -> Values:
    """To an Organization Administrator whom somebody of their organisation asks for a new password."""
    own = of_account(administrator, customer, policy)
    return own | {"person": owner.name, "person_id": owner.user_id}


def email_change(account: Account, change: EmailChange, policy: Policy, *, to_new: bool) -> Values:
    """To either end of a change of address; the link comes as a secret, `email_url`."""
    say = words(account.lang, policy.desk.zone)
    return _of_owner(account, policy) | {
        "old": change.old,
        "new": change.new,
        "to_new": to_new,
        "by_desk": bool(change.asked_by),
        "until": say.instant(change.until),
        "due": say.instant(change.due_at) if change.due_at else "",
    }


def email_changed(account: Account, change: EmailChange, policy: Policy, *, at: datetime) -> Values:
    """To both ends, once both or the desk for the old one have said yes; or to that alone (`unactivated`)."""
    say = words(account.lang, policy.desk.zone)
    return _of_owner(account, policy) | {
        "old": change.old,
        "new": change.new,
        "at": say.instant(at),
        "by_desk": bool(change.asked_by),
        "stood_in": bool(change.agreed_by),
        "unactivated": is_unactivated(account),
    }


def _of_owner(account: Account, policy: Policy) -> Values:
    return owner(policy, account.programme) | {
        "lang": account.lang,
        "ref": account.named,
        "name": account.name,
        "user_id": account.user_id,
    }


def _at(account: Account, customer: Customer, policy: Policy, at: datetime) -> Values:
    return of_account(account, customer, policy) | {"at": words(account.lang, policy.desk.zone).instant(at)}


def self_registration(
    inviter: Account, customer: Customer, policy: Policy, *, role: str, until: datetime
) -> Values:
    """To somebody whom an administrator invites; the link comes as a secret, `joining_url`."""
    say = words(inviter.lang, policy.desk.zone)
    return of_account(inviter, customer, policy) | {
        "role": say.role(role),
        "inviter": inviter.name,
        "until": say.instant(until),
    }


def member_notice(
    account: Account,
    customer: Customer,
    policy: Policy,
    *,
    why: MemberNotice,
    about: Account,
    at: datetime,
    portal_url: str,
) -> Values:
    """To the owner of an account, about it or about the account of a colleague."""
    return _at(account, customer, policy, at) | {
        "why": why,
        "person": about.name,
        "person_email": about.email,
        "administrates": about.is_administrator,
        "waits": about.activated_at is None,
        "administrator_url": policy.mag.administrator_url or None,
        "webinars_url": policy.mag.webinars_url or None,
        "sign_in_url": f"{portal_url}/sign-in",
        "users_url": f"{portal_url}/users/{about.id}",
    }


def dead_ends(
    account: Account, customer: Customer, policy: Policy, found: ForAdministrators, *, portal_url: str
) -> Values:
    """To an Organization Administrator: what will hurt, and where to mend it."""
    return of_account(account, customer, policy) | {
        "one_phone": len(found.one_phone),
        "one_phone_names": named([one.name for one in found.one_phone]),
        "own_phone": any(one.id == account.id for one in found.one_phone),
        "unaccepted": [{"application": one.application, "waiting": one.waiting} for one in found.unaccepted],
        "waiting": len(found.waiting),
        "waiting_names": named([one.name for one in found.waiting]),
        "waiting_days": policy.mag.activation_days,
        "alone": found.alone,
        "terms_alone": found.terms_alone,
        "users_url": f"{portal_url}/users",
    }


def credential_request(account: Account, asker: Account, case: Case, policy: Policy) -> Values:
    """To the sponsor, for whom an administrator found no spare seat; the blank form goes along."""
    return of_case(case, policy) | {
        "person": account.name,
        "person_email": account.email,
        "asker": asker.name,
    }


def account_locked(
    account: Account, customer: Customer, policy: Policy, *, tries: int, until: datetime, sign_in_url: str
) -> Values:
    """To the owner of an account that too many wrong passwords have locked."""
    say = words(account.lang, policy.desk.zone)
    return of_account(account, customer, policy) | {
        "tries": tries,
        "until": say.instant(until),
        "sign_in_url": sign_in_url,
    }


def credential_notice(
    account: Account,
    customer: Customer,
    policy: Policy,
    *,
    why: CredentialNotice,
    phone: str,
    at: datetime,
    until: datetime | None,
    sign_in_url: str,
) -> Values:
    """To the owner of an account whose phones have changed, or whose codes are being guessed."""
    say = words(account.lang, policy.desk.zone)
    return of_account(account, customer, policy) | {
        "why": why,
        "phone": phone,
        "at": say.instant(at),
        "until": say.instant(until) if until else "",
        "sign_in_url": sign_in_url,
    }


def user_ids(
    found: Sequence[tuple[Account, str]], policy: Policy, *, sign_in_url: str, page_url: str | None = None
) -> Values:
    """To whoever has several accounts under one address, each with its owner and company: by User ID.

    Where they are of several people, nobody is greeted by name.
    All may be signed in to, or none: they are deactivated, or have expired (`page_url`: where one asks for
    the way back), or were never activated (there one asks for the mail that does it).
    """
    first, names = found[0][0], {account.name for account, _ in found}
    over = first.status if first.status is not AccountStatus.ACTIVE else "expired" if page_url else ""
    return owner(policy, first.programme) | {
        "lang": first.lang,
        "ref": first.thread,
        "name": first.name if len(names) == 1 else "",
        "accounts": _told_apart(found, words(first.lang, policy.desk.zone)),
        "partner": first.is_partner,
        "administrator": any(account.is_administrator for account, _ in found),
        "over": over,
        "sign_in_url": sign_in_url,
        "page_url": page_url,
    }


def _told_apart(found: Sequence[tuple[Account, str]], say: Words) -> list[dict[str, str]]:
    nameless = say.say("mail.nameless")
    return [
        {"user_id": account.user_id, "name": account.name, "company": company or nameless}
        for account, company in found
    ]


def of_account(account: Account, customer: Customer, policy: Policy) -> Values:
    say = words(account.lang, policy.desk.zone)
    return owner(policy, account.programme) | {
        "lang": account.lang,
        "ref": account.named,
        "name": account.name,
        "email": account.email,
        "user_id": account.user_id,
        "partner": account.is_partner,
        "administrator": account.is_administrator,
        "role": say.role(account.role),
        "sponsor": policy.mag.sponsor,
        "company": customer.name or say.say("mail.nameless"),
        "application": customer.application,
    }
