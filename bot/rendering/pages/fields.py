"""Fields of the portal's forms and what is wrong with them, as every page shows them."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain import forms
from bot.domain.registration import HEADQUARTERS, LONGEST, PHONES, Draft
from bot.rendering.words import Words

LONGEST_TYPED = 320  #: signs a browser takes where a room says no less: an e-mail address has no more


@dataclass(frozen=True, kw_only=True)
class Option:
    value: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field; `options` of one that is chosen from a list, `hint` and `faults` "" and () for none."""

    name: str
    label: str
    value: str
    required: bool
    autocomplete: str
    inputmode: str = "text"
    options: tuple[Option, ...] = ()
    empty: str = ""  #: what the list says while nothing is chosen
    hint: str = ""
    faults: tuple[str, ...] = ()
    longest: int = LONGEST_TYPED
    before: str = ""  #: what stood in it, where it is filled otherwise now


@dataclass(frozen=True, kw_only=True)
class FieldFault:
    """What is wrong with a form, in words, and the field that it is about."""

    field: str
    words: str


def of_field(field: str, label: str, sentence: str, say: Words) -> FieldFault:
    """A fault for the top of the page, away from its field: there it says which."""
    return FieldFault(field=field, words=say.say("problem.of_field", field=label, sentence=sentence))


_AUTOCOMPLETE = {
    "company": "organization",
    "name": "organization",
    "street": "street-address",
    "postal_code": "postal-code",
    "city": "address-level2",
    "state": "address-level1",
    "country": "country",
    "website": "url",
    "salutation": "honorific-prefix",
    "first_name": "given-name",
    "last_name": "family-name",
    "job_title": "organization-title",
    "telephone": "tel",
    "fax": "fax tel",
    **dict.fromkeys(PHONES, "tel"),
}
_INPUTMODE = {"website": "url", **dict.fromkeys(("telephone", "fax", *PHONES), "tel")}


def drafted(
    page: str,
    name: str,
    draft: Draft,
    say: Words,
    *,
    label: str,
    required: bool,
    hint: str,
    faults: Iterable[str],
) -> Field:
    """A field of a registration, filled with its draft; `page`: under what its words stand."""
    key = f"{page}.hint.{hint}"
    return Field(
        name=name,
        label=label,
        value=draft[name],
        required=required,
        autocomplete=_AUTOCOMPLETE.get(name, "off"),
        inputmode=_INPUTMODE.get(name, "text"),
        options=_options(name, draft[name], say),
        empty=say.say(f"{page}.choose"),
        hint=say.say(key) if key in say else "",
        faults=tuple(faults),
        longest=LONGEST,
    )


def _options(name: str, value: str, say: Words) -> tuple[Option, ...]:
    if name in ("country", HEADQUARTERS):
        named = forms.countries(say.lang)
    elif name == "salutation":
        named = {code: forms.said(forms.SALUTATIONS, code, say.lang) for code in forms.SALUTATIONS}
        named |= {value: value} if value and value not in named else {}
    else:
        return ()
    return tuple(Option(value=code, name=said) for code, said in named.items())
