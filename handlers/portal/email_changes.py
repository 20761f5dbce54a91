"""The page behind the link that each end of a change of address gets: GET shows, what is typed acts."""

from flask import Blueprint, Flask, Response, request

from bot.domain.accounts import fold_user_id
from bot.domain.cooling import CoolingNotice
from bot.domain.email_changes import Bearer, ChangeState, EmailChange
from bot.domain.errors import LinkExpired, LinkUnknown
from bot.services import email_changes
from handlers.portal.frame import Frame

REFUSED = 400
#: what is said of a change, by how far it is
SAID = {
    ChangeState.ASKED: "waits",
    ChangeState.AGREED: "waits",
    ChangeState.COOLING: "cools",
    ChangeState.CHANGED: "changed",
    ChangeState.STOPPED: "refused",
}


def register(app: Flask, frame: Frame) -> None:
    room = Blueprint("email_changes", __name__)
    room.add_url_rule("/email/<token>", "show", frame.view(show))
    room.add_url_rule("/email/<token>", "answer", frame.view(answer), methods=["POST"])
    frame.takes_links(room)
    app.register_blueprint(room)


def show(token: str, *, frame: Frame, wrong: str = "") -> Response:
    try:
        with frame.bot.connect() as db:
            change, bearer, account = email_changes.get_change(db, token, now=frame.bot.clock.now())
            notice = email_changes.find_notice(db, account, change)
    except (LinkUnknown, LinkExpired):
        answered = _find_answered(token, frame)
        if answered is None:
            raise
        return answered
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
    """Yes needs the User ID typed, and no a tick: a program that presses every button has neither.

    Of two clicks the second is led to the same page as the first, which says how it stands.
    """
    try:
        return _answer(token, frame)
    except (LinkUnknown, LinkExpired):
        return _go(token, frame)


def _answer(token: str, frame: Frame) -> Response:
    form, now = request.form, frame.bot.clock.now()
    with frame.bot.connect() as db:
        _, bearer, account = email_changes.get_change(db, token, now=now)
    if form.get("do") == "no" or bearer.end is None:
        if form.get("do") != "no" or not form.get("sure"):
            return show(token, frame=frame, wrong="tick")
        with frame.bot.connect() as db:
            email_changes.refuse(db, token, now=now)
        return _go(token, frame)
    if form.get("do") != "yes" or fold_user_id(form.get("user_id", "")) != account.user_id:
        return show(token, frame=frame, wrong="user_id")
    with frame.bot.connect() as db:
        email_changes.confirm(db, frame.bot.desk, token, now=now)
    return _go(token, frame)


def _go(token: str, frame: Frame) -> Response:
    return frame.pages.go("email_changes.show", token=token)


def _find_answered(token: str, frame: Frame) -> Response | None:
    """How it stands, to whoever holds a link that asks nothing any more; None where nothing is told."""
    now = frame.bot.clock.now()
    with frame.bot.connect() as db:
        found = email_changes.find_answered(db, token, now=now)
        if found is None:
            return None
        change, bearer, account = found
        notice = email_changes.find_notice(db, account, change)
    said = SAID[change.state_at(now)]
    in_vain = bearer is Bearer.NEW and notice is not None and notice.told.in_vain and said != "refused"
    return frame.pages.render(
        "email_change.html",
        of=account.programme,
        state=_whose(change) + said,
        untold=notice.told if notice and in_vain else "",
        due=_due(change, notice, frame),
    )


def _whose(change: EmailChange) -> str:
    """Whose wish it is: the beginning of what is said about it."""
    return "desk_" if change.asked_by else ""


def _due(change: EmailChange, notice: CoolingNotice | None, frame: Frame) -> str:
    """From when on it counts where somebody stands in for the old address; "" where nobody does."""
    counts_from = change.counts_from(notice)
    return frame.pages.words().instant(counts_from) if counts_from else ""
