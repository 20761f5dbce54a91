"""The forms by which an administrator's people come: added, invited, or registering themselves."""

from collections.abc import Iterable, Mapping

from bot.domain.languages import LANGUAGE_NAMES
from bot.domain.members import LONGEST, OPTIONAL
from bot.rendering.pages.fields import LONGEST_TYPED, Field, FieldFault, Option, of_field
from bot.rendering.words import Words

#: for whoever enters their own data; an administrator enters somebody else's
_OWN = {
    "salutation": "honorific-prefix",
    "first_name": "given-name",
    "last_name": "family-name",
    "job_title": "organization-title",
}
_LANGUAGES = tuple(Option(value=code, name=name) for code, name in LANGUAGE_NAMES.items())


def fields(
    names: Iterable[str],
    given: Mapping[str, str],
    faults: Mapping[str, str],
    say: Words,
    *,
    own: bool = False,
) -> list[Field]:
    """The form's fields as they were typed, each with what is wrong with it (by `read_member`)."""
    return [
        Field(
            name=name,
            label=say.field(name),
            value=given.get(name, ""),
            required=name not in OPTIONAL,
            autocomplete=_OWN.get(name, "off") if own else "off",
            inputmode="email" if name == "email" else "text",
            faults=(say.say(f"page.members.fault.{faults[name]}"),) if name in faults else (),
            longest=LONGEST_TYPED if name == "email" else LONGEST,
            options=_LANGUAGES if name == "language" else (),
            hint=say.say("page.members.language.why") if name == "language" else "",
        )
        for name in names
    ]


def listed(faults: Mapping[str, str], say: Words) -> list[FieldFault]:
    """All that is wrong, for the top of the page."""
    return [
        of_field(name, say.field(name), say.say(f"page.members.fault.{fault}"), say)
        for name, fault in faults.items()
    ]
