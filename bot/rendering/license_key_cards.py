"""License Keys in Slack: a case's keys in a modal, handing one over, making one void, and whose one is."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.cases import case_ref
from bot.domain.license_keys import (
    LONGEST_NAME,
    CaseKeys,
    FoundKey,
    Holder,
    KeyMail,
    KeyState,
    KeyVoided,
    Mailed,
    SeatShown,
)
from bot.rendering import blocks
from bot.rendering.blocks import Block, Card, safe
from bot.rendering.step_up import CODE, code_field
from bot.rendering.words import Words

NOTICE = "notice"  #: the block that says what was done last


@dataclass(frozen=True, kw_only=True)
class Typed:
    """A submitted modal: what it was about, and what stands in its fields."""

    about: Mapping[str, Any]
    values: Mapping[str, str]

    @property
    def holder(self) -> Holder:
        return Holder(name=self.values.get("name", ""), email=self.values.get("email", ""))

    @property
    def code(self) -> str:
        return self.values.get(CODE, "")


def keys_modal(keys: CaseKeys, *, words: Words, notice: str = "") -> Block:
    """One page of a case's seats; each has a menu `key_do` with values such as `again:12`.

    `private_metadata` carries the case and the page.
    """
    about = words.say(
        "keys.about",
        company=safe(keys.company, 100) or words.say("card.nameless"),
        count=keys.total,
        keys_to=words.name(keys.keys_to),
    )
    shown = [_seat(keys, one, words) for one in keys.seats]
    return {
        "type": "modal",
        "callback_id": "case_keys",
        "private_metadata": json.dumps({"ref": keys.ref, "page": keys.page}),
        "title": blocks.plain(words.say("keys.open")),
        "close": blocks.plain(words.say("keys.close")),
        "blocks": [
            *([blocks.section(notice) | {"block_id": NOTICE}] if notice else []),
            blocks.section(words.say("keys.title", ref=keys.ref) + "\n" + about),
            *(shown or [blocks.context(words.say("keys.none"))]),
            *_pages(keys, words),
        ],
    }


def _seat(keys: CaseKeys, one: SeatShown, words: Words) -> Block:
    seat = one.seat
    ref = case_ref(seat.case_id)
    number = f"{seat.number}" if ref == keys.ref else f"{ref}/{seat.number}"
    lines = [words.say("keys.seat", number=number, who=_who(one, words)), _key(one, words)]
    if one.mail:
        own = seat.holder is not None and seat.holder.email.lower() == one.mail.to
        lines.append(_mail(one.mail, words, own=own))
    block = blocks.section("\n".join(lines)) | {"block_id": f"seat:{seat.id}"}
    options = _options(keys, one, words)
    if options:
        block["accessory"] = {"type": "overflow", "action_id": "key_do", "options": options}
    return block


def _who(one: SeatShown, words: Words) -> str:
    holder = one.seat.holder
    if holder is None:
        return words.say("keys.closed" if one.seat.closed_at else "keys.spare")
    who = f"{safe(holder.name, 100)} · {safe(holder.email, 120)}"
    gone = one.seat.closed_at and (one.seat.key is None or one.seat.key.state is KeyState.ISSUED)
    return f"{who} {words.say('keys.closed')}" if gone else who


def _key(one: SeatShown, words: Words) -> str:
    key = one.seat.key
    if key is None:
        return "" if one.seat.closed_at else words.say("keys.no_key")
    said = words.say("keys.key", key=safe(key.masked, 40), state=words.name(key.state))
    if key.expires_on and key.state is KeyState.ISSUED:
        said += " · " + words.say("keys.last_day", day=words.date(key.expires_on))
    if key.state is KeyState.ISSUED and one.mail is None:
        said += " · " + words.say("keys.not_mailed")
    return said


def _mail(mail: KeyMail, words: Words, *, own: bool) -> str:
    """Whether the newest mail with it arrived, and to whom it went, unless that is its owner."""
    key = f"keys.mail{'.own' if own else ''}{'.returned' if mail.returned else ''}"
    at = words.moment(mail.sent_at or mail.queued_at)
    said = words.say(key, to=safe(mail.to, 120), state=words.name(mail.status), at=at)
    return said if mail.why is Mailed.FIRST else f"{said} · {words.name(mail.why)}"


def _options(keys: CaseKeys, one: SeatShown, words: Words) -> list[Block]:
    """What can be done with a key that nobody has entered."""
    key = one.seat.key
    if key is None or key.state is not KeyState.ISSUED:
        return []
    held = one.seat.holder is not None
    values = {
        "again": f"again:{one.seat.id}" if held else "",
        "hand_over": f"hand_over:{key.id}",
        "void": f"void:{key.id}",
        "used": f"used:{key.id}" if held and keys.entered_outside else "",
    }
    return [
        {"text": blocks.plain(words.say(f"keys.do.{name}")), "value": value}
        for name, value in values.items()
        if value
    ]


def _pages(keys: CaseKeys, words: Words) -> list[Block]:
    if keys.pages == 1:
        return []
    turns = {"back": keys.page - 1, "more": keys.page + 1}
    made = [
        blocks.button(words.say(f"keys.{turn}"), action=f"keys_{turn}", value=str(page))
        for turn, page in turns.items()
        if 1 <= page <= keys.pages
    ]
    said = words.say("keys.page", page=keys.page, pages=keys.pages)
    return [blocks.context(said), blocks.actions(*made) | {"block_id": "pages"}]


def keys_card(ref: str, *, words: Words) -> Card:
    """Where no modal can open by itself: the button to it."""
    text = words.say("keys.typed", ref=safe(ref, 20))
    return Card(text=text, blocks=[blocks.section(text), blocks.actions(_open(ref, words))])


def _open(ref: str, words: Words) -> Block:
    return blocks.button(words.say("keys.open"), action="case_keys", value=ref)


def found_card(found: FoundKey, *, words: Words) -> Card:
    """Whose a pasted key is; the key itself stands there masked."""
    key, seat = found.key, found.seat
    said = {
        "key": safe(key.masked, 40),
        "state": words.name(key.state),
        "company": safe(found.company, 100) or words.say("card.nameless"),
        "ref": found.ref,
        "number": seat.number if seat else "",
    }
    if seat and seat.holder:
        said |= {"holder": safe(seat.holder.name, 100), "email": safe(seat.holder.email, 120)}
    which = "stock" if seat is None else "held" if seat.holder else "spare"
    buttons = [_open(found.ref, words)] if found.ref else []
    if key.state in (KeyState.STOCK, KeyState.ISSUED):
        label = words.say("keys.do.void")
        buttons.append(blocks.button(label, action="key_void", value=str(key.id), style="danger"))
    return Card(
        text=words.say("found_key.title", key=said["key"]),
        blocks=[
            blocks.section(words.say(f"found_key.{which}", **said)),
            *([blocks.actions(*buttons)] if buttons else []),
            blocks.context(words.say("found_key.note")),
        ],
    )


# What is asked before


def hand_over_modal(found: FoundKey, about: Mapping[str, Any], *, asks_code: bool, words: Words) -> Block:
    """To whom it goes: `name.name.value`, `email.email.value`, and a code where one is asked for."""
    seat = found.seat
    shown = [
        blocks.section(_about("hand_over", found, words)),
        blocks.section(words.say("hand_over.policy" if seat and seat.holder else "hand_over.policy.spare")),
        _text("name", words.say("hand_over.name"), most=LONGEST_NAME),
        _text("email", words.say("hand_over.email"), most=320, hint=words.say("hand_over.email.hint")),
        *([code_field(words)] if asks_code else []),
    ]
    sealed = {"seat": seat.id if seat else 0, "seen": seat.seal if seat else ""}
    return _modal("key_hand_over", "hand_over", {**about, **sealed}, shown, words)


def void_modal(found: FoundKey, about: Mapping[str, Any], *, asks_code: bool, words: Words) -> Block:
    """Why: `reason.reason.selected_option.value`, and a code where one is asked for."""
    seat = found.seat
    shown = [
        blocks.section(_about("void", found, words)),
        blocks.section(words.say("void.costs")),
        _reasons(words),
        *([code_field(words)] if asks_code else []),
    ]
    sealed = {"key": found.key.id, "seen": seat.seal if seat else ""}
    return _modal("key_void", "void", {**about, **sealed}, shown, words)


def read_typed(view: Block) -> Typed:
    """What a submitted modal was about, and its fields by their names."""
    values = {}
    for name, field in view["state"]["values"].items():
        entered = field[name]
        chosen = entered.get("selected_option") or {}
        values[name] = str(entered.get("value") or chosen.get("value") or "")
    return Typed(about=json.loads(view["private_metadata"]), values=values)


def read_page(view: Block) -> tuple[str, int]:
    """Which case and page a modal shows, or came from; "" of one that came from neither."""
    about = json.loads(view.get("private_metadata") or "{}")
    return str(about.get("ref", "")), int(about.get("page", 1))


def read_do(value: str) -> tuple[str, int]:
    """What a menu's option does, and the id of its seat (`again`) or key."""
    what, _, number = value.partition(":")
    return what, int(number)


