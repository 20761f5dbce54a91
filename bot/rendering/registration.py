"""An organisation's registration on its case's card, and the modals by which the desk decides about it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.approvals import Choice
from bot.domain.cards import CaseCard
from bot.domain.cases import Case, CaseStatus
from bot.domain.errors import Refusal
from bot.domain.registration import Invitee, RefusalReason, RegistrationDecision, changes, find_invited
from bot.domain.ris import User
from bot.rendering import blocks, differences, quoting, step_up
from bot.rendering.blocks import Block, safe
from bot.rendering.words import Words

SHOWN_CHANGES = 20  #: all that there can be but a few
REASON, MESSAGE, DONE = "reason", "message", "done"  #: the blocks and the actions of fields
MOST_MESSAGE = 1_500
#: what has to be ticked where accounts are kept elsewhere
TICKS = ("came", "approved")
#: what is asked of whom to invite, and by which field
INVITEE = {"first_name": "plain_text_input", "last_name": "plain_text_input", "email": "email_text_input"}
MOST_NAME = 200


@dataclass(frozen=True, kw_only=True)
class Decided:
    """A submitted modal: what it was about, and what was typed, chosen and ticked."""

    ref: str
    seen: str  #: the seal of the registration, or the case's hash, that was shown
    code: str = ""
    reason: RefusalReason = RefusalReason.OTHER
    message: str = ""
    ticked: bool = False  #: all of TICKS
    asked: tuple[str, ...] = ()  #: the fields that were there

    def field_of(self, refusal: Refusal) -> str:
        """At which field it is said: a code's at the code, what is missing in the mail at the message."""
        if refusal.code in step_up.OF_CODE and step_up.CODE in self.asked:
            return step_up.CODE
        return MESSAGE if refusal.code == "nothing_written" and MESSAGE in self.asked else self.asked[0]


def shown(card: CaseCard, words: Words) -> list[Block]:
    """What was registered beside the form, and what the desk decided about it."""
    found, registered = card.registration, card.registered
    if found is None or (registered is None and found.decision is None):
        return []
    lines = [f"*{words.say('registration.heading')}*", *_submitted(card, words)]
    if (made := found.decision) is not None:
        lines.extend(_decided(made, card, words))
    above = blocks.section("\n".join(lines))
    return [above, *_changes(card, words)] if registered else [above]


def _submitted(card: CaseCard, words: Words) -> Iterator[str]:
    found, registered = card.registration, card.registered
    if found is None or registered is None or found.submitted_at is None:
        return
    person = find_invited(registered.ris)
    name = f"{person.first_name} {person.last_name}" if person else ""
    yield words.say(
        "registration.submitted",
        name=safe(name, 80) or words.say("card.none"),
        email=safe(found.email, 120),
        at=words.moment(found.submitted_at),
    )
    country = safe(words.country(registered.headquarters), 80)
    yield words.say("registration.headquarters", country=country)
    if registered.headquarters != registered.form.company.country:
        yield f"⚠ {words.say('registration.headquarters.elsewhere')}"


def _changes(card: CaseCard, words: Words) -> list[Block]:
    """Cell by cell, what they wrote differently from the form."""
    if card.registered is None:
        return []
    found = changes(card.registered)
    if not len(found):
        return [blocks.context(words.say("registration.unchanged"))]
    heading = words.say("registration.changes", count=len(found))
    lines = differences.lines(found, words)
    return [blocks.listing(heading, lines, words, shown=SHOWN_CHANGES, of=len(found))]


def _decided(made: RegistrationDecision, card: CaseCard, words: Words) -> Iterator[str]:
    who, at = words.person(made.by, slack=True), words.moment(made.at)
    told = "untold" if card.untold else "unreleased" if card.unreleased else "refused"
    key = "approved" if made.choice is Choice.APPROVED else told
    yield words.say(f"registration.{'ticked' if made.outside else key}", who=who, at=at)
    if made.reason is not None:
        yield words.say("registration.why", reason=words.name(made.reason), message=safe(made.message, 500))


def buttons(card: CaseCard, words: Words, *, only: str = "") -> list[Block]:
    """What may be decided about it now; the block's id carries the seal of what is shown."""
    case, found = card.case, card.registration
    if found is None or not card.may_decide:
        return []
    if case.status is CaseStatus.REGISTRATION_REVIEW and found.is_decidable:
        seen, names = found.seal, ["registration_approve", "registration_refuse"]
    elif case.status is CaseStatus.INVITED and card.untold:
        seen, names = found.seal, ["registration_refuse", "registration_invite"]
    elif case.status is CaseStatus.INVITED:
        ticked = ["registration_tick"] if card.ticked_outside else []
        seen, names = case.content_hash, [*ticked, "registration_invite"]
    else:
        return []
    styles = {"registration_refuse": "danger", "registration_invite": ""}
    elements = [
        blocks.button(
            words.say(f"card.{name}"), action=name, value=case.ref, style=styles.get(name, "primary")
        )
        for name in names
        if only in ("", name)
    ]
    return [{"type": "actions", "block_id": f"registration:{seen}", "elements": elements}] if elements else []


