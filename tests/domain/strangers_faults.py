"""What strangers get wrong, and a form of theirs by seed: with faults, or without."""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from bot.domain.ris import Role
from tests.domain.strangers_forms import (
    AT_HOME,
    Stranger,
    invent_company,
    invent_contact,
    invent_person,
)


def _spoil(kind: str, name: str, text: str, truth: str | None = None) -> Callable[[Stranger], None]:
    """A fault in a field of the company: what stands there, and what is read of it."""

    def spoil(one: Stranger) -> None:
        if any(fault[1:] == (name, None) for fault in one.faults):
            return
        one.company[name] = text
        one.truth = replace(one.truth, **{name: text if truth is None else truth})
        one.faults.add((kind, name, None))

    return spoil


def _spoil_user(kind: str, name: str, text: str) -> Callable[[Stranger], None]:
    """The same in a field of the last user."""

    def spoil(one: Stranger) -> None:
        number = len(one.users) - 1
        if not number:
            return  # the only administrator has faults of its own
        field_name = "phones" if name == "phone1" else name
        if any(fault[2] == number for fault in one.faults):
            return
        if name == "phone1":
            one.people[number] = {k: v for k, v in one.people[number].items() if not k.startswith("phone")}
        value = ((text,) if text else ()) if name == "phone1" else text
        one.people[number][name] = text
        one.users[number] = replace(one.users[number], **{field_name: value})  # type: ignore[arg-type]
        one.faults.add((kind, field_name, number))

    return spoil


def _double(one: Stranger) -> None:
    number = len(one.users) - 1
    if number and all(fault[2] != number for fault in one.faults):
        one.people[number]["email"] = one.people[0]["email"]
        one.users[number] = replace(one.users[number], email=one.users[0].email)
        one.faults.add(("duplicate", "email", number))


def _euroland(one: Stranger) -> None:
    """No country: its phones can be read only where they say theirs."""
    _spoil("bad_country", "country", "Euroland")(one)
    for person, user in zip(one.people, one.users, strict=True):
        person |= {f"phone{at}": phone for at, phone in enumerate(user.phones, 1)}
    one.company["contact_phone"] = one.truth.contact_phone


def _no_administrator(one: Stranger) -> None:
    if any(fault[1] == "role" for fault in one.faults):
        return
    for number, user in enumerate(one.users):
        if user.role == Role.ORGANIZATION_ADMINISTRATOR:
            one.users[number] = replace(user, role=Role.USER)
            one.people[number]["role"] = one.written(Role.USER)
    one.faults.add(("no_administrator", "", None))


FAULTS: Final = [
    *(
        _spoil("missing", name, "")
        for name in ("name", "street", "city", "website", "application", "contact_name")
    ),
    _spoil("missing", "contact_email", ""),
    _spoil("bad_email", "contact_email", "someone(at)example.com"),
    _euroland,
    _spoil("bad_number", "seats", "a few"),
    _spoil("bad_url", "website", "none yet"),
    _spoil("unknown_application", "application", "TeleDesk"),
    _spoil("unknown_partner_type", "partner_type", "good friend"),
    _spoil_user("missing", "email", ""),
    _spoil_user("missing", "last_name", ""),
    _spoil_user("missing", "job_title", ""),
    _spoil_user("missing", "phone1", ""),
    _spoil_user("bad_phone", "phone1", "to follow"),
    _spoil_user("bad_email", "email", "zoe.lee example.com"),
    _spoil_user("unknown_role", "role", "Superhero"),
    _spoil_user("unknown_credential", "credential", "carrier pigeon"),
    _double,
    _no_administrator,
]


def invent(seed: int) -> Stranger:
    """A company with its users and faults, not yet written anywhere; the same for the same seed."""
    luck = random.Random(seed)
    one = Stranger(lang=luck.choice(("en", "en", "de", "de", "bi", "fr", "nl", "it", "es")), luck=luck)
    one.end = luck.choice(("", "", " *", ":", " :", "*"))
    land = luck.choice(AT_HOME[one.lang])
    invent_company(one, land)
    for number in range(luck.choice((1, 2, 3, 4, 7))):
        invent_person(one, land, number)
    invent_contact(one)
    if one.chance(0.35, "faults"):
        for fault in luck.sample(FAULTS, luck.choice((1, 1, 2, 3))):
            fault(one)
    return one
