"""The page behind an administrator's invitation: its owner registers, and goes on to activate."""

import json

from flask import Blueprint, Flask, Response, request, session

from bot.domain.accounts import Origin
from bot.domain.errors import LinkExpired, LinkUnknown
from bot.domain.member_refusals import MemberThere
from bot.domain.members import read_member
from bot.domain.registration import PERSON
from bot.rendering.pages.members import fields, listed
from bot.services import member_invitations
from handlers.portal.frame import Frame

REFUSED = 400


def register(app: Flask, frame: Frame) -> None:
    room = Blueprint("joining", __name__)
    room.add_url_rule("/join/<token>", "show", frame.view(show))
    room.add_url_rule("/join/<token>", "join", frame.view(join), methods=["POST"])
    room.add_url_rule("/join/<token>/again", "again", frame.view(mail_again), methods=["POST"])
    room.add_url_rule("/join/sent", "show_sent", frame.view(show_sent))
    frame.takes_links(room)
    app.register_blueprint(room)


def show(token: str, *, frame: Frame) -> Response:
    try:
        return _form(token, frame, {}, {})
    except (LinkUnknown, LinkExpired):
        return _over(token, frame)


def join(token: str, *, frame: Frame) -> Response:
    """Their name has to be typed, so that no program that opens links registers anybody."""
    now = frame.bot.clock.now()
    given = {name: request.form.get(name, "") for name in PERSON}
    try:
        with frame.bot.connect() as db:
            invited, _ = member_invitations.get_invited(db, token, now=now)
        said = given | {"email": invited.email, "role": invited.role, "language": invited.lang}
        new, faults = read_member(said, origin=Origin.INVITED)
        if new is None:
            return _form(token, frame, given, faults)
        with frame.bot.connect() as db:
            activating = member_invitations.join(
                db, frame.bot.desk, token, new, sent=_fingerprint(given), now=now
            )
    except MemberThere as refusal:
        there = frame.pages.words().say("page.join.there", user_id=refusal.values["user_id"])
        return _form(token, frame, given, {}, there)
    except (LinkUnknown, LinkExpired):
        return _join_again(token, frame, given)
    return frame.pages.go("activation.show", token=activating)


def _join_again(token: str, frame: Frame, given: dict[str, str]) -> Response:
    """A double click and a reload send twice what has been done: they are answered as it was."""
    with frame.bot.connect() as db:
        activating = member_invitations.find_joined(db, token, sent=_fingerprint(given))
    return frame.pages.go("activation.show", token=activating) if activating else _over(token, frame)


def _fingerprint(given: dict[str, str]) -> str:
    """What was typed, and in which browser: each has a key of its own against forged forms."""
    return json.dumps([session.get("csrf_token", ""), given])


def mail_again(token: str, *, frame: Frame) -> Response:
    """A new link goes to the address that was invited, if it may be; everybody is told the same."""
    with frame.bot.connect() as db:
        member_invitations.renew(db, frame.bot.desk, token, now=frame.bot.clock.now())
    return frame.pages.go("joining.show_sent")


def show_sent(*, frame: Frame) -> Response:
    say = frame.pages.words().say
    return frame.pages.render(
        "way_back.html",
        title=say("page.activate.sent.title"),
        text=say("page.join.sent.text"),
        post="",
        link="",
        ask=True,
        sign_in=False,
    )


def _over(token: str, frame: Frame) -> Response:
    """Never was, used, or too old: the page does not say which. Whose invitation has ended reads that."""
    say = frame.pages.words().say
    with frame.bot.connect() as db:
        ended = member_invitations.has_ended(db, token)
    return frame.pages.render(
        "way_back.html",
        status=404,
        title=say("page.join.ended.title" if ended else "page.join.over.title"),
        text=say("page.join.ended.text" if ended else "page.join.over.text"),
        post="" if ended else f"/join/{token}/again",
        button=say("page.activate.over.button"),
        link="",
        ask=ended,
        sign_in=not ended,
    )


def _form(
    token: str, frame: Frame, given: dict[str, str], faults: dict[str, str], refused: str = ""
) -> Response:
    with frame.bot.connect() as db:
        invited, case = member_invitations.get_invited(db, token, now=frame.bot.clock.now())
    words = frame.pages.words()
    return frame.pages.render(
        "join.html",
        status=REFUSED if faults or refused else 200,
        invited=invited,
        company=case.ris.company.name,
        fields=fields(PERSON, given, faults, words, own=True),
        faults=listed(faults, words),
        refused=refused,
        token=token,
    )
