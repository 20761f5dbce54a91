"""Claim due effects, carry them out, settle them; a thread each for mails, texts, Slack and steps."""

import os
import socket
from datetime import UTC, datetime, timedelta
from functools import partial
from secrets import token_hex
from threading import Event
from time import monotonic

import structlog
from sqlite_utils import Database

from bot.bootstrap import Bot, alive
from bot.domain.errors import PermanentFailure, trace
from bot.domain.outbox import LEASE, LONGEST_REST, Job, JobKind, JobStatus, rest_after
from bot.services import claims, decision_phases, effects, holds, outbox, upkeep
from bot.services.effects import Ways
from bot.services.outbox import Outcome

log = structlog.get_logger("worker")

POLL = 0.5  #: seconds between looks when no bell rings: another process may have queued something
WATCH = 5.0  #: seconds between looks for workers that died
LIMIT = 20  #: jobs a claim
#: which kinds share a thread; Slack being slow must not hold up mails, nor the other way round
LANES: tuple[tuple[str, tuple[JobKind, ...]], ...] = (
    ("mail", (JobKind.MAIL,)),
    ("texts", (JobKind.SMS,)),
    ("slack", (JobKind.CASE_CARD, JobKind.NOTE)),
    ("steps", (JobKind.STEP, JobKind.CALL_OFF)),
)


