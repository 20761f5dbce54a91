"""Look every few seconds how the parts of this service are, and every minute what has become due."""

from datetime import datetime, timedelta
from threading import Event
from time import monotonic

import structlog

from bot.bootstrap import Bot
from bot.domain.alarms import Trouble, list_troubles
from bot.domain.errors import trace
from bot.services import alarms
from handlers.clock import rounds

log = structlog.get_logger("clock")

LOOK = 5.0  #: seconds between looks at the parts
ARRIVALS = 60.0  #: seconds between looks at the mails that came
MINUTE = timedelta(minutes=1)  #: between looks at what is due, by the desk's clock: it may be turned


class Watch:
    """One thread's work; `run` returns soon after `stop`."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._stopping = Event()
        self._troubles: dict[str, Trouble] = {}  # not told yet: the database may be what is in trouble
        self._looked = -ARRIVALS
        self._ticked: datetime | None = None

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        while not self._stopping.wait(LOOK):
            self.look()
            self.tick()

    def look(self) -> None:
        """Note every trouble, then tell; what cannot be told now is told at a later look."""
        bot = self._bot
        bot.look_at_database()
        now, parts = bot.clock.now(), bot.health.parts()
        after = timedelta(minutes=bot.desk.policy.alarms.unwell_minutes)
        for trouble in list_troubles(parts, after=after, now=now):
            self._troubles.setdefault(trouble.name, trouble)
        try:
            with bot.connect() as db:
                alarms.watch_parts(db, self._troubles.values(), parts, now=now)
                self._troubles.clear()
                if monotonic() >= self._looked + ARRIVALS:
                    alarms.watch_arrivals(db, bot.desk, parts, now=now)
                    self._looked = monotonic()
        except Exception as exc:  # noqa: BLE001 - the door: a locked database or a full disk passes
            log.error("clock stumbled", trace=trace(exc))  # noqa: TRY400 - without the message

    def tick(self) -> None:
        """Once a minute, do what is due."""
        now = self._bot.clock.now()
        if self._ticked is None or abs(now - self._ticked) >= MINUTE:
            self._ticked = now
            rounds.look(self._bot, now=now)


def build(bot: Bot) -> Watch:
    """The watch over everything that runs beside it in this service."""
    return Watch(bot)
