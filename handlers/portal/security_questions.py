"""Change Security Questions, under My Account: the password is asked again."""

from flask import Blueprint, Flask, Response, request

from bot.domain.errors import Refusal
from bot.domain.password_refusals import PasswordWrong, TriesResting
from bot.domain.security_questions import HOW_MANY, Given
from bot.domain.sessions import Visitor
from bot.rendering.pages.questions import Questions, questions
from bot.services import security_questions
from handlers.portal.frame import Frame
from handlers.portal.visitors import signed_in

WRONG = 400


def register(app: Flask, frame: Frame) -> None:
    room = Blueprint("security_questions", __name__)
    room.add_url_rule("/security-questions", "show", signed_in(frame, show))
    room.add_url_rule("/security-questions", "change", signed_in(frame, change), methods=["POST"])
    room.add_url_rule("/security-questions/changed", "changed", signed_in(frame, show_changed))
    frame.guards.own_tries(room)
    app.register_blueprint(room)


def given_answers() -> list[Given]:
    """The three questions and answers of a form, as they were sent; "" for what is missing."""
    return [
        Given(request.form.get(f"question{number}", ""), request.form.get(f"answer{number}", ""))
        for number in range(1, HOW_MANY + 1)
    ]


def show(*, frame: Frame, visitor: Visitor) -> Response:
    del visitor  # which questions they have is no page's to tell
    return _page(questions(frame.pages.words()), frame)


def change(*, frame: Frame, visitor: Visitor) -> Response:
    given, words = given_answers(), frame.pages.words()
    password = request.form.get("current", "")
    try:
        with frame.bot.connect() as db:
            faults = security_questions.change(
                db, frame.bot.desk, visitor, password=password, given=given, now=frame.bot.clock.now()
            )
    except (PasswordWrong, TriesResting) as no:
        return _page(questions(words, given), frame, no)
    if faults:
        return _page(questions(words, given, faults), frame)
    return frame.pages.go("security_questions.changed")


def show_changed(*, frame: Frame, visitor: Visitor) -> Response:
    del visitor
    say = frame.pages.words().say
    return frame.pages.render(
        "way_back.html",
        title=say("page.questions.title"),
        text=say("page.questions.done"),
        post="",
        link="/dashboard",
        button=say("page.change.dashboard"),
        ask=False,
        sign_in=False,
    )


def _page(form: Questions, frame: Frame, no: Refusal | None = None) -> Response:
    return frame.pages.render(
        "security_questions.html",
        status=WRONG if form.faults or no else 200,
        form=form,
        note=frame.pages.words().refusal(no) if no else "",
    )
