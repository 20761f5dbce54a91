"""An app without Bolt: it sees each envelope as it comes and acknowledges only when told to."""

import json
from contextlib import ExitStack
from typing import Any

from slack_sdk import WebClient
from websockets.sync.client import ClientConnection, connect

from bot.sandbox.slack import SlackServer
from bot.sandbox.slack.pulse import Json


class RawApp:
    """One Socket Mode connection, read by hand."""

    def __init__(self, server: SlackServer) -> None:
        workspace = server.workspace
        self.client = WebClient(workspace.bot_token, base_url=server.api_url)
        url = self.client.apps_connections_open(app_token=workspace.app_token)["url"]
        self._open = ExitStack()
        self.line: ClientConnection = self._open.enter_context(connect(url, proxy=None))
        self.hello = self.read()

    def read(self, timeout: float = 5.0) -> Json:
        message: Json = json.loads(self.line.recv(timeout))
        return message

    def read_event(self, kind: str, timeout: float = 5.0) -> Json:
        """The next envelope with an event of this type; others are acknowledged on the way."""
        while True:
            envelope = self.read(timeout)
            if envelope["payload"]["event"]["type"] == kind:
                return envelope
            self.ack(envelope)

    def ack(self, envelope: Json, **payload: Any) -> None:  # noqa: ANN401 - any JSON
        answer: Json = {"envelope_id": envelope["envelope_id"]}
        if payload:
            answer["payload"] = payload
        self.line.send(json.dumps(answer))

    def close(self) -> None:
        self._open.close()
