"""Keep the line to Slack (Socket Mode, or HTTP through the portal) and replay what was left lying."""

import logging
from collections.abc import Callable
from contextlib import suppress
from threading import Event

import structlog
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler

from bot.bootstrap import Bot
from bot.domain.errors import trace
from bot.domain.outbox import back_off
from handlers.slack.payloads import list_kept, list_overdue, replay

log = structlog.get_logger("slack")

#: seconds; at 10 the client notices a cut line after a minute only
PING = 1
WATCH = 2.0  #: seconds between looks at the line
CONCURRENCY = 20


class SlackDoor:
    """One thread that connects, watches, and replays what was kept; `run` returns soon after `stop`."""

    def __init__(self, bot: Bot, app: App) -> None:
        self._bot = bot
        self._app = app
        self._stopping = Event()

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        kept = list_kept(self._bot)
        handler = None
        if self._bot.settings.slack_app_token.get_secret_value():
            handler = self._connect()
            if handler is None:
                return
        else:
            self._report("listens at /slack/events", well=True)
        self._replay(lambda: kept)
        while not self._stopping.wait(WATCH):
            if handler is not None:
                self._look(handler)
            self._replay(lambda: list_overdue(self._bot))
        if handler is not None:
            _hang_up(handler)

    def _connect(self) -> SocketModeHandler | None:
        """Connect, as often as it takes: Slack being down must not keep mail from being taken in."""
        handler = SocketModeHandler(
            self._app,
            self._bot.settings.slack_app_token.get_secret_value(),
            ping_interval=PING,
            concurrency=CONCURRENCY,
        )
        failures = 0
        while not self._stopping.is_set():
            try:
                handler.connect()  # type: ignore[no-untyped-call]
            except Exception as exc:  # noqa: BLE001 - slack_sdk raises many kinds here, all meaning: not now
                failures += 1
                self._report(f"Slack cannot be reached: {type(exc).__name__}: {exc}", well=False)
                wait = back_off(failures, jitter=self._bot.random.random())
                self._stopping.wait(min(wait.total_seconds() / 2, 30.0))
            else:
                self._look(handler)
                return handler
        handler.close()  # type: ignore[no-untyped-call]
        return None

    def _replay(self, kept: Callable[[], list[str]]) -> None:
        try:
            replay(self._app, self._bot, kept())
        except Exception as exc:  # noqa: BLE001 - the door: a locked database or a full disk passes
            log.error("replaying stumbled", trace=trace(exc))  # noqa: TRY400 - without the message

    def _look(self, handler: SocketModeHandler) -> None:
        if handler.client.is_connected():
            self._report("connected by Socket Mode", well=True)
        else:
            self._report("the line to Slack is cut; the client reconnects", well=False)

    def _report(self, sentence: str, *, well: bool) -> None:
        if self._bot.health.report("slack", sentence, well=well, now=self._bot.clock.now()):
            log.info("slack line", well=well, sentence=sentence)


def _hang_up(handler: SocketModeHandler) -> None:
    """Close the line at once: by itself the client first waits three seconds for Slack to say something."""
    client = handler.client
    # The client complains about the line it closes itself.
    client.logger.setLevel(logging.CRITICAL)
    client.current_session_state.terminated = True
    if client.current_session is not None:
        with suppress(OSError):  # a line that is cut answers nothing
            client.current_session.ping("the end")
    handler.close()  # type: ignore[no-untyped-call]
