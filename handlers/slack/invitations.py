"""`/usher invite`: the modal that invites one partner, or looks through a file and invites all of it."""

from functools import partial

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.bootstrap import Bot
from bot.domain.account_views import InvitationAct, InvitationView
from bot.domain.errors import PermanentFailure, Refusal, TransientFailure, UnknownCommand
from bot.domain.invitation_files import Column, InviteFault
from bot.domain.partner_refusals import InvitationUnsound, NobodyNamed
from bot.domain.staff import Staff
from bot.rendering import invitation_cards, invitations
from bot.rendering.blocks import Block, Card, safe
from bot.rendering.invitations import Given
from bot.services import open_invitations, partner_invitations, partner_requests
from handlers.slack.answers import (
    Body,
    Respond,
    explains,
    keep_open,
    placed,
    refusal_text,
    settle,
    show,
    staff_in,
    words,
)
from handlers.slack.lines import Line
from handlers.slack.markup import typed
from handlers.slack.meanwhile import work_meanwhile


def register(app: App, bot: Bot) -> None:
    app.view(invitations.INVITE)(partial(on_given, bot=bot))
    app.action(invitations.REQUEST_INVITE)(partial(on_request, bot=bot))
    app.action(invitations.REQUEST_REFUSE)(partial(on_refuse, bot=bot))
    for act in InvitationAct:
        app.action(f"{invitation_cards.ACTION}{act}")(partial(on_act, bot=bot, act=act))
    app.action(invitation_cards.CORRECT)(partial(on_correct, bot=bot))
    app.view(invitation_cards.CORRECT)(partial(on_corrected, bot=bot))


def invite(line: Line) -> Card:
    """Open the modal, with the name and address that were typed; none can open from a message."""
    bot, say = line.bot, words(line.bot)
    partner_invitations.check_may_invite(bot.desk, by=line.staff)
    known = invitations.read_typed(typed(line.rest))
    if known is None:
        raise UnknownCommand(word=f"invite {typed(line.rest)}"[:40], nearest="invite")
    if not line.trigger_id:
        return Card(text=say.say("invite.in_slack"))
    view = invitations.invite_modal(bot.desk.policy.extranet.roles, known=known, words=say)
    bot.slack_client.views_open(trigger_id=line.trigger_id, view=view)
    return Card(text=say.say("invite.opened"))


def on_request(ack: Ack, body: Body, respond: Respond, client: WebClient, *, bot: Bot) -> None:
    """Somebody has asked: the modal with what they wrote."""
    ack()
    with explains(respond, bot), bot.connect() as db:
        by = staff_in(body, bot)
        partner_invitations.check_may_invite(bot.desk, by=by)
        asked = partner_requests.get_open(db, int(body["actions"][0]["value"]), by=by)
        view = invitations.invite_modal(bot.desk.policy.extranet.roles, asked=asked, words=words(bot))
        client.views_open(trigger_id=body["trigger_id"], view=placed(view, body))


