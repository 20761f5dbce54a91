"""Slack's side of the line, as far as the listeners need it: it remembers what it is told."""

import itertools
import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from pytest_httpserver import HTTPServer
from slack_bolt import App, BoltRequest, BoltResponse
from slack_sdk import WebClient
from werkzeug import Request, Response

from handlers.slack.app import build
from tests import slack_rules
from tests.cast import Office, an_office
from tests.outside import APPROVALS

Found = TypeVar("Found")
_TRIGGERS = itertools.count(1)


def new_trigger() -> str:
    """Slack gives each click and each command its own."""
    return f"1.2.{next(_TRIGGERS)}"


def until(find: Callable[[], Found | None], *, seconds: float = 10.0) -> Found:
    """Poll for what a thread does."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := find():
            return found
        time.sleep(0.01)
    raise TimeoutError("it did not come")


@dataclass
class Workspace:
    """An app at its desk, and everything that Slack was asked for or told."""

    office: Office
    url: str
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    said: list[dict[str, Any]] = field(default_factory=list)  #: at response URLs
    down: bool = False
    opens_nothing: str = ""  #: why a modal does not open
    changes_nothing: str = ""  #: why one that is open does not change
    app: App = field(init=False)

    def start(self) -> None:
        """Build the app, as a start of the service does."""
        client = WebClient(token="xoxb-test", base_url=f"{self.url}/api/")
        self.office.bot = replace(self.office.bot, slack_client=client)
        self.app = build(self.office.bot)

    # What Slack answers

    def answer(self, request: Request) -> Response:
        method = request.path.rpartition("/")[2]
        if self.down:
            return Response("down", status=503)
        given = request.get_json(silent=True) or request.form.to_dict()
        self.calls.append((method, given))
        slack_rules.BOOK.note(method, slack_rules.call_faults(method, given))
        about: dict[str, dict[str, Any]] = {
            "auth.test": {"user_id": "U0USHER", "bot_id": "B0USHER", "team_id": "T0", "url": "https://x/"},
            "views.open": {"view": {"id": "V1"}},
        }
        if method == "views.open" and self.opens_nothing:
            about[method] = {"ok": False, "error": self.opens_nothing}
        if method == "views.update" and self.changes_nothing:
            about[method] = {"ok": False, "error": self.changes_nothing}
        body = {"ok": True, "ts": "1.2", **about.get(method, {})}
        return Response(json.dumps(body), content_type="application/json")

    def respond(self, request: Request) -> Response:
        said = request.get_json()
        slack_rules.BOOK.note("response_url", slack_rules.call_faults("response_url", said))
        self.said.append(said)
        return Response("ok")

    def asked(self, method: str) -> list[dict[str, Any]]:
        return [given for name, given in self.calls if name == method]

    # What people do

    def dispatch(self, body: dict[str, Any]) -> BoltResponse:
        response = self.app.dispatch(BoltRequest(body=body, mode="socket_mode"))
        if response.body.startswith("{"):
            slack_rules.BOOK.note("ack", slack_rules.ack_faults(json.loads(response.body)))
        return response

    def click(
        self,
        action: str,
        value: str,
        *,
        by: str,
        seen: str = "",
        private: bool = False,
        ts: str = "",
        trigger: str = "",
    ) -> BoltResponse:
        return self.dispatch(
            {
                "type": "block_actions",
                "user": {"id": by},
                "team": {"id": "T0"},
                "channel": {"id": APPROVALS},
                "container": {"is_ephemeral": private} | ({"message_ts": ts} if ts else {}),
                "response_url": f"{self.url}/respond",
                "trigger_id": trigger or new_trigger(),
                "actions": [
                    {"action_id": action, "block_id": f"case:{seen}", "value": value, "type": "button"}
                ],
            }
        )

    def submit(
        self, ref: str, seen: str, *, by: str, reason: str = "duplicate", note: str = ""
    ) -> BoltResponse:
        values = {
            "reason": {"reason": {"selected_option": {"value": reason}}},
            "note": {"note": {"value": note}},
        }
        about = json.dumps({"ref": ref, "content_hash": seen})
        view = {
            "type": "modal",
            "callback_id": "case_reject",
            "private_metadata": about,
            "blocks": [{"type": "input", "block_id": name} for name in values],
            "state": {"values": values},
        }
        return self.dispatch(
            {"type": "view_submission", "user": {"id": by}, "team": {"id": "T0"}, "view": view}
        )

    def command(self, text: str, *, by: str, name: str = "/usher") -> BoltResponse:
        return self.dispatch(
            {
                "command": name,
                "text": text,
                "user_id": by,
                "team_id": "T0",
                "channel_id": APPROVALS,
                "response_url": f"{self.url}/respond",
                "trigger_id": new_trigger(),
            }
        )

    def event(
        self, event_id: str, *, by: str = "U0AVERY0001", kind: str = "app_mention", **more: str
    ) -> BoltResponse:
        about = {
            "type": kind,
            "user": by,
            "channel": APPROVALS,
            "text": "<@U0USHER> queue",
            "ts": "9.9",
            **more,
        }
        return self.dispatch(
            {"type": "event_callback", "event_id": event_id, "team_id": "T0", "event": about}
        )

    # What came of it

    def heard(self, many: int = 1) -> list[dict[str, Any]]:
        """What was said at response URLs, once there is so much of it."""
        until(lambda: len(self.said) >= many)
        return self.said


@pytest.fixture
def open_workspace(httpserver: HTTPServer) -> Iterator[Callable[[Office], Workspace]]:
    """Open a workspace for a desk of the test's own."""
    opened: list[Workspace] = []

    def make(office: Office) -> Workspace:
        workspace = Workspace(office, httpserver.url_for("").rstrip("/"))
        httpserver.expect_request(re.compile("/api/.*")).respond_with_handler(workspace.answer)
        httpserver.expect_request("/respond").respond_with_handler(workspace.respond)
        workspace.start()
        opened.append(workspace)
        return workspace

    yield make
    for workspace in opened:
        workspace.app.listener_runner.listener_executor.shutdown(wait=True)


@pytest.fixture
def workspace(tmp_path: Path, open_workspace: Callable[[Office], Workspace]) -> Workspace:
    return open_workspace(an_office(tmp_path))