def _about(asked: str, found: FoundKey, words: Words) -> str:
    key = safe(found.key.masked, 40)
    company = safe(found.company, 100) or words.say("card.nameless")
    if found.seat is None:
        return words.say(f"{asked}.about.stock", key=key)
    holder = found.seat.holder
    if holder is None:
        return words.say(f"{asked}.about.spare", key=key, company=company)
    name, email = safe(holder.name, 100), safe(holder.email, 120)
    return words.say(f"{asked}.about", key=key, holder=name, email=email, company=company)


def _modal(callback: str, named: str, about: Mapping[str, Any], shown: list[Block], words: Words) -> Block:
    return {
        "type": "modal",
        "callback_id": callback,
        "private_metadata": json.dumps(dict(about)),
        "title": blocks.plain(words.say(f"{named}.title")),
        "submit": blocks.plain(words.say(f"{named}.submit")),
        "close": blocks.plain(words.say("keys.close")),
        "blocks": shown,
    }


def _text(name: str, label: str, *, most: int, hint: str = "") -> Block:
    return {
        "type": "input",
        "block_id": name,
        "label": blocks.plain(label),
        **({"hint": blocks.plain(hint)} if hint else {}),
        "element": {"type": "plain_text_input", "action_id": name, "max_length": most},
    }


def _reasons(words: Words) -> Block:
    options = [{"text": blocks.plain(words.name(why)), "value": str(why)} for why in KeyVoided]
    return {
        "type": "input",
        "block_id": "reason",
        "label": blocks.plain(words.say("void.reason")),
        "element": {
            "type": "static_select",
            "action_id": "reason",
            "placeholder": blocks.plain(words.say("void.reason.placeholder")),
            "options": options,
        },
    }