def on_refuse(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    ack()
    with explains(respond, bot), bot.connect() as db:
        by, number = staff_in(body, bot), int(body["actions"][0]["value"])
        asked = partner_requests.refuse(db, request_id=number, by=by, now=bot.clock.now())
        settle(respond, body, words(bot).say("invite.refused", email=safe(asked.email, 120)))


def on_act(ack: Ack, body: Body, respond: Respond, *, bot: Bot, act: InvitationAct) -> None:
    """The card that was clicked is replaced by the invitation as it is now."""
    ack()
    with explains(respond, bot), bot.connect() as db:
        number, now = int(body["actions"][0]["value"]), bot.clock.now()
        view = open_invitations.act(db, bot.desk, act, number=number, by=staff_in(body, bot), now=now)
        settle(respond, body, _card(view, bot, done=act))


def on_correct(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    """Ask for the role and the language."""
    ack()
    with explains(respond, bot), bot.connect() as db:
        number, now = int(body["actions"][0]["value"]), bot.clock.now()
        view = open_invitations.get(db, number, by=staff_in(body, bot), now=now)
        modal = invitation_cards.correct_modal(view, bot.desk.policy.extranet.roles, words=words(bot))
        bot.slack_client.views_open(trigger_id=body["trigger_id"], view=placed(modal, body))


def on_corrected(ack: Ack, body: Body, respond: Respond, *, bot: Bot) -> None:
    """Correct it, then ack: a refusal stands at the field."""
    given = invitation_cards.read_correction(body["view"])
    try:
        with bot.connect() as db:
            view = open_invitations.correct(
                db, bot.desk, number=given.number, role=given.role, lang=given.lang,
                by=staff_in(body, bot), now=bot.clock.now(),
            )  # fmt: skip
    except Refusal as refusal:
        keep_open(ack, str(Column.ROLE), refusal, bot)
        return
    ack()
    show(respond, _card(view, bot, done="correct"))


def _card(view: InvitationView, bot: Bot, *, done: str) -> Card:
    return invitation_cards.invitation_card(view, bot.desk.policy.extranet.roles, words=words(bot), done=done)


def on_given(ack: Ack, body: Body, respond: Respond, client: WebClient, *, bot: Bot) -> None:
    """One person: decide, then ack. A file: say at once that it is looked at, then show what came of it."""
    given, by, say = invitations.read_given(body["view"]), staff_in(body, bot), words(bot)
    try:
        partner_invitations.check_may_invite(bot.desk, by=by)
        if not given.is_clear:
            raise NobodyNamed
        if not given.file_id:
            ack(response_action="update", view=invitations.said_modal(_invite(bot, given, by), words=say))
            return
    except Refusal as refusal:
        _refuse(ack, body, _explained(refusal, bot), bot)
        return
    doing = "invite.inviting" if given.digest else "invite.looking"
    work_meanwhile(
        ack,
        body,
        respond,
        client,
        bot=bot,
        doing=say.say(doing),
        work=lambda: _work(bot, given, by),
        said=partial(invitations.said_modal, words=say),
    )


def _invite(bot: Bot, given: Given, by: Staff) -> str:
    with bot.connect() as db:
        made = partner_invitations.invite(
            db, bot.desk, given.said, by=by, now=bot.clock.now(), request_id=given.request_id
        )
    said = {"email": safe(made.email, 120), "until": words(bot).date(made.until), "ref": made.ref}
    return words(bot).say("invite.done", **said)


def _explained(refusal: Refusal, bot: Bot) -> str:
    """What was typed and cannot be has its words where those of a file's rows stand."""
    if isinstance(refusal, InvitationUnsound):
        say = words(bot)
        column, fault = Column(str(refusal.values["column"])), InviteFault(str(refusal.values["fault"]))
        named = {"column": invitations.column_name(column, say), "fault": say.say(f"invite_fault.{fault}")}
        return say.refusal(InvitationUnsound(**named))
    return refusal_text(refusal, bot)


def _refuse(ack: Ack, body: Body, text: str, bot: Bot) -> None:
    """At a field that is there, or in the place of what was shown."""
    fields = [block["block_id"] for block in body["view"]["blocks"] if block["type"] == "input"]
    if fields:
        keep_open(ack, fields[0], text, bot)
    else:
        ack(response_action="update", view=invitations.said_modal(text, words=words(bot)))


def _work(bot: Bot, given: Given, by: Staff) -> Block:
    """Look through the file, or invite everybody of the one that was shown."""
    say, desk, roles = words(bot), bot.desk, bot.desk.policy.extranet.roles
    try:
        file = bot.chat.fetch_file(given.file_id, most=desk.policy.limits.form_bytes)
    except (TransientFailure, PermanentFailure) as exc:
        trouble = say.say("invite.lost", reason=safe(str(exc), 300))
        return invitations.invite_modal(roles, trouble=trouble, words=say)
    lang, role, now = given.said[Column.LANGUAGE], given.said[Column.ROLE], bot.clock.now()
    with bot.connect() as db:
        if given.digest:
            looked = partner_invitations.invite_all(
                db, desk, bot.reader, file, seen=given.digest, lang=lang, role=role, by=by, now=now
            )
        else:
            looked = partner_invitations.look(
                db, desk, bot.reader, name=file.name, content=file.content, lang=lang, role=role, now=now
            )
    if looked.invited:
        return invitations.said_modal(say.say("invite.all_done", count=len(looked.reading.good)), words=say)
    return invitations.looked_modal(
        looked.reading, given, roles, name=file.name, digest=looked.digest, words=say
    )
