"""Slack over HTTP: events, commands and buttons at `/slack/events`, where Slack has a secret to sign with."""

from flask import Blueprint, Flask, Response, jsonify, request
from slack_bolt import App
from slack_bolt.adapter.flask.handler import to_bolt_request, to_flask_response
from slack_sdk.signature import SignatureVerifier

from handlers.portal.frame import Frame


def register(app: Flask, frame: Frame, slack_app: App) -> None:
    """Hang the page, unless nothing could tell Slack from anybody else: Socket Mode needs no secret."""
    secret = frame.bot.settings.slack_signing_secret.get_secret_value()
    if not secret:
        return
    verifier = SignatureVerifier(secret)
    room = Blueprint("slack_events", __name__)

    def receive() -> Response:
        # Before Bolt, which parses a body first and asks who sent it afterwards.
        if not _is_signed(verifier):
            return _refused(401, "invalid signature")
        try:
            asked = to_bolt_request(request)
        except Exception:  # noqa: BLE001 - whatever Bolt stumbles over in what is no payload
            return _refused(400, "invalid payload")
        return to_flask_response(slack_app.dispatch(asked))

    room.add_url_rule("/slack/events", "receive", receive, methods=["POST"])
    # Slack signs its requests; it has no page that could carry a token.
    frame.guards.csrf.exempt(room)
    app.register_blueprint(room)


def _is_signed(verifier: SignatureVerifier) -> bool:
    """Whether Slack sent this, within the last minutes; what cannot even be compared is not Slack's."""
    stamp = request.headers.get("X-Slack-Request-Timestamp")
    signature = request.headers.get("X-Slack-Signature")
    try:
        return verifier.is_valid(request.get_data(), stamp, signature)
    except (ValueError, TypeError, OverflowError):  # no number or a huge one, no UTF-8, no ASCII
        return False


def _refused(status: int, error: str) -> Response:
    answer = jsonify(error=error)
    answer.status_code = status
    return answer
