"""The servers of the workspace: HTTP for the API and the page, WebSockets for Socket Mode, on loopback."""

import json
import threading
from http import HTTPStatus
from typing import Self

from flask import Flask, Response, request
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from bot.sandbox.slack import page, webapi
from bot.sandbox.slack.loopback import is_loopback_name, require_loopback
from bot.sandbox.slack.workspace import Workspace

LARGEST_REQUEST = 64 * 1024 * 1024


class Quiet(WSGIRequestHandler):
    """No line a request, and no waiting for the other side's delayed acknowledgement."""

    disable_nagle_algorithm = True

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        """Errors reach the caller as answers; the console belongs to the desk."""


def build_app(workspace: Workspace) -> Flask:
    app = Flask(__name__, static_folder=None, template_folder="templates")
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST

    @app.before_request
    def refuse_other_names() -> Response | None:
        """A name that is not loopback means DNS rebinding: some page wants to use the visitor's browser."""
        if is_loopback_name(request.host):
            return None
        return Response("loopback only\n", HTTPStatus.MISDIRECTED_REQUEST, content_type="text/plain")

    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.jinja_env.filters["press"] = json.dumps
    app.register_blueprint(webapi.blueprint(workspace))
    app.register_blueprint(page.blueprint(workspace))
    return app


class SlackServer:
    """Starts and stops everything a workspace needs to be reached."""

    def __init__(self, workspace: Workspace, host: str = "127.0.0.1", port: int = 0) -> None:
        self.workspace = workspace
        self._host = require_loopback(host)
        self._port = port
        self._http: BaseWSGIServer | None = None
        self._thread: threading.Thread | None = None
        self.url = ""

    @property
    def api_url(self) -> str:
        return f"{self.url}api/"

    def start(self) -> None:
        workspace = self.workspace
        app = build_app(workspace)
        self._http = make_server(self._host, self._port, app, threaded=True, request_handler=Quiet)
        name = f"[{self._host}]" if ":" in self._host else self._host
        self.url = f"http://{name}:{self._http.server_port}/"
        workspace.url = workspace.hooks.base_url = workspace.uploads.base_url = self.url
        workspace.start(self._host)
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, name="slack-http", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        self.workspace.stop()
        if self._http is not None and self._thread is not None:
            self._http.shutdown()
            self._thread.join()
            self._http.server_close()
            self._http = self._thread = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
