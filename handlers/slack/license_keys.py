"""A case's License Keys in Slack: `keys`, its modal, what is done with one, and whose a pasted one is."""

from collections.abc import Callable
from functools import partial

from slack_bolt import Ack, App
from slack_sdk import WebClient
from sqlite_utils import Database

from bot.bootstrap import Bot
from bot.domain.cases import case_id
from bot.domain.errors import CodeMissing, CodesLocked, CodeUsed, NotEnrolled, Refusal, WrongCode
from bot.domain.key_refusals import BadHolderAddress, BadHolderName, HasSeat, KeyInTheOpen, SameHolder
from bot.domain.license_keys import KeyVoided
from bot.domain.member_refusals import NeedsNoKey
from bot.domain.registration_refusals import OwnAddress
from bot.domain.staff import Staff
from bot.rendering import license_key_cards
from bot.rendering.blocks import Block, Card, safe, section
from bot.rendering.step_up import CODE
from bot.services import license_keys, views
from handlers.slack.answers import (
    Body,
    Respond,
    explains,
    keep_open,
    placed,
    show,
    staff_in,
    words,
)
from handlers.slack.lines import Line
from handlers.slack.markup import typed

#: at which field a refusal stands; any other at the first one
FIELDS: dict[type[Refusal], str] = {
    BadHolderName: "name",
    **dict.fromkeys((BadHolderAddress, OwnAddress, SameHolder, HasSeat, NeedsNoKey), "email"),
    **dict.fromkeys((CodeMissing, WrongCode, CodeUsed, CodesLocked, NotEnrolled), CODE),
}


def register(app: App, bot: Bot) -> None:
    app.action("case_keys")(partial(on_keys, bot=bot))
    for turn in ("keys_back", "keys_more"):
        app.action(turn)(partial(on_turned, bot=bot))
    app.action("key_do")(partial(on_do, bot=bot))
    app.action("key_void")(partial(on_void, bot=bot))
    app.view("key_hand_over")(partial(on_submitted, bot=bot, decide=_hand_over))
    app.view("key_void")(partial(on_submitted, bot=bot, decide=_void))


def keys(line: Line) -> Card:
    """`/usher keys C-7` opens the modal; `/usher keys KEY` says whose it is, where nobody else reads it."""
    bot, text = line.bot, typed(line.rest).strip()
    if text and case_id(text) is None:
        if not line.trigger_id:
            raise KeyInTheOpen
        with bot.connect() as db:
            found = license_keys.find(db, bot.desk, text, by=line.staff, now=bot.clock.now())
        return license_key_cards.found_card(found, words=words(bot))
    ref, _ = line.take_ref()
    with bot.connect() as db:
        view = _view(db, bot, ref, by=line.staff)
    ref, _ = license_key_cards.read_page(view)
    if not line.trigger_id:
        return license_key_cards.keys_card(ref, words=words(bot))
    bot.slack_client.views_open(trigger_id=line.trigger_id, view=view)
    return Card(text=words(bot).say("keys.opened", ref=ref))


def _view(db: Database, bot: Bot, ref: str, *, by: Staff, page: int = 1, notice: str = "") -> Block:
    found = license_keys.get_keys(db, bot.desk, ref, by=by, page=page)
    views.note(db, bot.desk, [found.ref], viewer=by, now=bot.clock.now())
    return license_key_cards.keys_modal(found, words=words(bot), notice=notice)


def on_keys(ack: Ack, body: Body, respond: Respond, client: WebClient, *, bot: Bot) -> None:
    ack()
    with explains(respond, bot), bot.connect() as db:
        view = _view(db, bot, str(body["actions"][0]["value"]), by=staff_in(body, bot))
        client.views_open(trigger_id=body["trigger_id"], view=placed(view, body))


def on_turned(ack: Ack, body: Body, respond: Respond, client: WebClient, *, bot: Bot) -> None:
    """Another page takes the place of the one shown."""
    ack()
    ref, _ = license_key_cards.read_page(body["view"])
    with explains(respond, bot), bot.connect() as db:
        view = _view(db, bot, ref, by=staff_in(body, bot), page=int(body["actions"][0]["value"]))
        client.views_update(view_id=body["view"]["id"], view=placed(view, body))


