"""What mails say of a case: the company, its people, what it costs, and what it is to earlier ones."""

from collections.abc import Sequence
from typing import Any

from bot.domain import forms
from bot.domain.approvals import Choice
from bot.domain.cases import Case
from bot.domain.money import Money
from bot.domain.programmes import Programme
from bot.domain.ris import Company, Credential, PartnerType, ProblemKind, RisCase, User
from bot.policy import Policy
from bot.rendering.words import Words

MOST_NAMED = 5  #: people in one sentence

Values = dict[str, Any]


def owner(policy: Policy, of: Programme = Programme.MAG) -> Values:
    """Which desk writes, and which one answers questions."""
    programme = policy.of(of)
    return {
        "desk": policy.desk.name,
        "programme": programme.name,
        "support_desk": programme.support_desk,
        "support_address": programme.support_address,
    }


def earlier(case: Case, say: Words) -> Values:
    """What the form is to earlier ones: to what it is added, and what it takes the place of.

    Of another case only for whom it is their own.
    """
    told = case.addition if case.addition and case.addition.told else None
    known = [name(user) for user in case.known_users] if told else []
    replaced = [
        decision
        for decision in case.voided
        if decision.choice is Choice.APPROVED and decision.version == case.version - 1
    ]
    return {
        "only_people": case.addition is not None,
        "addition_to": told.ref if told else "",
        "known_users": named(known),
        "with_account": "",
        "to_clear": "",
        "replaces_on": say.date(replaced[-1].at) if replaced else "",
    }


def with_account(case: Case, people: Sequence[str], *, to_clear: Sequence[str] = ()) -> Values:
    """Who of an addition keeps the account that they have, for whom its organisation is their own.

    `to_clear`: whose account is closed; a mail says no more than that we get in touch about them.
    """
    told = case.addition is not None and case.addition.told
    return {
        "with_account": named(people) if told else "",
        "to_clear": named(to_clear) if told else "",
    }


def struck(ris: RisCase) -> str:
    """Whose names are struck through in the form, as its sponsor is asked about them; "" for nobody."""
    asked = (one.user for one in ris.problems if one.kind is ProblemKind.STRUCK)
    return named([name(ris.users[number]) for number in asked if number is not None])


def named(names: Sequence[str]) -> str:
    return ", ".join(names[:MOST_NAMED]) + (" …" if len(names) > MOST_NAMED else "")


def company(found: Company, say: Words) -> list[Values]:
    """What stands in the form about the company, as we understood it; what is empty is left out."""
    said = {
        **vars(found),
        "country": say.country(found.country),
        "partner_type": say.choice(PartnerType, found.partner_type),
    }
    names = dict.fromkeys(field.name for field in forms.COMPANY_FIELDS)
    return [{"field": say.field(name), "value": str(said[name])} for name in names if said[name]]


def user(found: User, say: Words) -> Values:
    return {
        "name": name(found),
        "email": found.email,
        "role": say.role(found.role),
        "credential": say.choice(Credential, found.credential),
    }


def whole_user(found: User, say: Words) -> Values:
    """All that was understood of a person; a salutation that is none of ours stays as written."""
    return user(found, say) | {
        "salutation": forms.said(forms.SALUTATIONS, found.salutation, say.lang),
        "job_title": found.job_title,
        "phones": ", ".join(found.phones),
    }


def name(user: User) -> str:
    return f"{user.first_name} {user.last_name}".strip() or user.email


def prices(case: Case, price: Money | None, say: Words) -> Values:
    """What a seat costs and all together; "" where the desk tells no price, or seats are no number."""
    seats = case.ordered_seats
    if price is None or not isinstance(seats, int):
        return {"seat_price": "", "total_price": ""}
    return {
        "seat_price": say.money(price),
        "total_price": say.money(price.times(seats)),
    }
