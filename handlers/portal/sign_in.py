"""Sign in and out. Whoever cannot get in sees the same page, whatever the reason."""

from datetime import timedelta

from flask import Blueprint, Flask, Response, request

from bot.domain.lifecycle_refusals import LifeClosed
from bot.domain.password_refusals import AccountDeactivated
from bot.domain.programmes import Programme
from bot.domain.prolongation_refusals import AccountExpired
from bot.domain.sessions import IDLE, LONGEST, Ending
from bot.services import sessions
from bot.services import sign_in as services
from handlers.portal import visitors
from handlers.portal.frame import Frame

REFUSED = 400
FORBIDDEN = 403


def register(app: Flask, frame: Frame) -> None:
    room = Blueprint("sign_in", __name__)
    room.add_url_rule("/sign-in", "show", frame.view(show))
    room.add_url_rule("/sign-in", "sign_in", frame.view(sign_in), methods=["POST"])
    room.add_url_rule("/dashboard/sign-out", "sign_out", frame.view(sign_out), methods=["POST"])
    frame.guards.tries(room)
    app.register_blueprint(room)


def show(*, frame: Frame) -> Response:
    if visitor := visitors.find(frame):
        return frame.pages.go(visitors.place_of(visitor))
    return _page(frame, then=request.args.get("then", ""), ended=request.args.get("ended", ""))


def sign_in(*, frame: Frame) -> Response:
    name, password = request.form.get("name", ""), request.form.get("password", "")
    then = request.form.get("then", "")
    desk, now = frame.bot.desk, frame.bot.clock.now()
    try:
        with frame.bot.connect() as db:
            token = services.sign_in(db, desk, name=name, password=password, now=now)
            if token:
                sessions.end(db, visitors.token(), now=now)  # of whoever was signed in here before
    except (AccountExpired, LifeClosed) as end:
        return _ended(frame, end)
    except AccountDeactivated as end:
        return _deactivated(frame, end)
    if not token:
        return _page(frame, name=name, wrong=True, then=then)
    visitors.remember(token)
    visitor = visitors.find(frame)
    if visitor is None or visitor.account.is_partner:
        return frame.pages.go(visitors.place_of(visitor) if visitor else "sign_in.show")
    return frame.pages.go(then if then in visitors.BACK_TO else "dashboard.show")


def sign_out(*, frame: Frame) -> Response:
    with frame.bot.connect() as db:
        sessions.end(db, visitors.token(), now=frame.bot.clock.now())
    visitors.forget()
    return frame.pages.go("sign_in.show")


def _ended(frame: Frame, end: AccountExpired | LifeClosed) -> Response:
    """Their clock has run out: by mail it goes on, or with a new invitation."""
    words, closed = frame.pages.words(), isinstance(end, LifeClosed)
    return frame.pages.render(
        "way_back.html",
        of=Programme.EXTRANET,
        status=FORBIDDEN,
        title=words.say("page.prolong.closed.title" if closed else "page.prolong.expired.title"),
        text=words.say("page.prolong.closed.mailed") if closed else words.refusal(end),
        post="",
        link="/register" if closed else "",
        button=words.say("page.prolong.closed.button"),
        ask=True,
        sign_in=False,
    )


def _deactivated(frame: Frame, end: AccountDeactivated) -> Response:
    """Only a person opens it again."""
    return frame.pages.render(
        "way_back.html",
        of=Programme(str(end.values["programme"])),
        status=FORBIDDEN,
        title=frame.pages.words().say("page.prolong.shut.title"),
        text=frame.pages.words().refusal(end),
        post="",
        link="",
        ask=True,
        sign_in=False,
    )


def _page(frame: Frame, *, name: str = "", wrong: bool = False, then: str, ended: str = "") -> Response:
    """The same for both programmes, as far as their accounts are here."""
    extranet = frame.bot.desk.policy.extranet
    return frame.pages.render(
        "sign_in.html",
        of=Programme.MAG,
        status=REFUSED if wrong else 200,
        name=name,
        wrong=wrong,
        then=then if then in visitors.BACK_TO else "",
        ended=ended if ended in set(Ending) else "",
        idle_minutes=IDLE // timedelta(minutes=1),
        longest_hours=LONGEST // timedelta(hours=1),
        programmes=[one.name for one in frame.bot.desk.policy.with_accounts],
        extranet=extranet if extranet.keeps_accounts else None,
    )
