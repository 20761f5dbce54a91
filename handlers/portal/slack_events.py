"""Slack over HTTP: events, commands and buttons at `/slack/events`, where no Socket Mode is used."""

from flask import Blueprint, Flask, Response, request
from slack_bolt import App
from slack_bolt.adapter.flask import SlackRequestHandler

from handlers.portal.frame import Frame


def register(app: Flask, frame: Frame, slack_app: App) -> None:
    handler = SlackRequestHandler(slack_app)
    room = Blueprint("slack_events", __name__)

    def receive() -> Response:
        return handler.handle(request)

    room.add_url_rule("/slack/events", "receive", receive, methods=["POST"])
    # Slack signs its requests, and Bolt checks that; it has no page that could carry a token.
    frame.guards.csrf.exempt(room)
    app.register_blueprint(room)
