"""`/password`: whoever is signed in changes theirs; anybody else is led to Account Recovery."""

from flask import Blueprint, Flask, Response, request

from bot.domain.errors import Refusal
from bot.domain.password_refusals import PasswordMeanwhile, PasswordTooSoon, PasswordWrong, TriesResting
from bot.domain.passwords import PasswordFault
from bot.domain.sessions import Visitor
from bot.rendering.pages.passwords import new_password
from bot.services import passwords
from handlers.portal import recovery, visitors
from handlers.portal.frame import Frame
from handlers.portal.visitors import OF_BOTH, signed_in

WRONG = 400


def register(app: Flask, frame: Frame) -> None:
    room = Blueprint("passwords", __name__)
    room.add_url_rule("/password", "show", frame.view(show))
    room.add_url_rule("/password", "change", signed_in(frame, change, to=OF_BOTH), methods=["POST"])
    room.add_url_rule("/password/changed", "changed", signed_in(frame, show_changed, to=OF_BOTH))
    frame.guards.own_tries(room)
    app.register_blueprint(room)


def show(*, frame: Frame) -> Response:
    visitor = visitors.find(frame)
    if visitor is None or visitor.lacks_factor:
        return recovery.show(frame=frame)
    now = frame.bot.clock.now()
    with frame.bot.connect() as db:
        wait = passwords.get_wait(db, frame.bot.desk, visitor.account)
    no = PasswordTooSoon(until=wait) if wait is not None and now < wait else None
    return _page(visitor, frame, no=no)


def change(*, frame: Frame, visitor: Visitor) -> Response:
    current, new = request.form.get("current", ""), request.form.get("password", "")
    if new != request.form.get("again", ""):
        broken = passwords.find_plain_faults(frame.bot.desk, visitor.account, new)
        return _page(visitor, frame, broken=broken, unlike=True)
    try:
        with frame.bot.connect() as db:
            faults = passwords.change(
                db, frame.bot.desk, visitor, current=current, new=new, now=frame.bot.clock.now()
            )
    except (PasswordTooSoon, PasswordWrong, PasswordMeanwhile, TriesResting) as no:
        return _page(visitor, frame, no=no)
    return _page(visitor, frame, broken=faults) if faults else frame.pages.go("passwords.changed")


def show_changed(*, frame: Frame, visitor: Visitor) -> Response:
    say, is_partner = frame.pages.words().say, visitor.account.is_partner
    return frame.pages.render(
        "way_back.html",
        title=say("page.change.title"),
        text=say("page.change.done"),
        post="",
        link="/home" if is_partner else "/dashboard",
        button=say("page.partner_home.go" if is_partner else "page.change.dashboard"),
        ask=False,
        sign_in=False,
    )


def _page(
    visitor: Visitor,
    frame: Frame,
    *,
    broken: tuple[PasswordFault, ...] = (),
    unlike: bool = False,
    no: Refusal | None = None,
) -> Response:
    words, rules = frame.pages.words(), frame.bot.desk.policy.password_rules(visitor.account.programme)
    owner = passwords.owner_of(visitor.account)
    return frame.pages.render(
        "new_password.html",
        status=WRONG if broken or unlike or (no and request.method == "POST") else 200,
        title=words.say("page.change.title"),
        lead=words.say("page.change.lead"),
        note=words.refusal(no) if no else "",
        closed=isinstance(no, PasswordTooSoon),
        form=new_password(owner, rules, words, broken=broken, unlike=unlike),
        account=visitor.account,
        action="/password",
        question="",
        answer="",
        asks_current=True,
        button=words.say("page.change.button"),
    )