def approve_modal(card: CaseCard, *, words: Words) -> Block:
    """What is approved, and the code; submitted as `registration_approve`."""
    about = [words.say("registration.approve.about", company=_company(card, words))]
    return _modal(
        "registration_approve", card, [blocks.section("\n".join(about)), step_up.code_field(words)], words
    )


def refuse_modal(card: CaseCard, *, words: Words) -> Block:
    """Why, and what they have to do, which goes into the mail to them; submitted as `registration_refuse`."""
    options = {one: {"text": blocks.plain(words.name(one)), "value": str(one)} for one in RefusalReason}
    choice: Block = {"type": "static_select", "action_id": REASON, "options": list(options.values())}
    text: Block = {
        "type": "plain_text_input",
        "action_id": MESSAGE,
        "multiline": True,
        "max_length": MOST_MESSAGE,
    }
    made = card.registration.decision if card.registration else None
    if made and made.reason:  # nobody was told what it says
        choice["initial_option"] = options[made.reason]
        text["initial_value"] = made.message[:MOST_MESSAGE]
    fields = [
        blocks.section(words.say("registration.refuse.about", company=_company(card, words))),
        {
            "type": "input",
            "block_id": REASON,
            "label": blocks.plain(words.say("registration.reason")),
            "element": choice,
        },
        {
            "type": "input",
            "block_id": MESSAGE,
            "label": blocks.plain(words.say("registration.message")),
            "hint": blocks.plain(words.say("registration.message.hint")),
            "element": text,
        },
    ]
    return _modal("registration_refuse", card, fields, words)


def tick_modal(card: CaseCard, *, code: bool, words: Words) -> Block:
    """The checklist of what is done where accounts are kept; submitted as `registration_tick`."""
    options = [
        {"text": blocks.plain(words.say(f"registration.tick.{name}")), "value": name} for name in TICKS
    ]
    fields = [
        blocks.section(words.say("registration.tick.about", company=_company(card, words))),
        {
            "type": "input",
            "block_id": DONE,
            "label": blocks.plain(words.say("registration.tick.label")),
            "element": {"type": "checkboxes", "action_id": DONE, "options": options},
        },
        *([step_up.code_field(words)] if code else []),
    ]
    return _modal("registration_tick", card, fields, words)


def invite_modal(case: Case, *, words: Words) -> Block:
    """Who is invited instead; submitted as `registration_invite`."""
    now = find_invited(case.ris) or User()
    about = words.say(
        "registration.invite.about",
        name=safe(f"{now.first_name} {now.last_name}", 80) or words.say("card.none"),
        email=safe(now.email, 120),
    )
    fields = [
        {
            "type": "input",
            "block_id": name,
            "label": blocks.plain(words.field(name)),
            "element": {"type": kind, "action_id": name}
            | ({"max_length": MOST_NAME} if kind == "plain_text_input" else {}),
        }
        for name, kind in INVITEE.items()
    ]
    return {
        "type": "modal",
        "callback_id": "registration_invite",
        "private_metadata": json.dumps({"ref": case.ref, "version": case.version}),
        "title": blocks.plain(quoting.slack(words.say("registration.title", ref=case.ref), 24)),
        "submit": blocks.plain(words.say("registration.invite.submit")),
        "close": blocks.plain(words.say("modal.close")),
        "blocks": [blocks.section(about), *fields],
    }


def read_invite(view: Block) -> tuple[str, int, Invitee]:
    """The case, the version of it that was shown, and whom they named."""
    about, values = json.loads(view["private_metadata"]), view["state"]["values"]
    typed = {name: values.get(name, {}).get(name, {}).get("value") or "" for name in INVITEE}
    return about["ref"], about["version"], Invitee(**typed)


def field_of_invite(refusal: Refusal) -> str:
    """At which field it is said."""
    return "first_name" if refusal.code == "bad_holder_name" else "email"


def _company(card: CaseCard, words: Words) -> str:
    return safe(card.case.ris.company.name, 100) or words.say("card.nameless")


def _modal(callback: str, card: CaseCard, fields: list[Block], words: Words) -> Block:
    case, found = card.case, card.registration
    seen = case.content_hash if callback == "registration_tick" or found is None else found.seal
    return {
        "type": "modal",
        "callback_id": callback,
        "private_metadata": json.dumps({"ref": case.ref, "seen": seen}),
        "title": blocks.plain(quoting.slack(words.say("registration.title", ref=case.ref), 24)),
        "submit": blocks.plain(words.say(f"{callback.replace('_', '.')}.submit")),
        "close": blocks.plain(words.say("modal.close")),
        "blocks": fields,
    }


def read_decided(view: Block) -> Decided:
    about, values = json.loads(view["private_metadata"]), view["state"]["values"]
    reason = values.get(REASON, {}).get(REASON, {}).get("selected_option") or {}
    ticked = values.get(DONE, {}).get(DONE, {}).get("selected_options") or []
    return Decided(
        ref=about["ref"],
        seen=about["seen"],
        code=values.get(step_up.CODE, {}).get(step_up.CODE, {}).get("value") or "",
        reason=RefusalReason(reason["value"]) if reason else RefusalReason.OTHER,
        message=values.get(MESSAGE, {}).get(MESSAGE, {}).get("value") or "",
        ticked={one["value"] for one in ticked} == set(TICKS),
        asked=tuple(values),
    )
