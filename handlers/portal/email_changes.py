"""The page behind the link that each end of a change of address gets: GET shows, what is typed acts."""

from flask import Blueprint, Flask, Response, request

from bot.domain.accounts import fold_user_id
from bot.domain.email_changes import EmailChange, End
from bot.services import email_changes
from handlers.portal.frame import Frame

REFUSED = 400


def register(app: Flask, frame: Frame) -> None:
    room = Blueprint("email_changes", __name__)
    room.add_url_rule("/email/<token>", "show", frame.view(show))
    room.add_url_rule("/email/<token>", "answer", frame.view(answer), methods=["POST"])
    frame.takes_links(room)
    app.register_blueprint(room)


def show(token: str, *, frame: Frame, wrong: str = "") -> Response:
    with frame.bot.connect() as db:
        change, end, _ = email_changes.get_change(db, token, now=frame.bot.clock.now())
    cools = change.agreed_by and end is End.OLD
    return frame.pages.render(
        "email_change.html",
        status=REFUSED if wrong else 200,
        state="asked",
        change=change,
        lead=_whose(change) + end + ("_cooling" if cools else ""),
        due=_due(change, frame),
        token=token,
        wrong=wrong,
    )


def answer(token: str, *, frame: Frame) -> Response:
    """Yes needs the User ID typed, and no a tick: a program that presses every button has neither."""
    form, now = request.form, frame.bot.clock.now()
    with frame.bot.connect() as db:
        change, end, account = email_changes.get_change(db, token, now=now)
    asked = _whose(change)
    if form.get("do") == "no":
        if not form.get("sure"):
            return show(token, frame=frame, wrong="tick")
        with frame.bot.connect() as db:
            email_changes.refuse(db, token, now=now)
        return frame.pages.render("email_change.html", state=f"{asked}refused")
    if form.get("do") != "yes" or fold_user_id(form.get("user_id", "")) != account.user_id:
        return show(token, frame=frame, wrong="user_id")
    with frame.bot.connect() as db:
        changed = email_changes.confirm(db, frame.bot.desk, token, now=now)
    waits = "cools" if change.agreed_by and end is End.NEW else "waits"
    state = asked + ("changed" if changed else waits)
    return frame.pages.render("email_change.html", state=state, due=_due(change, frame))


def _whose(change: EmailChange) -> str:
    """Whose wish it is: the beginning of what is said about it."""
    return "desk_" if change.asked_by else ""


def _due(change: EmailChange, frame: Frame) -> str:
    return frame.pages.words().instant(change.due_at) if change.due_at else ""
