"""The parts of a workspace in one place, and the call log that tests read."""

import logging
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from bot.sandbox.slack.courier import Courier
from bot.sandbox.slack.directory import Directory
from bot.sandbox.slack.eventfeed import EventFeed
from bot.sandbox.slack.faults import Faults
from bot.sandbox.slack.hooks import Hooks
from bot.sandbox.slack.modals import Modals
from bot.sandbox.slack.posts import Posts
from bot.sandbox.slack.pulse import Json, Pulse, new_number
from bot.sandbox.slack.sockets import Sockets
from bot.sandbox.slack.uploads import Uploads

RETRY_AFTER = (0.0, 60.0, 300.0)  # Slack repeats an event at once, after a minute, after five
REMEMBERED_CALLS = 10_000

LOG = logging.getLogger("usher.sandbox.slack.calls")
LOG.addHandler(logging.NullHandler())
LOG.propagate = False  # for whoever wants to see each call go by


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call of the Web API, and how it went; `response_url` and `ack` are answers that are none."""

    method: str
    arguments: Json
    error: str = ""
    planned: bool = False  # it failed because a fault was planned


class State:
    """Everything there is in the workspace, under one lock."""

    def __init__(
        self,
        *,
        now: Callable[[], datetime],
        wall: Callable[[], float] = time.time,
        patience: float = 3.0,
        retry_after: tuple[float, ...] = RETRY_AFTER,
        zone: tzinfo = UTC,
    ) -> None:
        self.zone = zone  # in which the page shows times, as a person's own Slack would
        self.wall = wall  # signatures are checked against the real time, whatever the sandbox's clock says
        self.pulse = Pulse(now)
        self.directory = Directory(self.pulse)
        self.posts = Posts(self.pulse)
        self.modals = Modals(self.pulse)
        self.uploads = Uploads(self.pulse)
        self.hooks = Hooks(self.pulse)
        self.courier = Courier(self.pulse, patience=patience, retry_after=retry_after)
        self.sockets = Sockets(self.pulse, self.courier)
        self.faults = Faults(self.pulse, self.courier, self.sockets)
        self.feed = EventFeed(self.pulse, self.directory, self.courier)
        self.bot_token = f"xoxb-{new_number()}-{new_number()}-{secrets.token_hex(12)}"
        self.app_token = f"xapp-1-{new_number()}-{secrets.token_hex(32)}"
        self.signing_secret = secrets.token_hex(16)
        self.scopes: set[str] | None = None  # None: all that the methods here need
        self.commands = {"/usher": "queue | case C-1 | approve C-1 | help", "/faq": "QUESTION"}
        self.shortcuts: dict[str, str] = {}  # callback_id -> label, offered at each message
        self.url = ""
        self.stopping = threading.Event()
        self._calls: deque[Call] = deque(maxlen=REMEMBERED_CALLS)

    def record_call(self, call: Call) -> None:
        with self.pulse.changing():
            self._calls.append(call)
        LOG.debug("%s", call.method, extra={"call": call})

    def calls(self, method: str | None = None) -> list[Call]:
        """The Web API calls so far (of one method), oldest first."""
        with self.pulse.condition:
            return [call for call in self._calls if method in (None, call.method)]
