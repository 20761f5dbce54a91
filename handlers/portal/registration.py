"""The pages behind an invitation: get started, fill in, check, submit; and how to get a new link.

GET shows, POST acts; what acted answers by a redirect, so that a reload does nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Blueprint, Flask, Response, abort, request, url_for

from bot.domain.errors import LinkExpired, LinkUnknown
from bot.domain.registration import Fault, Stage, digest
from bot.domain.registration_refusals import DraftChanged, NotTicked
from bot.rendering.pages.registration import entered, listed, sections
from bot.services import registration
from bot.services.registration import Invitation
from handlers.portal.frame import Frame

Act = Callable[[str, Frame], Response]


def register(app: Flask, frame: Frame) -> None:
    room = Blueprint("registration", __name__)
    room.add_url_rule("/register", "ask", frame.view(show_asking))
    room.add_url_rule("/register", "asked", frame.view(ask_again), methods=["POST"])
    room.add_url_rule("/register/sent", "sent", frame.view(show_sent))
    room.add_url_rule("/register/<token>", "show", frame.view(show))
    room.add_url_rule("/register/<token>", "act", frame.view(act), methods=["POST"])
    room.add_url_rule("/register/<token>/again", "again", frame.view(mail_again), methods=["POST"])
    frame.takes_links(room)
    app.register_blueprint(room)


def show(token: str, *, frame: Frame) -> Response:
    try:
        return _page(_get(token, frame), frame)
    except (LinkUnknown, LinkExpired):
        return _over(token, frame)


def act(token: str, *, frame: Frame) -> Response:
    do = _ACTS.get(request.form.get("do", ""))
    if do is None:
        abort(400)
    try:
        return do(token, frame)
    except (LinkUnknown, LinkExpired):
        return _over(token, frame)


def _start(token: str, frame: Frame) -> Response:
    with frame.bot.connect() as db:
        registration.begin(db, token=token, now=frame.bot.clock.now())
    return _on(token, frame)


def _next(token: str, frame: Frame) -> Response:
    with frame.bot.connect() as db:
        saved = registration.save(
            db, frame.bot.desk, token=token, typed=request.form, now=frame.bot.clock.now()
        )
    if saved is None or not saved.faults:
        return _on(token, frame)
    return _page(_get(token, frame), frame, faults=saved.faults, status=400)


def _back(token: str, frame: Frame) -> Response:
    with frame.bot.connect() as db:
        registration.go_back(db, token=token, now=frame.bot.clock.now())
    return _on(token, frame)


def _submit(token: str, frame: Frame) -> Response:
    given, now = request.form, frame.bot.clock.now()
    try:
        with frame.bot.connect() as db:
            registration.submit(
                db,
                frame.bot.desk,
                token=token,
                seen=given.get("seen", ""),
                ticked=given.get("checked") == "yes",
                now=now,
            )
    except NotTicked:
        return _page(_get(token, frame), frame, note="tick", status=400)
    except DraftChanged:
        return _page(_get(token, frame), frame, note="changed", status=409)
    return _on(token, frame)


_ACTS: dict[str, Act] = {"start": _start, "next": _next, "back": _back, "submit": _submit}


def _on(token: str, frame: Frame) -> Response:
    return frame.pages.go("registration.show", token=token)


def _get(token: str, frame: Frame) -> Invitation:
    with frame.bot.connect() as db:
        return registration.get_invitation(db, token, now=frame.bot.clock.now())


def _page(
    found: Invitation, frame: Frame, *, faults: Sequence[Fault] = (), note: str = "", status: int = 200
) -> Response:
    if found.is_live:
        return _done(frame)
    say, stage = frame.pages.words(), found.registration.stage
    state = stage if found.may_act else Stage.SUBMITTED
    given: dict[str, Any] = {"invitation": found, "note": note}
    if state is Stage.FORM:
        draft = found.registration.draft
        given["sections"] = sections(draft, faults, say, email=found.registration.email)
        given["faults"] = listed(faults, say)
    elif state is not Stage.INVITED:
        given["seen"] = digest(found.registration.draft)
        given["entered"] = entered(registration.get_registered(frame.bot.desk, found), say)
    return frame.pages.render("register.html", status=status, state=str(state), **given)


def _done(frame: Frame) -> Response:
    """Approved: the link has done its work, and shows nothing of the organisation any more."""
    say = frame.pages.words().say
    return frame.pages.render(
        "way_back.html",
        title=say("page.register.live.title"),
        text=say("page.register.live.text"),
        post="",
        link="/sign-in",
        button=say("page.sign_in.button"),
        ask=True,
        sign_in=False,
    )


def mail_again(token: str, *, frame: Frame) -> Response:
    """A new link goes to the address on file, if it would open anything; everybody is told the same."""
    with frame.bot.connect() as db:
        registration.renew(db, frame.bot.desk, token=token, now=frame.bot.clock.now())
    return frame.pages.go("registration.sent")


def show_sent(*, frame: Frame) -> Response:
    return frame.pages.render("register_again.html", state="sent")


def show_asking(
    *,
    frame: Frame,
    state: str = "ask",
    status: int = 200,
    wish: Mapping[str, str] | None = None,
    note: str = "",
) -> Response:
    """`wish`: what a partner has typed whose address is none, or cannot be theirs (`note`)."""
    extranet = frame.bot.desk.policy.extranet
    return frame.pages.render(
        "register_again.html",
        status=status,
        state=state,
        asks_partner=extranet.keeps_accounts,
        extranet=extranet,
        wish=wish,
        note=note,
    )


def ask_again(*, frame: Frame) -> Response:
    """Whether or not an invitation is open for that address, the page says the same."""
    email = registration.read_address(request.form.get("email", ""))
    if not email:
        return show_asking(frame=frame, state="wrong", status=400)
    with frame.bot.connect() as db:
        registration.ask_again(db, frame.bot.desk, email=email, now=frame.bot.clock.now())
    return frame.pages.go("registration.sent")


def _over(token: str, frame: Frame) -> Response:
    """Never was, or too old: the page does not say which. Whose place somebody else has reads that."""
    with frame.bot.connect() as db:
        end = registration.find_end(db, token)
    again = url_for("registration.again", token=token)
    return frame.pages.render("register_again.html", status=404, state=str(end), again=again)
