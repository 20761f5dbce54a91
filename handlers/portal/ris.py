"""The form: get it blank, and check a filled one before it is sent. Nothing that is checked here is kept."""

import io

from flask import Blueprint, Flask, Response, abort, request, send_file

from bot.domain.errors import TransientFailure
from bot.domain.mail import Attachment
from bot.domain.ris import Reading
from bot.rendering.pages.checked import checked
from bot.services import marking
from handlers.portal.frame import Frame

MAX_FILE_BYTES = 10_000_000  #: as much as is read of a file that comes by mail
MAX_BODY_BYTES = MAX_FILE_BYTES + 100_000  #: with the form's other fields
BUSY_SECONDS = 15.0  #: how long a check waits for those before it
RETRY_SECONDS = "60"


def register(app: Flask, frame: Frame) -> None:
    room = Blueprint("ris", __name__)
    check = frame.view(check_form)
    room.add_url_rule("/ris", "show", frame.view(show_form))
    room.add_url_rule("/ris", "check", check, methods=["POST"])
    room.add_url_rule("/ris/<name>", "blank", frame.view(get_blank))
    # It asks for the token itself, once it has made room for a file.
    frame.guards.csrf.exempt(check)
    frame.guards.files(room)
    app.register_blueprint(room)


def show_form(*, frame: Frame) -> Response:
    return _page(frame)


def get_blank(name: str, *, frame: Frame) -> Response:
    lang = next((lang for lang, known in marking.BLANK_NAMES.items() if known == name), None)
    if lang is None:
        abort(404)
    return _download(marking.blank_form(frame.bot.desk.policy, lang))


def check_form(*, frame: Frame) -> Response:
    """Say what is open in a file, or give it back with that marked: by the form's own rules alone.

    What the desk knows of organisations and people is never asked, so nobody learns it here.
    """
    request.max_content_length = MAX_BODY_BYTES
    frame.guards.csrf.protect()
    given = request.files.get("form")
    if given is None or not given.filename:
        return _page(frame, note="none", status=400)
    file = Attachment(name=given.filename, type="", content=given.stream.read(MAX_BODY_BYTES))
    if not frame.guards.checking.acquire(timeout=BUSY_SECONDS):
        return _busy(frame)
    try:
        return _answer(frame, file)
    except TransientFailure:  # no child can be started just now
        return _busy(frame)
    finally:
        frame.guards.checking.release()


def _answer(frame: Frame, file: Attachment) -> Response:
    bot, policy = frame.bot, frame.bot.desk.policy
    reading = marking.check_file(bot.desk, bot.reader, file)
    if request.form.get("do") != "mark" or not any(case.problems for case in reading.cases):
        return _page(frame, reading, file)
    lang = frame.pages.words().lang
    marked = marking.mark_file(policy, bot.marker, reading.cases, file=file, lang=lang)
    if marked is None:
        return _page(frame, reading, file, note="unmarked")
    return _download(marked.file)


def _page(
    frame: Frame,
    reading: Reading | None = None,
    file: Attachment | None = None,
    *,
    note: str = "",
    status: int = 200,
) -> Response:
    say, policy = frame.pages.words(), frame.bot.desk.policy
    result = checked(reading, file.name, say, policy.mag.applications) if reading and file else None
    return frame.pages.render(
        "ris.html",
        status=status,
        result=result,
        note=note,
        blanks=marking.BLANK_NAMES,
        most=MAX_FILE_BYTES,
        megabytes=MAX_FILE_BYTES // 1_000_000,
    )


def _busy(frame: Frame) -> Response:
    page = _page(frame, note="busy", status=503)
    page.headers["Retry-After"] = RETRY_SECONDS
    return page


def _download(file: Attachment) -> Response:
    return send_file(
        io.BytesIO(file.content), mimetype=file.type, as_attachment=True, download_name=file.name
    )
