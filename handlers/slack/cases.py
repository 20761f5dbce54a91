"""Buttons and modals of a case's card."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Literal

from slack_bolt import Ack, App
from slack_sdk import WebClient
from sqlite_utils import Database

from bot.bootstrap import Bot
from bot.domain.approvals import check_is_staff
from bot.domain.cases import Case
from bot.domain.errors import Refusal, WordsCame
from bot.domain.staff import Staff
from bot.domain.step_refusals import OfferChanged
from bot.rendering import approving, cards, case_view, modals
from bot.rendering.blocks import Block, Card
from bot.rendering.queue import done_card
from bot.services import approvals, case_versions, cases, views
from handlers.slack import markup, reading
from handlers.slack.answers import (
    Body,
    Respond,
    explains,
    keep_open,
    placed,
    settle,
    show,
    staff_in,
    words,
)
from handlers.slack.lines import Line, is_courtesy


def register(app: App, bot: Bot) -> None:
    app.action("case_approve")(partial(on_approve, bot=bot))
    app.view("case_approve")(partial(on_approve_submitted, bot=bot))
    for action in ("case_reject", "case_reject_typed"):
        app.action(action)(partial(on_reject, bot=bot))
    app.view("case_reject")(partial(on_reject_submitted, bot=bot))
    app.action("case_open")(partial(on_open, bot=bot))
    app.action("case_version")(partial(on_version, bot=bot))


def seen_in(body: Body) -> tuple[str, str]:
    """The case a button is about and the hash of what its card showed."""
    action = body["actions"][0]
    return str(action["value"]), str(action["block_id"]).rpartition(":")[2]


def _shown_in(body: Body) -> tuple[str, int]:
    """The seal of the price and the newest words that were shown beside the button; "" and 0 for none."""
    return approving.read_row(str(body["actions"][0]["block_id"]))


def show_case(line: Line) -> Card:
    """`/usher case C-7`."""
    check_is_staff(line.staff)
    line.check_names_one()
    ref, rest = line.take_ref()
    if rest.lower() == reading.HISTORY:
        return reading.show_history(line)
    bot, now = line.bot, line.bot.clock.now()
    with bot.connect() as db:
        card = cases.get_card(db, bot.desk, ref, viewer=line.staff, now=now)
        views.note(db, bot.desk, [card.case.ref], viewer=line.staff, now=now)
    return cards.case_card(card, words=words(bot))


def _confirm(line: Line, action: Literal["approve", "reject"]) -> Card:
    """Show the current card with the one button that decides: what one approves is what one sees."""
    check_is_staff(line.staff)  # before anybody hears whether there is such a case
    ref, note = line.take_text()
    if action == "approve":
        line.check_names_one()
    bot, now = line.bot, line.bot.clock.now()
    with bot.connect() as db:
        card = cases.get_decidable_card(db, bot.desk, ref, line.staff, now=now)
        views.note(db, bot.desk, [card.case.ref], viewer=line.staff, now=now)
    noted = "" if is_courtesy(note) else markup.typed(note)
    return cards.confirm_card(card, action, note=noted, words=words(bot))


def confirm_approve(line: Line) -> Card:
    return _confirm(line, "approve")


def confirm_reject(line: Line) -> Card:
    return _confirm(line, "reject")


def on_approve(ack: Ack, body: Body, respond: Respond, client: WebClient, *, bot: Bot) -> None:
    """Decide; where that is grave, or somebody has to say what pays, a modal asks first."""
    ack()
    (ref, seen), (offer, read_to) = seen_in(body), _shown_in(body)
    with explains(respond, bot), _shown_anew(respond, body, ref, bot), bot.connect() as db:
        by, now = staff_in(body, bot), bot.clock.now()
        who = bot.staff.who
        asked = approvals.find_asked(db, bot.desk, ref=ref, seen=seen, by=by, now=now, offer=offer, who=who)
        if asked is not None:
            view = placed(approving.approve_modal(asked, words=words(bot)), body)
            client.views_open(trigger_id=body["trigger_id"], view=view)
            return
        case = approvals.approve(
            db, bot.desk, ref=ref, seen=seen, by=by, now=now, offer=offer, read_to=read_to, who=who
        )
        settle(respond, body, done_card(_approved(case, bot), words=words(bot)))


def on_approve_submitted(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    """Decide, then ack: what is wrong stands at the field."""
    typed = approving.read_approval(body["view"])
    ref, seen = typed.about["ref"], typed.about["content_hash"]
    try:
        with bot.connect() as db:
            by, now = staff_in(body, bot), bot.clock.now()
            case = approvals.approve(
                db,
                bot.desk,
                ref=ref,
                seen=seen,
                by=by,
                now=now,
                code=typed.code,
                purchase_order=typed.purchase_order,
                offer=typed.about.get("offer", ""),
                read_to=typed.about.get("read_to", 0),
                who=bot.staff.who,
            )
    except WordsCame as came:
        _ask_again(ack, body, typed, came, bot)
    except Refusal as refusal:
        keep_open(ack, typed.field_of(refusal), refusal, bot)
    else:
        ack()
        show(respond, done_card(_approved(case, bot), words=words(bot)))


def _ask_again(ack: Ack, body: Body, typed: approving.Typed, came: WordsCame, bot: Bot) -> None:
    """The modal as it is now, with the words that came since it was opened."""
    about, asked = typed.about, None
    try:
        with bot.connect() as db:
            asked = approvals.find_asked(
                db,
                bot.desk,
                ref=about["ref"],
                seen=about["content_hash"],
                by=staff_in(body, bot),
                now=bot.clock.now(),
                offer=about.get("offer", ""),
                read_to=about.get("read_to", 0),
                who=bot.staff.who,
            )
    except Refusal as refusal:
        keep_open(ack, typed.field_of(refusal), refusal, bot)
        return
    if asked is None:
        keep_open(ack, typed.field_of(came), came, bot)
        return
    ack(response_action="update", view=placed(approving.approve_modal(asked, words=words(bot)), body))


@contextmanager
def _shown_anew(respond: Respond, body: Body, ref: str, bot: Bot) -> Iterator[None]:
    """Where the price has changed or words have come, whoever clicked sees the card as it is now."""
    try:
        yield
    except (OfferChanged, WordsCame):
        with bot.connect() as db:
            card = cases.get_decidable_card(db, bot.desk, ref, staff_in(body, bot), now=bot.clock.now())
        show(respond, cards.confirm_card(card, "approve", words=words(bot)))
        raise


def _approved(case: Case, bot: Bot) -> str:
    return words(bot).say("slack.approved" if case.decision else "slack.approved_first", ref=case.ref)


def on_reject(ack: Ack, body: Body, respond: Respond, client: WebClient, *, bot: Bot) -> None:
    """Ask for the reason; a click that could not decide is told so before anyone types."""
    ack()
    ref, note = modals.read_typed(seen_in(body)[0])
    with explains(respond, bot), bot.connect() as db:
        card = cases.get_decidable_card(db, bot.desk, ref, staff_in(body, bot), now=bot.clock.now())
        view = placed(modals.reject_modal(card, note=note, words=words(bot)), body)
        client.views_open(trigger_id=body["trigger_id"], view=view)


def on_reject_submitted(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    """Decide, then ack: a refusal stands in the modal, where the person is looking."""
    given = modals.read_reject(body["view"])
    try:
        with bot.connect() as db:
            approvals.reject(
                db,
                bot.desk,
                ref=given.ref,
                seen=given.seen,
                by=staff_in(body, bot),
                reason=given.reason,
                note=given.note,
                now=bot.clock.now(),
            )
    except Refusal as refusal:
        keep_open(ack, "reason", refusal, bot)
    else:
        ack()
        show(respond, done_card(words(bot).say("slack.rejected", ref=given.ref), words=words(bot)))


def on_open(ack: Ack, body: Body, respond: Respond, client: WebClient, *, bot: Bot) -> None:
    """The whole case, with its earlier versions."""
    ack()
    ref, _ = seen_in(body)
    with explains(respond, bot), bot.connect() as db:
        view = _view(db, bot, ref, by=staff_in(body, bot))
        client.views_open(trigger_id=body["trigger_id"], view=view)


def on_version(ack: Ack, body: Body, respond: Respond, client: WebClient, *, bot: Bot) -> None:
    """Another version takes the place of the one shown."""
    ack()
    ref = case_view.read_ref(body["view"])
    number = int(body["actions"][0]["selected_option"]["value"])
    with explains(respond, bot), bot.connect() as db:
        view = _view(db, bot, ref, number, by=staff_in(body, bot))
        client.views_update(view_id=body["view"]["id"], view=view)


def _view(db: Database, bot: Bot, ref: str, number: int | None = None, *, by: Staff) -> Block:
    check_is_staff(by)
    shown = case_versions.get_view(db, ref, number)
    views.note(db, bot.desk, [shown.case.ref], viewer=by, now=bot.clock.now())
    return case_view.case_view(shown, words=words(bot))
