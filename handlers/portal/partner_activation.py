"""The second step behind a partner's password mail: an authenticator app, whose first code activates all."""

from flask import Blueprint, Flask, Response, request, url_for

from bot.domain.errors import LinkExpired, LinkUnknown
from bot.domain.password_refusals import DraftGone
from bot.rendering.pages.enrolment import shown
from bot.services import partner_activation as services
from bot.services import sessions
from handlers.portal import activation, visitors
from handlers.portal.frame import Frame

WRONG = 400


def register(app: Flask, frame: Frame) -> None:
    room = Blueprint("partner_activation", __name__)
    page = "/activate/<token>/authenticator/<draft>"
    room.add_url_rule(page, "ask", frame.view(ask))
    room.add_url_rule(page, "complete", frame.view(complete), methods=["POST"])
    frame.guards.links(room)
    app.register_blueprint(room)


def ask(token: str, draft: str, *, frame: Frame, refused: str = "") -> Response:
    try:
        with frame.bot.connect() as db:
            found = services.get_enrolment(db, frame.bot.desk, token, draft, now=frame.bot.clock.now())
    except (DraftGone, LinkUnknown, LinkExpired):
        return activation.show(token, frame=frame)  # which says what to do
    say = frame.pages.words().say
    return frame.pages.render(
        "partner_authenticator.html",
        status=WRONG if refused else 200,
        eyebrow=f"{say('page.activate.title')} · {say('page.activate.step', number=2)}",
        title=say("page.enroll.open.title"),
        lead=say("page.partner_authenticator.lead"),
        refused=refused,
        device=shown(found, frame.pages.words()),
        asks_current=False,
        action=url_for("partner_activation.complete", token=token, draft=draft),
    )


def complete(token: str, draft: str, *, frame: Frame) -> Response:
    """Everything at once: the account is active, and this browser is signed in to it with both factors."""
    bot, code, now = frame.bot, request.form.get("code", ""), frame.bot.clock.now()
    try:
        with bot.connect() as db:
            visit = services.complete(db, bot.desk, token, draft, code, now=now)
            if visit:
                sessions.end(db, visitors.token(), now=now)  # of whoever was signed in here before
    except (DraftGone, LinkUnknown, LinkExpired):
        return activation.show(token, frame=frame)
    if not visit:
        return ask(token, draft, frame=frame, refused=frame.pages.words().say("page.enroll.wrong"))
    visitors.remember(visit)
    return frame.pages.go("partner_home.codes")