class Worker:
    """One lane of the outbox; `run` drains what it has claimed and returns soon after `stop`."""

    def __init__(self, bot: Bot, name: str, kinds: tuple[JobKind, ...]) -> None:
        self._bot = bot
        self._name = name
        self._part = f"outbox {name}"  # as `/readyz` and the alarms call it
        self._kinds = kinds
        self._stopping = Event()
        # A restarted container has its host name and process id again; the token is of this start only.
        self.id = f"{socket.gethostname()}:{os.getpid()}-{token_hex(4)}:{name}"
        self._looked = -WATCH
        self._last_seen = datetime.max.replace(tzinfo=UTC)
        self._has_stumbled = False
        self._one_by_one = False  # a worker died over what waits: each job has its turn to itself
        self._troubles: dict[str, str] = {}  # why the other side takes nothing at present; "" or which place
        # mails that wait for their sender's sake: whose, and why
        self._unsent: dict[int, tuple[str, str]] = {}
        self._outrun: set[int] = set()  # mails that waited so while another of that sender went
        self._refusals = 0  # of our log-in, in a row
        self._tries_at: datetime | None = None  # when it is tried again after one
        self._rate = Rate(bot.settings.smtp_rate) if JobKind.MAIL in kinds else None

    def stop(self) -> None:
        self._stopping.set()
        self._bot.bell.ring()

    def run(self) -> None:
        mailer = self._bot.open_mailer() if JobKind.MAIL in self._kinds else None
        made = self._bot.open_provisioners() if JobKind.STEP in self._kinds else {}
        bot = self._bot
        ways = Ways(chat=bot.chat, mailer=mailer, marker=bot.marker, texter=bot.texter, provisioners=made)
        seen = 0
        try:
            with alive(self._bot.settings, self.id):
                while not self._stopping.is_set():
                    self._drain(ways)
                    seen = self._bot.bell.wait(seen, POLL)
        finally:
            if mailer is not None:
                mailer.close()
            for provisioner in made.values():
                provisioner.close()

    def _drain(self, ways: Ways) -> int:
        """Batch after batch on one connection until nothing is due; return how many jobs there were."""
        done = 0
        try:
            with self._bot.connect() as db:
                while jobs := self._round(db, ways):
                    done += jobs
                    if self._stopping.is_set():
                        break
        except Exception as exc:  # noqa: BLE001 - the door: the lane lives on, the lease brings the job back
            self._stumble(exc)
        return done

    def _round(self, db: Database, ways: Ways) -> int:
        """Claim and carry out one batch."""
        self._watch_clock(db)
        self._inherit(db)
        jobs = self._claim(db)
        self._carry_out_all(db, self._prepared(db, ways, jobs), jobs)
        trouble = next(iter(self._troubles.values()), "") or self._refused_sender(db)
        self._report(trouble or self._standing(db), well=not trouble)
        return len(jobs)

    def _refused_sender(self, db: Database) -> str:
        """Why mails of one of our senders wait, for as long as one does, whatever else goes."""
        for job_id, (_, why) in list(self._unsent.items()):
            if claims.still_waits(db, job_id):
                return why
            del self._unsent[job_id]
            self._outrun.discard(job_id)
        return ""

    def _standing(self, db: Database) -> str:
        if JobKind.MAIL in self._kinds and holds.find(db) is not None:
            return "holds every mail since a restore; `usher jobs release --all --keys-checked` ends that"
        return "carries effects out"

    def _stumble(self, exc: Exception) -> None:
        why = upkeep.trouble(exc)
        if not why:
            log.error("outbox lane raised", lane=self._name, trace=trace(exc))  # without the message
        self._report(why or f"stumbled: {type(exc).__name__}: {exc}", well=False)
        self._has_stumbled = True
        self._stopping.wait(POLL)

    def _watch_clock(self, db: Database) -> None:
        """Once the clock was put back, perhaps while we were stopped, times to try again may be far off."""
        now = self._bot.clock.now()
        if now < self._last_seen:
            claims.make_due(db, kinds=self._kinds, now=now)
        self._last_seen = now

    def _inherit(self, db: Database) -> None:
        """Take up what others left behind; at the start at once: our predecessor may have been killed."""
        bot = self._bot
        path, now = bot.settings.database_path, bot.clock.now()
        if self._has_stumbled:  # over a claim of our own, which nobody else takes while we live
            claims.release_claims(db, self.id, now=now, jitter=bot.random.random(), heard=self._log_bug)
            self._has_stumbled = False
        if monotonic() < self._looked + WATCH:
            return
        lost = claims.release_dead(db, path, now=now, jitter=bot.random.random(), heard=self._log_bug)
        if lost:
            log.warning("claims of a dead worker taken back", jobs=lost)
            self._one_by_one = True
        claims.catch_up(db, kinds=self._kinds, now=now)
        if JobKind.CASE_CARD in self._kinds:  # where a mail that hangs holds up nothing
            decision_phases.catch_up(db, now=now, heard=self._log_bug_of)
        self._looked = monotonic()

    def _claim(self, db: Database) -> list[Job]:
        bot, now = self._bot, self._bot.clock.now()
        limit = min(LIMIT, self._rate.left(now.timestamp())) if self._rate else LIMIT
        if limit == 0:
            return []
        path, jitter = bot.settings.database_path, bot.random.random()
        claims.release_expired(db, path, now=now, jitter=jitter, heard=self._log_bug)
        due = outbox.find_next_due(db, kinds=self._kinds)
        if due is None:
            self._troubles.clear()  # what waited was dropped, or given up
        if due is None or due > now or self._rests():
            return []
        jobs, won = self._win(db, limit, now)
        if won:  # of nothing two lanes whose other sides are away would wake each other without end
            bot.bell.ring()  # what this queued is for another lane, which need not wait for the batch
        if self._rate:
            self._rate.spend(len(jobs), now.timestamp())
        return jobs

    def _win(self, db: Database, limit: int, now: datetime) -> tuple[list[Job], int]:
        """Claim; where that raises, one by one, until the first in line is the one with the bug."""
        error = ""
        for many in (limit, 1):
            try:
                return outbox.claim(db, self._bot.desk, self.id, kinds=self._kinds, limit=many, now=now)
            except Exception as exc:
                if upkeep.trouble(exc):
                    raise
                log.error("claiming raised", lane=self._name, trace=trace(exc))  # noqa: TRY400 - as below
                error = f"{type(exc).__name__}: {exc}"
        jitter = self._bot.random.random()
        kinds, heard = self._kinds, self._log_bug
        claims.put_off_next(db, self.id, kinds=kinds, error=error, now=now, jitter=jitter, heard=heard)
        return [], 1

    def _log_bug(self, job: Job, exc: Exception) -> None:
        log.error("what follows raised", job=job.id, trace=trace(exc))  # without the message

    def _log_bug_of(self, decision_id: int, exc: Exception) -> None:
        log.error("what follows raised", decision=decision_id, trace=trace(exc))  # as above

    def _rests(self) -> bool:
        """Whether no log-in is tried, so that its account is not locked; a clock put back ends it."""
        rest = self._tries_at - self._bot.clock.now() if self._tries_at else timedelta(0)
        return timedelta(0) < rest <= LONGEST_REST

    def _prepared(self, db: Database, ways: Ways, jobs: list[Job]) -> Ways:
        """What can be ready ahead for all; after a crash nothing, so that it shows which job it is over."""
        if not jobs:
            self._one_by_one = False
        if not jobs or self._one_by_one:
            return ways
        bot = self._bot
        bot.health.begin(self._part, jobs[0].template, at=monotonic())
        ways = effects.with_mails(db, bot.desk, ways, jobs, now=bot.clock.now())
        bot.health.end(self._part)
        return ways

    def _carry_out_all(self, db: Database, ways: Ways, jobs: list[Job]) -> None:
        """One after the other; what a slow start leaves too little of its lease is given back untried.

        How far their decisions are is said once for all, which takes a sixth less for each mail.
        """
        claimed_at = self._bot.clock.now()
        for job in jobs:
            late = self._bot.clock.now() - claimed_at > LEASE / 3
            if late or self._stopping.is_set() or self._rests():
                outbox.give_back(db, job, self.id)
            else:
                self._carry_out(db, ways, job)
        decisions = sorted({job.decision_id for job in jobs if job.decision_id is not None})
        decision_phases.follow_each(db, decisions, now=self._bot.clock.now(), heard=self._log_bug_of)

    def _carry_out(self, db: Database, ways: Ways, job: Job) -> None:
        bot = self._bot
        bot.health.begin(self._part, job.template, at=monotonic())
        try:
            outcome = self._weighed(job, effects.carry_out(db, bot.desk, ways, job, now=bot.clock.now()))
            logged = outcome.error
        except Exception as exc:  # noqa: BLE001 - the door: a bug in one effect is shown, the next goes
            log.error("effect raised", job=job.id, trace=trace(exc))  # noqa: TRY400 - without the message
            why = upkeep.trouble(exc)  # while it was read what to do: nothing has happened yet
            outcome = Outcome(
                status=JobStatus.QUEUED if why else JobStatus.FAILED,
                error=why or f"{type(exc).__name__}: {exc}",
                not_now=bool(why),
            )
            logged = type(exc).__name__
        bot.health.end(self._part)
        status = self._settle(db, job, outcome)
        bot.bell.ring()
        self._note_trouble(job, outcome)
        self._note_log_in(outcome)
        if status is not JobStatus.QUEUED:
            self._outrun.discard(job.id)
        log.info(
            "effect settled",
            job=job.id,
            kind=job.kind,
            template=job.template,
            status=status,
            error=logged,
        )

    def _weighed(self, job: Job, outcome: Outcome) -> Outcome:
        """A sender refused to one recipient while others get its mails is that recipient's affair."""
        if outcome.own is None or job.id not in self._outrun:
            return outcome
        for_good = isinstance(outcome.own, PermanentFailure)
        return Outcome(status=JobStatus.FAILED if for_good else JobStatus.QUEUED, error=str(outcome.own))

    def _settle(self, db: Database, job: Job, outcome: Outcome) -> JobStatus:
        """Write down what became of it, however long that takes: forgotten, a mail would go twice."""
        bot, settle = self._bot, partial(outbox.settle, db, job, self.id, outcome, tells=False)
        while True:
            try:
                return settle(now=bot.clock.now(), jitter=bot.random.random())
            except Exception as exc:
                why, error = upkeep.trouble(exc), f"{type(exc).__name__}: {exc}"
                if why and not self._stopping.wait(POLL):
                    self._report(why, well=False)
                    continue
                if why or settle.func is claims.end_alone:
                    raise
                log.error("settling raised", job=job.id, trace=trace(exc))  # noqa: TRY400 - as above
                settle = partial(
                    claims.end_alone, db, job, self.id, outcome, error=error, heard=self._log_bug
                )

    def _note_trouble(self, job: Job, outcome: Outcome) -> None:
        """A recipient refused is the mail's own affair; all else says that the other side takes nothing.

        A sender refused says so of that sender alone, until the last mail that was refused for it has gone.
        """
        if outcome.sender and outcome.status is JobStatus.QUEUED:
            self._troubles.pop("", None)  # it speaks to us
            why = f"mails from {outcome.sender.brief} wait: {outcome.error}"
            self._unsent[job.id] = outcome.sender.address, why
            self._outrun.discard(job.id)
            return
        self._unsent.pop(job.id, None)
        if outcome.status is JobStatus.REPLACED:
            return  # nobody was asked
        if outcome.status is JobStatus.SENT:
            # One channel of Slack's takes what another does not.
            for place in ("", outcome.channel):
                self._troubles.pop(place, None)
            if outcome.sender:
                went = outcome.sender.address
                self._outrun |= {waits for waits, (whose, _) in self._unsent.items() if whose == went}
        elif job.kind is not JobKind.MAIL or outcome.status is not JobStatus.FAILED:
            place = outcome.channel if outcome.not_now else ""
            self._troubles[place] = f"{job.template} waits: {outcome.error}"

    def _note_log_in(self, outcome: Outcome) -> None:
        if outcome.status is JobStatus.REPLACED:
            return  # nobody was asked
        self._refusals = 0 if outcome.let_in else self._refusals + 1
        rest = rest_after(self._refusals) if self._refusals else None
        self._tries_at = self._bot.clock.now() + rest if rest else None

    def _report(self, sentence: str, *, well: bool) -> None:
        now, tries_at = self._bot.clock.now(), None if well else self._tries_at
        refused = self._refusals > 0  # as the mailbox's log-in: waiting mends it no more there than here
        news = self._bot.health.report(
            self._part, sentence, well=well, now=now, needs_person=refused, tries_at=tries_at
        )
        if news:
            log.info("outbox lane", lane=self._name, well=well, sentence=sentence)


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
