"""The page behind the link that each end of a change of address gets: GET shows, what is typed acts."""

from flask import Blueprint, Flask, Response, request

from bot.domain.accounts import fold_user_id
from bot.domain.email_changes import Bearer, EmailChange, Notice
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
        change, bearer, account = email_changes.get_change(db, token, now=frame.bot.clock.now())
        notice = email_changes.find_notice(db, account, change)
    cools = change.agreed_by and bearer is Bearer.OLD
    return frame.pages.render(
        "email_change.html",
        of=account.programme,
        status=REFUSED if wrong else 200,
        state="asked",
        change=change,
        lead=_whose(change) + bearer + ("_cooling" if cools else ""),
        may_agree=bearer.end is not None,
        due=_due(change, notice, frame),
        token=token,
        wrong=wrong,
    )


def answer(token: str, *, frame: Frame) -> Response:
    """Yes needs the User ID typed, and no a tick: a program that presses every button has neither."""
    form, now = request.form, frame.bot.clock.now()
    with frame.bot.connect() as db:
        change, bearer, account = email_changes.get_change(db, token, now=now)
    asked = _whose(change)
    if form.get("do") == "no":
        if not form.get("sure"):
            return show(token, frame=frame, wrong="tick")
        with frame.bot.connect() as db:
            email_changes.refuse(db, token, now=now)
        return frame.pages.render(
            "email_change.html", of=account.programme, state=f"{asked}refused", untold=""
        )
    if bearer.end is None:
        return show(token, frame=frame, wrong="tick")
    if form.get("do") != "yes" or fold_user_id(form.get("user_id", "")) != account.user_id:
        return show(token, frame=frame, wrong="user_id")
    with frame.bot.connect() as db:
        changed = email_changes.confirm(db, frame.bot.desk, token, now=now)
        notice = email_changes.find_notice(db, account, change)
    waits = "cools" if change.agreed_by and bearer is Bearer.NEW else "waits"
    return frame.pages.render(
        "email_change.html",
        of=account.programme,
        state=asked + ("changed" if changed else waits),
        untold=notice.told if notice and notice.told.in_vain and bearer is Bearer.NEW else "",
        due=_due(change, notice, frame),
    )


def _whose(change: EmailChange) -> str:
    """Whose wish it is: the beginning of what is said about it."""
    return "desk_" if change.asked_by else ""


def _due(change: EmailChange, notice: Notice | None, frame: Frame) -> str:
    """From when on it counts where somebody stands in for the old address; "" where nobody does."""
    counts_from = change.counts_from(notice)
    return frame.pages.words().instant(counts_from) if counts_from else ""
