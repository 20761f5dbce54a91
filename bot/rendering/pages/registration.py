"""The pages on which an organisation registers: their fields, their faults, and what was entered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.domain import forms, phones
from bot.domain.registration import (
    COMPANY,
    HEADQUARTERS,
    LONGEST,
    MAY_BE_EMPTY,
    PERSON,
    PHONES,
    Draft,
    Fault,
    Registered,
    find_invited,
)
from bot.domain.ris import RisCase
from bot.rendering import quoting
from bot.rendering.pages.fields import Field, FieldFault, drafted, of_field
from bot.rendering.words import Words


@dataclass(frozen=True, kw_only=True)
class Section:
    """Fields that belong together."""

    title: str
    lead: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, kw_only=True)
class Entered:
    """What stands in one section, line by line."""

    title: str
    lines: tuple[tuple[str, str], ...]


_SECTIONS = {"company": COMPANY, "headquarters": (HEADQUARTERS,), "person": (*PERSON, *PHONES)}


def sections(draft: Draft, faults: Sequence[Fault], say: Words, *, email: str) -> list[Section]:
    """The form, filled with what is known or was typed; each fault stands at its field."""
    return [
        Section(
            title=say.say(f"page.register.section.{name}"),
            lead=say.say(f"page.register.section.{name}.lead", email=email),
            fields=tuple(_field(field, draft, faults, say) for field in fields),
        )
        for name, fields in _SECTIONS.items()
    ]


def _field(name: str, draft: Draft, faults: Sequence[Fault], say: Words) -> Field:
    return drafted(
        "page.register",
        name,
        draft,
        say,
        label=label_of(name, say),
        required=name not in MAY_BE_EMPTY,
        hint=name,
        faults=(sentence(fault, say) for fault in faults if fault.field == name),
    )


def label_of(name: str, say: Words) -> str:
    """What a field is called."""
    if name in PHONES:
        return say.say("page.register.phone", number=PHONES.index(name) + 1)
    return say.say("page.register.headquarters") if name == HEADQUARTERS else say.field(name)


def listed(faults: Sequence[Fault], say: Words) -> list[FieldFault]:
    """All that is wrong, for the top of the page."""
    return [of_field(one.field, label_of(one.field, say), sentence(one, say), say) for one in faults]


def sentence(fault: Fault, say: Words) -> str:
    """What is wrong, and what to do, below the name of its field."""
    if fault.problem is not None:
        return say.problem(fault.problem, beside=True)
    return say.say(f"page.register.fault.{fault.code}", most=LONGEST)


def entered(registered: Registered, say: Words) -> list[Entered]:
    """All that they registered, as it was understood."""
    person, company = find_invited(registered.ris), registered.ris.company
    own = [(say.field("email"), person.email), *_person(registered.ris, say)] if person else []
    of_company = [
        (say.field(name), say.country(company.country) if name == "country" else getattr(company, name))
        for name in COMPANY
    ]
    country = (say.say("page.register.headquarters"), say.country(registered.headquarters))
    return [
        Entered(title=say.say("page.register.section.company"), lines=_lines([*of_company, country])),
        Entered(title=say.say("page.register.section.person"), lines=_lines(own)),
    ]


def _person(ris: RisCase, say: Words) -> Iterable[tuple[str, str]]:
    person = find_invited(ris)
    if person is None:
        return
    yield say.field("salutation"), forms.said(forms.SALUTATIONS, person.salutation, say.lang)
    yield from ((say.field(name), getattr(person, name)) for name in PERSON[1:])
    yield say.field("phones"), ", ".join(phones.spaced(number) for number in person.phones)


def _lines(lines: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, quoting.one_line(value, LONGEST)) for name, value in lines if value)
