"""Look every few seconds how the parts of this service are, and every minute what has become due."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from threading import Event
from time import monotonic

import structlog

from bot.bootstrap import Bot
from bot.domain.alarms import Trouble, list_troubles
from bot.domain.errors import trace
from bot.services import alarms, upkeep
from handlers.clock import rounds
from handlers.clock.rounds import NONE_STUMBLED, Stumble

log = structlog.get_logger("clock")

LOOK = 5.0  #: seconds between looks at the parts
ARRIVALS = 60.0  #: seconds between looks at the mails that came
MINUTE = timedelta(minutes=1)  #: between looks at what is due, by the desk's clock: it may be turned
PART = "clock"  #: as `/readyz` and the alarms call it
ALARMS = "alarms"  #: the clock's own work, beside that of `rounds`


class Watch:
    """One thread's work; `run` returns soon after `stop`."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._stopping = Event()
        self._troubles: dict[str, Trouble] = {}  # not told yet: the database may be what is in trouble
        self._looked = -ARRIVALS
        self._ticked: datetime | None = None
        self._stumbled: Mapping[str, Stumble] = NONE_STUMBLED  # by the work's name
        self._untold = ""  # why staff could not be told of trouble at the last look

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
        bot.health.look(at=monotonic(), now=bot.clock.now())
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
            if not upkeep.trouble(exc):
                log.error("clock stumbled", work=ALARMS, trace=trace(exc))  # noqa: TRY400 - without the message
            self._untold = upkeep.why_stumbled(exc)
        else:
            self._untold = ""
        self._report()

    def tick(self) -> None:
        """Once a minute, do what is due; where the machine kept it from that, at the next look."""
        now = self._bot.clock.now()
        if self._ticked is None or abs(now - self._ticked) >= MINUTE:
            self._ticked = now
            self._stumbled = rounds.look(self._bot, now=now, before=self._stumbled)
            if any(stumble.passes for stumble in self._stumbled.values()):
                self._ticked = None
            self._report()

    def _report(self) -> None:
        stumbled = {work: stumble.why for work, stumble in self._stumbled.items()}
        if self._untold:
            stumbled[ALARMS] = self._untold
        by_why = {why: [work for work, own in stumbled.items() if own == why] for why in stumbled.values()}
        sentence = (
            "; ".join(f"{', '.join(works)}: {why}" for why, works in by_why.items()) or "does what is due"
        )
        if self._bot.health.report(PART, sentence, well=not stumbled, now=self._bot.clock.now()):
            log.info("clock", well=not stumbled, sentence=sentence)


def build(bot: Bot) -> Watch:
    """The watch over everything that runs beside it in this service."""
    return Watch(bot)
