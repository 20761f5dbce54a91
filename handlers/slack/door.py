"""Keep the line to Slack (Socket Mode, or HTTP through the portal) and replay what was left lying."""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from time import monotonic

import structlog
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler

from bot.bootstrap import Bot
from bot.domain.errors import PermanentFailure, SettingsFault, TransientFailure, trace
from bot.domain.outbox import back_off
from bot.services import mailboxes, upkeep
from handlers.slack.payloads import list_kept, list_overdue, replay

log = structlog.get_logger("slack")

#: seconds; at 10 the client notices a cut line after a minute only
PING = 1
WATCH = 2.0  #: seconds between looks at the line
ASK = 30.0  #: seconds between questions whether Slack refuses us
CONCURRENCY = 20
LINE, REPLAY = "slack", "slack replay"  #: as `/readyz` and the alarms call them


class SlackDoor:
    """One thread that connects, watches, and replays what was kept; `run` returns soon after `stop`."""

    def __init__(self, bot: Bot, app: App) -> None:
        self.app = app
        self._bot = bot
        self._refused = ""  # why no card comes and no click counts, though the line may stand
        self._asked = -ASK
        self._asking = Thread()
        self._stopping = Event()

    def stop(self) -> None:
        self._stopping.set()

    def check(self) -> None:
        """Ask Slack once, before anything starts, whether cards can come and clicks count.

        Raise SettingsFault for what only a person can mend, while the desk is being set up. A desk that took
        mail in before opens its other doors all the same, as when Slack is down: a token that was revoked
        costs Slack alone, and `/readyz` says so.
        """
        self._asked = monotonic()
        try:
            for setting in _check_slack(self._bot):
                log.warning("the bot is not in its channel: type /invite @Usher there", setting=setting)
        except SettingsFault as exc:
            with self._bot.connect() as db:
                if not mailboxes.has_begun(db, self._bot.settings.imap_folder):
                    raise
            self._refused = str(exc)
        except TransientFailure as exc:
            log.warning("slack unreachable", reason=str(exc))

    def run(self) -> None:
        kept = self._kept_so_far()
        handler = None
        if self._bot.settings.slack_app_token.get_secret_value():
            handler = self._connect()
            if handler is None:
                return
        self._look(handler)
        self._replay(kept)
        while not self._stopping.wait(WATCH):
            self._look(handler)
            self._replay(self._overdue)
        if handler is not None:
            _hang_up(handler)

    def _connect(self) -> SocketModeHandler | None:
        """Connect, as often as it takes: Slack being down must not keep mail from being taken in."""
        handler = SocketModeHandler(
            self.app,
            self._bot.settings.slack_app_token.get_secret_value(),
            ping_interval=PING,
            concurrency=CONCURRENCY,
        )
        handler.client.logger.addFilter(_in_a_sentence)
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
                return handler
        handler.close()  # type: ignore[no-untyped-call]
        return None

    def _kept_so_far(self) -> Callable[[], list[str]]:
        """What was kept before anything new comes in; where nobody can read it now, what is overdue later."""
        try:
            kept = list_kept(self._bot)
        except Exception as exc:  # noqa: BLE001 - the door: a locked database or a full disk passes
            self._note_stumble(exc)
            return self._overdue
        return lambda: kept

    def _overdue(self) -> list[str]:
        return list_overdue(self._bot)

    def _replay(self, kept: Callable[[], list[str]]) -> None:
        try:
            replay(self.app, self._bot, kept())
        except Exception as exc:  # noqa: BLE001 - as above
            self._note_stumble(exc)
        else:
            self._report("answers what was kept", well=True, part=REPLAY)

    def _note_stumble(self, exc: Exception) -> None:
        if not upkeep.trouble(exc):
            log.error("replaying stumbled", trace=trace(exc))
        self._report(upkeep.why_stumbled(exc), well=False, part=REPLAY)

    def _look(self, handler: SocketModeHandler | None) -> None:
        if monotonic() > self._asked + ASK and not self._asking.is_alive():
            self._asked = monotonic()
            # By itself: a Slack that does not answer would hold up what was kept, and a stop.
            self._asking = Thread(target=self._ask_again, name="slack-asking", daemon=True)
            self._asking.start()
        if refused := self._refused:
            self._report(refused, well=False)
        elif handler is None:
            self._report("listens at /slack/events", well=True)
        elif handler.client.is_connected():
            self._report("connected by Socket Mode", well=True)
        else:
            self._report("the line to Slack is cut; the client reconnects", well=False)

    def _ask_again(self) -> None:
        """A token that is revoked is seen though the line stands; what was mended, without a restart."""
        try:
            _check_slack(self._bot)
        except SettingsFault as exc:
            self._refused = str(exc)
        except TransientFailure as exc:
            self._refused = self._refused and str(exc)  # else it refuses nothing: the line says how it is
        except Exception as exc:  # noqa: BLE001 - the door: what Slack says may be none of its answers
            log.error("asking Slack stumbled", trace=trace(exc))  # noqa: TRY400 - without the message
        else:
            self._refused = ""

    def _report(self, sentence: str, *, well: bool, part: str = LINE) -> None:
        if self._bot.health.report(part, sentence, well=well, now=self._bot.clock.now()):
            log.info("slack door", part=part, well=well, sentence=sentence)


def _in_a_sentence(record: logging.LogRecord) -> bool:
    """A frame that a cut line leaves half is no JSON: the client writes a traceback of its own parts."""
    if record.exc_info and isinstance(record.exc_info[1], json.JSONDecodeError):
        record.msg, record.args = "Slack's line was cut in the middle of a message: it was not acked", ()
        record.exc_info = record.exc_text = None
    return True


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


def _check_slack(bot: Bot) -> list[str]:
    """Raise SettingsFault for what would make every card and every click fail, with its mend.

    Return the settings whose channels the bot is not in.
    """
    settings = bot.settings
    with _fault_of("SLACK_BOT_TOKEN"):
        bot.chat.check()
    for name, people in (
        ("SLACK_STAFF", settings.slack_staff),
        ("SLACK_APPROVERS", settings.slack_approvers),
    ):
        with _fault_of(name):
            if not bot.chat.resolve(people):
                raise SettingsFault(
                    f"{name}: means nobody in the workspace; name ids, e-mail addresses or a user group"
                )
    lacking = []
    for name, channel in (
        ("SLACK_APPROVALS_CHANNEL", settings.slack_approvals_channel),
        ("SLACK_SUPPORT_CHANNEL", settings.slack_support_channel),
    ):
        with _fault_of(name):
            if not bot.chat.joined(channel):
                lacking.append(name)
    return lacking


@contextmanager
def _fault_of(setting: str) -> Iterator[None]:
    try:
        yield
    except PermanentFailure as exc:
        raise SettingsFault(f"{setting}: {exc}") from None
