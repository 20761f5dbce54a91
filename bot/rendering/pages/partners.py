"""The form of an invited partner, its consents, and the page about the two mails."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.domain.consents import MANDATORY, Answer, Consent
from bot.domain.partners import COMPANY, CONTACT, MAY_BE_EMPTY, PERSON
from bot.domain.registration import LONGEST, Draft, Fault
from bot.extranet_policy import Wording
from bot.rendering.pages.fields import Field, FieldFault, drafted, of_field
from bot.rendering.words import Words

_SECTIONS = {"person": PERSON, "contact": CONTACT, "company": COMPANY}
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


@dataclass(frozen=True, kw_only=True)
class ConsentAgain:
    """A box with what became of its words since the last answer; `before`: those, where they are others."""

    box: ConsentField
    note: str = ""
    changed: bool = False
    before: str = ""


@dataclass(frozen=True, kw_only=True)
class Change:
    """A field that was filled otherwise than it stood there, in words."""

    label: str
    now: str
    before: str


def field_of(consent: Consent) -> str:
    """Under what a form sends it."""
    return f"consent_{consent}"


def parts(
    draft: Draft,
    faults: Sequence[Fault],
    say: Words,
    *,
    needs_vat_id: bool,
    changes: Mapping[str, str] | None = None,
) -> list[Part]:
    """The form, filled with what is known or was typed; each fault stands at its field.

    `changes`: what stood in a field before that is filled otherwise now, which is said beside it.
    """
    return [
        Part(
            title=say.say(f"page.partner.{section}"),
            fields=tuple(
                _field(name, draft, faults, say, needs_vat_id=needs_vat_id, changes=changes or {})
                for name in names
            ),
            email=section == "contact",
        )
        for section, names in _SECTIONS.items()
    ]


def _field(
    name: str,
    draft: Draft,
    faults: Sequence[Fault],
    say: Words,
    *,
    needs_vat_id: bool,
    changes: Mapping[str, str],
) -> Field:
    made = drafted(
        "page.partner",
        name,
        draft,
        say,
        label=_label(name, say),
        required=name not in MAY_BE_EMPTY,
        hint="vat_id.needed" if name == "vat_id" and needs_vat_id else name,
        faults=(_sentence(fault, say) for fault in faults if fault.field == name),
    )
    if name not in changes:
        return made
    before = _named(made, changes[name])
    return replace(made, before=say.say("page.partner.changed", before=before))


def _named(made: Field, value: str) -> str:
    """As its list calls it, where it is chosen from one."""
    return {option.value: option.name for option in made.options}.get(value, value)


def list_changes(draft: Draft, changes: Mapping[str, str], say: Words) -> tuple[Change, ...]:
    """What was changed, in the order of the form; both as one reads them."""
    made = [one for part in parts(draft, (), say, needs_vat_id=False) for one in part.fields]
    return tuple(
        Change(label=one.label, now=_named(one, one.value), before=_named(one, changes[one.name]))
        for one in made
        if one.name in changes
    )


def _label(name: str, say: Words) -> str:
    return say.say(f"page.partner.field.{name}")


def _sentence(fault: Fault, say: Words) -> str:
    """What is wrong, and what to do, below the name of its field."""
    if fault.problem is not None and not fault.problem.found:
        return say.say("page.partner.missing")
    if fault.problem is not None:
        return say.problem(fault.problem, beside=True)
    return say.say(f"page.register.fault.{fault.code}", most=LONGEST)


def consents_again(
    wordings: Mapping[Consent, Wording],
    ticked: Collection[Consent],
    unticked: Collection[Consent],
    answers: Mapping[Consent, Answer],
    say: Words,
) -> tuple[ConsentAgain, ...]:
    """The same of who has answered before; `answers`: the newest of each, none of who never has."""
    boxes = consents(wordings, ticked, unticked, say)
    if not answers:
        return tuple(ConsentAgain(box=box) for box in boxes)
    return tuple(
        _again(box, wordings[one], answers.get(one), say) for one, box in zip(Consent, boxes, strict=True)
    )


def _again(box: ConsentField, wording: Wording, last: Answer | None, say: Words) -> ConsentAgain:
    if last is None:
        return ConsentAgain(box=box, note=say.say("page.prolong.consent.new"), changed=True)
    changed, on = last.version != wording.version, say.date(last.at)
    said = "changed" if changed else "same" if last.agreed else "declined"
    before = last.wording.replace("[", "").replace("]", "") if changed else ""
    note = say.say(f"page.prolong.consent.{said}", on=on)
    return ConsentAgain(box=box, note=note, changed=changed, before=before)


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
    said = [of_field(one.field, _label(one.field, say), _sentence(one, say), say) for one in faults]
    return said + [
        FieldFault(field=field_of(one), words=say.say(f"page.partner.unticked.{one}")) for one in unticked
    ]
