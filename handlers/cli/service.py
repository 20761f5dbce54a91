"""The running service: every door in its threads, started together and drained together."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import TYPE_CHECKING, Protocol

import structlog

from bot.bootstrap import Bot
from bot.domain.errors import SettingsFault
from handlers.cli.doors import DOORS

if TYPE_CHECKING:
    from slack_bolt import App

    from handlers.mail.loop import MailLoop
    from handlers.slack.door import SlackDoor

log = structlog.get_logger("service")

DRAIN = 8.0  #: seconds that the doors have to finish what they began


class Runs(Protocol):
    """What a thread of the service looks like."""

    def run(self) -> None: ...

    def stop(self) -> None: ...


@dataclass
class Service:
    """Doors as threads; a thread that dies of a bug ends the service, for its supervisor to see."""

    bot: Bot
    only: Iterable[str] = DOORS
    _parts: list[tuple[str, Runs, Thread]] = field(default_factory=list)
    _servers: list[Callable[[], None]] = field(default_factory=list)
    died: Event = field(default_factory=Event)
    fault: SettingsFault | None = None  #: what only a person can mend, which a restart does not

    def start(self) -> None:
        """Start the doors; the portal first, so that a taken port is said before any work begins."""
        only = set(self.only)
        if not self.bot.look_at_secrets():
            log.error("SECRET_KEY does not open all that is sealed; see usher doctor")
        slack = self._slack_door() if "slack" in only else None
        mail = self._mail_loop() if "mail" in only else None
        if "portal" in only:
            self._start_portal(slack.app if slack else None)
        if "worker" in only:
            from handlers.worker.loop import build

            for worker in build(self.bot):
                self._run(f"worker-{worker.id}", worker)
        if mail is not None:
            self._run("mail", mail)
        if slack is not None:
            self._run("slack", slack)
        if "clock" in only:
            from handlers.clock.loop import build as build_clock

            self._run("clock", build_clock(self.bot))

    def _slack_door(self) -> "SlackDoor":
        from handlers.slack.app import build
        from handlers.slack.door import SlackDoor

        slack = SlackDoor(self.bot, build(self.bot))
        slack.check()
        return slack

    def _mail_loop(self) -> "MailLoop":
        from handlers.mail.loop import MailLoop

        mail = MailLoop(self.bot)
        mail.check()
        return mail

    def _start_portal(self, slack_app: "App | None") -> None:
        from handlers.portal.serve import PortalServer

        server = PortalServer(self.bot, slack_app=slack_app)
        server.start()
        self._servers.append(server.stop)

    def _run(self, name: str, part: Runs) -> None:
        thread = Thread(target=self._guarded, args=(name, part), name=name, daemon=True)
        self._parts.append((name, part, thread))
        thread.start()

    def _guarded(self, name: str, part: Runs) -> None:
        try:
            part.run()
        except SettingsFault as fault:
            self.fault = fault
            self.died.set()
        except Exception:
            log.exception("a door fell", door=name)
            self.died.set()

    def stop(self) -> bool:
        """Ask every door to finish, wait for them, close what is left; True when all had time to."""
        for _, part, _ in self._parts:
            part.stop()
        # The servers drain for seconds of their own: beside the doors, not after them.
        draining = [Thread(target=stop, name="server-stop", daemon=True) for stop in self._servers]
        for thread in draining:
            thread.start()
        deadline = time.monotonic() + DRAIN
        waited = [*draining, *(thread for _, _, thread in self._parts)]
        for thread in waited:
            thread.join(max(0.0, deadline - time.monotonic()))
        self.bot.reader.close()
        late = [thread.name for thread in waited if thread.is_alive()]
        if late:
            log.warning("doors still busy at the end", doors=late)
        return not late
