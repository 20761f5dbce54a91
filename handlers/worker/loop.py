"""Claim due effects, carry them out, settle them; one thread for mails and some for Slack."""

import os
import socket
from datetime import timedelta
from secrets import token_hex
from threading import Event
from time import monotonic

import structlog
from sqlite_utils import Database

from bot.bootstrap import Bot, alive
from bot.domain.errors import trace
from bot.domain.outbox import LEASE, Job, JobKind, JobStatus
from bot.services import effects, outbox
from bot.services.effects import Ways
from bot.services.outbox import Outcome

log = structlog.get_logger("worker")

POLL = 0.5  #: seconds between looks when no bell rings: another process may have queued something
WATCH = 5.0  #: seconds between looks for workers that died
LIMIT = 20  #: jobs a claim
#: which kinds share a thread; Slack being slow must not hold up mails, nor the other way round
LANES: tuple[tuple[str, tuple[JobKind, ...]], ...] = (
    ("mail", (JobKind.MAIL,)),
    ("slack", (JobKind.CASE_CARD, JobKind.NOTE)),
)


class Worker:
    """One lane of the outbox; `run` drains what it has claimed and returns soon after `stop`."""

    def __init__(self, bot: Bot, name: str, kinds: tuple[JobKind, ...]) -> None:
        self._bot = bot
        self._name = name
        self._kinds = kinds
        self._stopping = Event()
        # A restarted container has its host name and process id again; the token is of this start only.
        self.id = f"{socket.gethostname()}:{os.getpid()}-{token_hex(4)}:{name}"
        self._looked = -WATCH
        self._trouble = ""  # why the other side takes nothing at present
        self._rate = Rate(bot.settings.smtp_rate) if JobKind.MAIL in kinds else None

    def stop(self) -> None:
        self._stopping.set()
        self._bot.bell.ring()

    def run(self) -> None:
        mailer = self._bot.open_mailer()
        ways = Ways(chat=self._bot.chat, mailer=mailer)
        seen = 0
        try:
            with alive(self._bot.settings, self.id):
                while not self._stopping.is_set():
                    if not self._round(ways):
                        seen = self._bot.bell.wait(seen, POLL)
        finally:
            mailer.close()

    def _round(self, ways: Ways) -> int:
        """Claim and carry out one batch; return how many jobs it had."""
        try:
            with self._bot.connect() as db:
                self._inherit(db)
                jobs = self._claim(db)
                self._carry_out_all(db, ways, jobs)
        except Exception as exc:  # noqa: BLE001 - the door: the lane lives on, the lease brings the job back
            log.error("outbox lane raised", lane=self._name, trace=trace(exc))  # noqa: TRY400
            self._report(f"stumbled: {type(exc).__name__}: {exc}", well=False)
            self._stopping.wait(POLL)
            return 0
        self._report(self._trouble or "carries effects out", well=not self._trouble)
        return len(jobs)

    def _inherit(self, db: Database) -> None:
        """Take back what dead workers left; at the start at once: our predecessor may have been killed."""
        bot = self._bot
        if monotonic() < self._looked + WATCH:
            return
        path, now = bot.settings.database_path, bot.clock.now()
        lost = outbox.release_dead(db, path, now=now, jitter=bot.random.random())
        if lost:
            log.warning("claims of a dead worker taken back", jobs=lost)
        self._looked = monotonic()

    def _claim(self, db: Database) -> list[Job]:
        bot, now = self._bot, self._bot.clock.now()
        limit = min(LIMIT, self._rate.left(now.timestamp())) if self._rate else LIMIT
        if limit == 0:
            return []
        outbox.release_expired(db, now=now, jitter=bot.random.random())
        due = outbox.find_next_due(db, kinds=self._kinds)
        if due is None:
            self._trouble = ""  # what waited was dropped, or given up
        if due is None or due > now:
            return []
        jobs = outbox.claim(db, bot.desk, self.id, kinds=self._kinds, limit=limit, now=now)
        bot.bell.ring()  # what this queued is for another lane, which need not wait for the batch
        if self._rate:
            self._rate.spend(len(jobs), now.timestamp())
        return jobs

    def _carry_out_all(self, db: Database, ways: Ways, jobs: list[Job]) -> None:
        """One after the other; what a slow start leaves too little of its lease is given back untried."""
        claimed_at = self._bot.clock.now()
        for job in jobs:
            late = self._bot.clock.now() - claimed_at > LEASE / 3
            if late or self._stopping.is_set():
                outbox.give_back(db, job, self.id, now=self._bot.clock.now())
            else:
                self._carry_out(db, ways, job)

    def _carry_out(self, db: Database, ways: Ways, job: Job) -> None:
        bot = self._bot
        try:
            outcome = effects.carry_out(db, bot.desk, ways, job, now=bot.clock.now())
            logged = outcome.error
        except Exception as exc:  # noqa: BLE001 - the door: a bug in one effect is shown, the next goes
            log.error("effect raised", job=job.id, trace=trace(exc))  # noqa: TRY400 - without the message
            outcome = Outcome(status=JobStatus.FAILED, error=f"{type(exc).__name__}: {exc}")
            logged = type(exc).__name__
        now, jitter = bot.clock.now(), bot.random.random()
        status = outbox.settle(db, job, self.id, outcome, now=now, jitter=jitter)
        bot.bell.ring()
        self._note_trouble(job, outcome)
        log.info(
            "effect settled",
            job=job.id,
            kind=job.kind,
            template=job.template,
            status=status,
            error=logged,
        )

    def _note_trouble(self, job: Job, outcome: Outcome) -> None:
        """A recipient refused is the mail's own affair; all else says that the other side takes nothing."""
        if outcome.status is JobStatus.SENT:
            self._trouble = ""
        elif job.kind is not JobKind.MAIL or outcome.status is not JobStatus.FAILED:
            self._trouble = f"{job.template} waits: {outcome.error}"

    def _report(self, sentence: str, *, well: bool) -> None:
        now = self._bot.clock.now()
        self._bot.health.report(f"outbox {self._name}", sentence, well=well, now=now)


class Rate:
    """So many in any minute: what a mail provider grants. Seconds are those of the epoch."""

    def __init__(self, a_minute: int) -> None:
        self._most = a_minute
        self._spent: list[float] = []

    def left(self, now: float) -> int:
        minute_ago = now - timedelta(minutes=1).total_seconds()
        self._spent = [moment for moment in self._spent if minute_ago < moment <= now]
        return self._most - len(self._spent)

    def spend(self, many: int, now: float) -> None:
        self._spent.extend([now] * many)


def build(bot: Bot) -> list[Worker]:
    """A worker for each lane."""
    return [Worker(bot, name, kinds) for name, kinds in LANES]
