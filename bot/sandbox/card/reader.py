"""A browser with a card in it: the portal once more, through a proxy that says whose certificate it saw."""

import threading
from collections.abc import Iterable
from http.client import HTTPConnection
from urllib.parse import urlsplit

from flask import Flask, Response, request
from werkzeug.serving import BaseWSGIServer, make_server

from bot.sandbox.ports import HOST
from bot.sandbox.slack.loopback import is_loopback_name
from bot.sandbox.slack.server import Quiet

VERIFY, SUBJECT = "X-Client-Verify", "X-Client-Subject"  #: what `CLIENT_CERT_…_HEADER` name here
CARD = "CN=Sandbox Card 1,OU=MLOA Hardware,O=Example"
SECONDS = 20.0
METHODS = ("GET", "HEAD", "POST")
_HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "transfer-encoding", "content-length"}
)  # RFC 9110, 7.6.1


class CardReader:
    """Starts and stops the proxy; only what goes through it has a certificate."""

    def __init__(self, portal_url: str, *, port: int = 0) -> None:
        self._portal = urlsplit(portal_url).netloc
        app = Flask("usher-card", static_folder=None)
        app.add_url_rule("/", "pass", self._pass_on, defaults={"path": ""}, methods=METHODS)
        app.add_url_rule("/<path:path>", "pass", self._pass_on, methods=METHODS)
        self._server: BaseWSGIServer = make_server(HOST, port, app, threaded=True, request_handler=Quiet)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self._server.server_port}"

    def start(self) -> None:
        threading.Thread(target=self._server.serve_forever, name="card", daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _pass_on(self, path: str) -> Response:
        del path  # the whole address goes along
        if not is_loopback_name(request.host):
            return Response("loopback only\n", 421)
        headers = dict(_kept(request.headers.items())) | {VERIFY: "SUCCESS", SUBJECT: CARD}
        line = HTTPConnection(self._portal, timeout=SECONDS)
        try:
            body = request.get_data()
            line.request(request.method, request.full_path.removesuffix("?"), body or None, headers)
            answer = line.getresponse()
            return Response(answer.read(), answer.status, list(_kept(answer.getheaders())))
        finally:
            line.close()


def _kept(headers: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    """What is the other side's, not this line's."""
    return ((name, value) for name, value in headers if name.lower() not in _HOP_BY_HOP)
