"""How long a partner's account lasts, on the desk's card of it; and the modal that moves its end."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.account_views import LONGEST_REASON, AccountView, LifeView
from bot.domain.errors import Refusal
from bot.domain.lifecycle import Foreseen, Move, Moved
from bot.domain.lifecycle_refusals import LifeUnknown, ReasonNeeded, UnclearDay
from bot.rendering import blocks
from bot.rendering.blocks import Block, safe
from bot.rendering.words import Words

EXTEND = "account_extend"  #: the button, and the modal that it opens
UNTIL, REASON = "until", "reason"  #: the modal's fields


@dataclass(frozen=True, kw_only=True)
class Extension:
    """A submitted modal."""

    account_id: int
    until: date
    reason: str


def life_block(life: LifeView, *, words: Words) -> Block:
    """Until when it works, what comes next and why, and who has moved its end."""
    return blocks.section("\n".join(_lines(life, words)))


def _lines(view: LifeView, words: Words) -> Iterator[str]:
    life = view.life
    state = "over" if view.is_over else str(life.state)
    said = words.say(
        f"account.life.{state}",
        ends_on=words.date(life.ends_on),
        validated_on=words.date(life.validated_on),
        back_until=words.date(view.back_until),
    )
    yield f"*{said}*"
    if view.waits:
        yield words.say("account.life.waits")
    if view.coming:
        yield words.say("account.life.coming")
    yield from (_coming(one, words) for one in view.coming)
    if view.moves:
        yield words.say("account.life.moves")
    yield from (_move(moved, words) for moved in view.moves)


def _coming(one: Foreseen, words: Words) -> str:
    return words.say(
        f"account.life.coming.{'held' if one.step.held else one.step.does}",
        at=words.moment(one.at),
        ends_on=words.date(one.step.life.ends_on),
    )


def _move(moved: Moved, words: Words) -> str:
    said = words.say(
        f"account.life.move.{moved.how}",
        at=words.moment(moved.at),
        by=words.person(moved.by, slack=True),
        ends_on=words.date(moved.ends_on),
    )
    if moved.how is Move.HELD and (why := f"account.life.held.{moved.reason}") in words:
        return f"{said} {words.say(why)}"
    return f"{said} {words.say('account.life.reason', reason=safe(moved.reason))}" if moved.reason else said


def extend_button(view: AccountView, *, words: Words) -> Block:
    return blocks.button(words.say("account.extend"), action=EXTEND, value=str(view.account.id))


def extend_modal(view: AccountView, *, last: date, words: Words) -> Block:
    """Ask for the new last day, `last` at most, and why. Raise LifeUnknown."""
    if view.life is None:
        raise LifeUnknown
    life = view.life.life
    about = words.say(
        "account.extend.about",
        name=safe(view.account.name, 80),
        user_id=safe(view.account.user_id, 20),
        ends_on=words.date(life.ends_on),
        last=words.date(last),
    )
    return {
        "type": "modal",
        "callback_id": EXTEND,
        "private_metadata": json.dumps({"account_id": view.account.id}),
        "title": blocks.plain(words.say("account.extend.title")),
        "submit": blocks.plain(words.say("account.extend.submit")),
        "close": blocks.plain(words.say("modal.close")),
        "blocks": [blocks.section(about), _until(min(life.ends_on, last), view.now, words), _reason(words)],
    }


def _until(known: date, now: datetime, words: Words) -> Block:
    """A past end is no proposal: today is."""
    proposed = max(known, now.astimezone(words.zone).date())
    return {
        "type": "input",
        "block_id": UNTIL,
        "label": blocks.plain(words.say("account.extend.until")),
        "hint": blocks.plain(words.say("account.extend.until.hint")),
        "element": {"type": "datepicker", "action_id": UNTIL, "initial_date": proposed.isoformat()},
    }


def _reason(words: Words) -> Block:
    return {
        "type": "input",
        "block_id": REASON,
        "label": blocks.plain(words.say("account.extend.reason")),
        "hint": blocks.plain(words.say("account.extend.reason.hint")),
        "element": {"type": "plain_text_input", "action_id": REASON, "max_length": LONGEST_REASON},
    }


def field_of(refusal: Refusal) -> str:
    """At which field it is said."""
    return REASON if isinstance(refusal, ReasonNeeded) else UNTIL


def read_extension(view: Block) -> Extension:
    """What was filled in; raise UnclearDay where no day was chosen."""
    values = view["state"]["values"]
    said = str(values[UNTIL][UNTIL].get("selected_date") or "")
    try:
        until = date.fromisoformat(said)
    except ValueError:
        raise UnclearDay(text=said[:20]) from None
    reason = values[REASON][REASON].get("value") or ""
    return Extension(
        account_id=int(json.loads(view["private_metadata"])["account_id"]), until=until, reason=reason
    )
