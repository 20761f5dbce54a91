"""The form of an invited partner, its consents, and the page about the two mails."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bot.domain import forms
from bot.domain.consents import MANDATORY, Consent
from bot.domain.partners import COMPANY, CONTACT, MAY_BE_EMPTY, PERSON
from bot.domain.registration import LONGEST, Draft, Fault
from bot.extranet_policy import Wording
from bot.rendering.pages.fields import Field, FieldFault, Option
from bot.rendering.words import Words

_SECTIONS = {"person": PERSON, "contact": CONTACT, "company": COMPANY}
_AUTOCOMPLETE = {
    "salutation": "honorific-prefix",
    "first_name": "given-name",
    "last_name": "family-name",
    "street": "street-address",
    "city": "address-level2",
    "postal_code": "postal-code",
    "country": "country",
    "state": "address-level1",
    "telephone": "tel",
    "fax": "fax tel",
    "job_title": "organization-title",
    "company": "organization",
    "website": "url",
}
_INPUTMODE = {"telephone": "tel", "fax": "tel", "website": "url"}
_LINKED = re.compile(r"\[([^\[\]]+)\]")


@dataclass(frozen=True, kw_only=True)
class Part:
    """Fields that belong together; `email`: the fixed address is shown among them."""

    title: str
    fields: tuple[Field, ...]
    email: bool = False


@dataclass(frozen=True, kw_only=True)
class ConsentField:
    """A box to tick: its words before, in and after the link."""

    name: str
    before: str
    link: str
    after: str
    url: str
    required: bool
    ticked: bool
    fault: str


def field_of(consent: Consent) -> str:
    """Under what a form sends it."""
    return f"consent_{consent}"


def parts(draft: Draft, faults: Sequence[Fault], say: Words, *, needs_vat_id: bool) -> list[Part]:
    """The form, filled with what is known or was typed; each fault stands at its field."""
    return [
        Part(
            title=say.say(f"page.partner.{section}"),
            fields=tuple(_field(name, draft, faults, say, needs_vat_id=needs_vat_id) for name in names),
            email=section == "contact",
        )
        for section, names in _SECTIONS.items()
    ]


def _field(name: str, draft: Draft, faults: Sequence[Fault], say: Words, *, needs_vat_id: bool) -> Field:
    hint = f"page.partner.hint.{name}"
    if name == "vat_id" and needs_vat_id:
        hint += ".needed"
    return Field(
        name=name,
        label=_label(name, say),
        value=draft[name],
        required=name not in MAY_BE_EMPTY,
        autocomplete=_AUTOCOMPLETE.get(name, "off"),
        inputmode=_INPUTMODE.get(name, "text"),
        options=_options(name, draft[name], say),
        empty=say.say("page.partner.choose"),
        hint=say.say(hint) if hint in say else "",
        faults=tuple(_sentence(fault, say) for fault in faults if fault.field == name),
        longest=LONGEST,
    )


def _options(name: str, value: str, say: Words) -> tuple[Option, ...]:
    if name == "country":
        named = forms.countries(say.lang)
    elif name == "salutation":
        named = {code: forms.said(forms.SALUTATIONS, code, say.lang) for code in forms.SALUTATIONS}
        named |= {value: value} if value and value not in named else {}
    else:
        return ()
    return tuple(Option(value=code, name=said) for code, said in named.items())


def _label(name: str, say: Words) -> str:
    return say.say(f"page.partner.field.{name}")


def _sentence(fault: Fault, say: Words) -> str:
    """What is wrong, and what to do."""
    if fault.problem is not None and not fault.problem.found:
        return say.say("page.partner.missing", field=_label(fault.field, say))
    if fault.problem is not None:
        return say.problem(fault.problem, label=_label(fault.field, say))
    return say.say(f"page.register.fault.{fault.code}", field=_label(fault.field, say), most=LONGEST)


def consents(
    wordings: Mapping[Consent, Wording],
    ticked: Collection[Consent],
    unticked: Collection[Consent],
    say: Words,
) -> list[ConsentField]:
    """`unticked`: those which have to be ticked, and were sent without."""
    return [
        _consent(one, wordings[one], say, ticked=one in ticked, missing=one in unticked) for one in Consent
    ]


def _consent(consent: Consent, wording: Wording, say: Words, *, ticked: bool, missing: bool) -> ConsentField:
    text = wording.of(say.lang)
    found = _LINKED.search(text)
    before, link, after = (text[: found.start()], found[1], text[found.end() :]) if found else (text, "", "")
    return ConsentField(
        name=field_of(consent),
        before=before,
        link=link,
        after=after,
        url=wording.url,
        required=consent in MANDATORY,
        ticked=ticked,
        fault=say.say("page.partner.unticked") if missing else "",
    )


def listed(faults: Sequence[Fault], unticked: Sequence[Consent], say: Words) -> list[FieldFault]:
    """All that is wrong, for the top of the page."""
    said = [FieldFault(field=one.field, words=_sentence(one, say)) for one in faults]
    return said + [
        FieldFault(field=field_of(one), words=say.say(f"page.partner.unticked.{one}")) for one in unticked
    ]
