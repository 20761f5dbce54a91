"""The gateway that carries texts: it takes each id once, and remembers everything."""

import hmac
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from flask import Flask, Response, jsonify, request
from werkzeug.serving import BaseWSGIServer, make_server

from bot.sandbox.ports import HOST
from bot.sandbox.slack.loopback import is_loopback_name
from bot.sandbox.slack.server import Quiet

LARGEST_TEXT = 16 * 1024


@dataclass(frozen=True, kw_only=True)
class Text:
    """A text that arrived at a phone."""

    to: str
    words: str
    at: datetime


class Gateway:
    """Starts and stops the server; what arrived is read by number."""

    def __init__(self, *, now: Callable[[], datetime], port: int = 0) -> None:
        self.token = secrets.token_urlsafe(24)
        self._now = now
        self._texts: dict[str, Text] = {}
        self._lock = threading.Lock()
        self._server: BaseWSGIServer = make_server(
            HOST, port, self._app(), threaded=True, request_handler=Quiet
        )

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self._server.server_port}/send"

    def start(self) -> None:
        threading.Thread(target=self._server.serve_forever, name="texts", daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def texts(self) -> list[Text]:
        """The newest first."""
        with self._lock:
            return list(reversed(self._texts.values()))

    def _app(self) -> Flask:
        app = Flask("usher-texts", static_folder=None)
        app.config["MAX_CONTENT_LENGTH"] = LARGEST_TEXT
        app.add_url_rule("/send", view_func=self._take, methods=["POST"])
        return app

    def _take(self) -> tuple[Response, int]:
        shown = request.headers.get("Authorization", "")
        if not is_loopback_name(request.host) or not hmac.compare_digest(
            shown.encode(), f"Bearer {self.token}".encode()
        ):
            return jsonify(error="who are you?"), HTTPStatus.UNAUTHORIZED
        said = request.get_json(silent=True)
        key = request.headers.get("Idempotency-Key", "")
        if not isinstance(said, dict) or not key or not all(said.get(name) for name in ("to", "text")):
            return jsonify(error="a text needs an Idempotency-Key, to and text"), HTTPStatus.BAD_REQUEST
        with self._lock:
            text = Text(to=str(said["to"]), words=str(said["text"]), at=self._now())
            self._texts.setdefault(key, text)
        return jsonify(id=key), HTTPStatus.ACCEPTED