def on_do(ack: Ack, body: Body, respond: Respond, client: WebClient, *, bot: Bot) -> None:
    """What the menu of a seat says: done at once, or asked for in the modal's place."""
    ack()
    what, number = license_key_cards.read_do(body["actions"][0]["selected_option"]["value"])
    ref, page = license_key_cards.read_page(body["view"])
    with explains(respond, bot), bot.connect() as db:
        by = staff_in(body, bot)
        if what in ASKED:
            view = _ask(db, bot, what, number, by=by, ref=ref, page=page)
        else:
            view = _view(db, bot, ref, by=by, page=page, notice=DONE[what](db, bot, number, by))
        client.views_update(view_id=body["view"]["id"], view=placed(view, body))


def on_void(ack: Ack, body: Body, respond: Respond, client: WebClient, *, bot: Bot) -> None:
    """The button below a key that was looked up."""
    ack()
    with explains(respond, bot), bot.connect() as db:
        by = staff_in(body, bot)
        view = _ask(db, bot, "void", int(body["actions"][0]["value"]), by=by, ref="", page=1)
        client.views_open(trigger_id=body["trigger_id"], view=placed(view, body))


ASKED = {"hand_over": license_key_cards.hand_over_modal, "void": license_key_cards.void_modal}


def _ask(db: Database, bot: Bot, what: str, key_id: int, *, by: Staff, ref: str, page: int) -> Block:
    now = bot.clock.now()
    found, asks_code = license_keys.get_movable(db, bot.desk, key_id=key_id, by=by, now=now)
    return ASKED[what](found, {"ref": ref, "page": page}, asks_code=asks_code, words=words(bot))


def _send_again(db: Database, bot: Bot, seat_id: int, by: Staff) -> str:
    mail = license_keys.send_again(db, bot.desk, seat_id=seat_id, by=by, now=bot.clock.now())
    return words(bot).say("keys.done.again", to=safe(mail.to))


def _mark_used(db: Database, bot: Bot, key_id: int, by: Staff) -> str:
    license_keys.mark_used(db, key_id=key_id, now=bot.clock.now(), by=by)
    return words(bot).say("keys.done.used")


DONE: dict[str, Callable[[Database, Bot, int, Staff], str]] = {"again": _send_again, "used": _mark_used}
Decide = Callable[[Database, Bot, license_key_cards.Typed, Staff], str]


def on_submitted(ack: Ack, body: Body, respond: Respond, *, bot: Bot, decide: Decide) -> None:
    """Decide, then ack: what is wrong stands at its field, what was done above the keys."""
    entered = license_key_cards.read_typed(body["view"])
    ref, page = license_key_cards.read_page(body["view"])
    try:
        with bot.connect() as db:
            by = staff_in(body, bot)
            done = decide(db, bot, entered, by)
            view = _view(db, bot, ref, by=by, page=page, notice=done) if ref else None
    except Refusal as refusal:
        field = FIELDS.get(type(refusal), "")
        at = field if field in entered.values else next(iter(entered.values))
        keep_open(ack, at, refusal, bot)
        return
    if view is not None:
        ack(response_action="update", view=placed(view, body))
        return
    ack()
    show(respond, Card(text=done, blocks=[section(done)]))


def _hand_over(db: Database, bot: Bot, entered: license_key_cards.Typed, by: Staff) -> str:
    seat = license_keys.hand_over(
        db,
        bot.desk,
        seat_id=int(entered.about["seat"]),
        seen=str(entered.about["seen"]),
        to=entered.holder,
        by=by,
        now=bot.clock.now(),
        code=entered.code,
    )
    return words(bot).say("keys.done.hand_over", holder=safe(seat.holder.name) if seat.holder else "")


def _void(db: Database, bot: Bot, entered: license_key_cards.Typed, by: Staff) -> str:
    key = license_keys.void(
        db,
        bot.desk,
        key_id=int(entered.about["key"]),
        seen=str(entered.about["seen"]),
        why=KeyVoided(entered.values["reason"]),
        by=by,
        now=bot.clock.now(),
        code=entered.code,
    )
    return words(bot).say("keys.done.void", key=safe(key.masked, 40))
