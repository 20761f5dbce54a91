"""The doors an app knocks at: /api/, response urls and file uploads, with planned faults in between."""

import json
import secrets
import socket
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus

from flask import Blueprint, Response, request

from bot.sandbox.slack import replies
from bot.sandbox.slack.api.arguments import Arguments
from bot.sandbox.slack.api.methods import granted, perform
from bot.sandbox.slack.declined import Declined
from bot.sandbox.slack.faults import Fault
from bot.sandbox.slack.pulse import Json
from bot.sandbox.slack.state import Call, State

SECRET_ARGUMENTS = {"token"}
PNG = b"\x89PNG\r\n\x1a\n"


def blueprint(state: State) -> Blueprint:
    door = Blueprint("webapi", __name__)

    @door.route("/api/<method>", methods=["GET", "POST"])
    def call(method: str) -> Response:
        return with_faults(state, method, lambda: web_api(state, method))

    @door.post("/<any(actions, commands, app):kind>/<path:secret>")
    def respond(kind: str, secret: str) -> Response:
        return with_faults(state, "response_url", lambda: response_url(state, kind, secret))

    @door.post("/upload/v1/<ticket>")
    def upload(ticket: str) -> Response:
        return with_faults(state, "upload", lambda: receive_file(state, ticket))

    @door.get("/files-pri/<name>/<path:_>")
    def download(name: str, _: str) -> Response:
        return give_file(state, name)

    return door


def with_faults(state: State, method: str, work: Callable[[], Response]) -> Response:
    """The answer, unless a fault is planned for this call."""
    fault = state.faults.take(method)
    if fault is None:
        return work()
    state.faults.wait(fault.seconds)
    if fault.error or fault.cut == "before":
        state.record_call(Call(method=method, arguments={}, error=fault.error or "cut_before", planned=True))
        return cut() if fault.cut else failing(fault)
    answer = work()
    return cut() if fault.cut else answer


def failing(fault: Fault) -> Response:
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    body = json.dumps({"ok": False, "error": fault.error})
    return Response(body, fault.status, headers, content_type="application/json; charset=utf-8")


def cut() -> Response:
    """End the connection without an answer."""
    line = request.environ.get("werkzeug.socket")
    if isinstance(line, socket.socket):
        with suppress(OSError):  # the client may have gone first
            line.shutdown(socket.SHUT_RDWR)
    return Response(status=HTTPStatus.SERVICE_UNAVAILABLE)


def web_api(state: State, method: str) -> Response:
    given, token = read_request()
    try:
        answer: Json = {"ok": True} | perform(state, method, token, Arguments(given))
    except Declined as objection:
        answer = {"ok": False, "error": objection.code} | objection.more
        if objection.messages:
            answer |= {"errors": objection.messages, "response_metadata": {"messages": objection.messages}}
    arguments = {key: value for key, value in given.items() if key not in SECRET_ARGUMENTS}
    state.record_call(Call(method=method, arguments=arguments, error=answer.get("error", "")))
    headers = {
        "X-OAuth-Scopes": ",".join(sorted(granted(state))),
        "X-Slack-Req-Id": secrets.token_hex(16),
    }
    return Response(json.dumps(answer), headers=headers, content_type="application/json; charset=utf-8")


def read_request() -> tuple[Json, str]:
    """Arguments from query, form and JSON body, and the token from wherever it is."""
    given: Json = {**request.args.to_dict(), **request.form.to_dict()}
    if request.is_json:
        body = request.get_json(silent=True)
        if isinstance(body, dict):
            given |= body
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    token = bearer.strip() if scheme.lower() == "bearer" else str(given.get("token", ""))
    return given, token


def response_url(state: State, kind: str, secret: str) -> Response:
    body = request.get_json(silent=True, force=True)
    arguments = body if isinstance(body, dict) else {}
    try:
        hook = state.hooks.use_response_url(kind, secret)
        if not isinstance(body, dict):
            raise Declined("invalid_payload")  # noqa: TRY301 - one place turns refusals into answers
        replies.answer(state, hook, body)
    except Declined as objection:
        state.record_call(Call(method="response_url", arguments=arguments, error=objection.code))
        gone = objection.code in {"expired_url", "used_url", "no_team", "message_not_found"}
        status = HTTPStatus.NOT_FOUND if gone else HTTPStatus.BAD_REQUEST
        answer = {"ok": False, "error": objection.code, "response_metadata": {"messages": objection.messages}}
        return Response(json.dumps(answer), status, content_type="application/json; charset=utf-8")
    state.record_call(Call(method="response_url", arguments=arguments))
    return Response("ok", content_type="text/plain; charset=utf-8")


def receive_file(state: State, ticket: str) -> Response:
    if request.mimetype == "multipart/form-data":
        content = b"".join(file.read() for file in request.files.values())
    else:  # the SDK calls its raw bytes a form; read before anybody parses them
        content = request.get_data()
    try:
        upload = state.uploads.receive(ticket, content)
    except Declined as objection:
        return Response(objection.code, HTTPStatus.BAD_REQUEST, content_type="text/plain")
    return Response(f"OK - {upload.length}", content_type="text/plain")


def give_file(state: State, name: str) -> Response:
    """A file's content, always as a download: whatever it holds never runs in the page; a PNG shows there."""
    upload = state.uploads.find(name.partition("-")[2])
    browser = "Sec-Fetch-Site" in request.headers  # somebody who reads along in the page
    if not browser and request.headers.get("Authorization") != f"Bearer {state.bot_token}":
        return Response(status=HTTPStatus.FOUND, headers={"Location": state.url})  # Slack's log-in page
    if upload is None or upload.content is None:
        return Response("file_not_found", HTTPStatus.NOT_FOUND, content_type="text/plain")
    kind = "image/png" if upload.content.startswith(PNG) else "application/octet-stream"
    response = Response(upload.content, content_type=kind)
    response.headers.set("Content-Disposition", "attachment", filename=upload.name)
    return response
