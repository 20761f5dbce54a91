"""Workers that claim, carry out and settle in any interleaving, die in between, or come back too late."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.domain.errors import Refusal, TransientFailure, UnknownOutcome
from bot.domain.outbox import Job, JobKind
from bot.services import claims, effects, outbox
from bot.services.effects import Ways
from bot.services.outbox import Outcome
from tests.cast import Office
from tests.outside import Faults

KINDS = (JobKind.STEP, JobKind.MAIL)
FAULTS = {"works": None, "later": TransientFailure("451 later"), "lost": UnknownOutcome("the line was lost")}


@dataclass
class Carried:
    """A claimed job, and what became of it where that is not settled yet."""

    job: Job
    outcome: Outcome | None = None


@dataclass
class Crew:
    """Two workers of an office whose every commit is a step of its own, and a third that does all at once."""

    office: Office
    workers: dict[str, list[Carried]] = field(default_factory=lambda: {"one": [], "two": []})
    lives: Counter[str] = field(default_factory=Counter)  #: a worker that starts again has another name
    done: Counter[str] = field(default_factory=Counter)  #: what succeeded, so that no test is empty

    def check(self) -> None:
        """Raise AssertionError for what does not hold."""

    def attempt(self, verb: str, act: Callable[[], object]) -> bool:
        """Whether it was done; that the rules say no is an answer, anything else is a bug."""
        try:
            act()
        except Refusal as refusal:
            self.done[f"{verb}: {refusal.code}"] += 1
            return False
        self.done[verb] += 1
        return True

    def claim(self, worker: str, kinds: Sequence[JobKind], limit: int) -> None:
        """Once it is through with what it had."""
        if not self.workers[worker]:
            claimed = self.office.claim(self._name(worker), kinds=kinds, limit=limit)
            self.workers[worker] = [Carried(job) for job in claimed]

    def _name(self, worker: str) -> str:
        return f"{worker}-{self.lives[worker]}"

    def carry_out(self, worker: str, fault: str = "works") -> None:
        """The first of its claim, once what it tried before is settled; that it was done nobody has heard."""
        self.settle(worker)
        if not (claimed := self.workers[worker]):
            return
        office, mine = self.office, claimed[0]
        if mine.job.kind is JobKind.MAIL:
            office.mailer.faults.then(FAULTS[fault])
        ways = Ways(
            chat=office.chat,
            mailer=office.mailer,
            marker=office.bot.marker,
            texter=office.bot.texter,
            provisioners=office.provisioners,
        )
        with office.connect() as db:
            mine.outcome = effects.carry_out(db, office.desk, ways, mine.job, now=office.now)
        office.mailer.faults = Faults()
        self.done[f"carry out {mine.job.template}"] += 1

    def settle(self, worker: str) -> None:
        claimed = self.workers[worker]
        if claimed and (outcome := claimed[0].outcome):
            with self.office.connect() as db:
                job, name = claimed.pop(0).job, self._name(worker)
                outbox.settle(db, job, name, outcome, now=self.office.now, jitter=0.0)

    def die(self, worker: str, *, provably: bool) -> None:
        """Nobody knows what it did not settle: the next life looks at its claims, else their lease ends."""
        name = self._name(worker)
        self.workers[worker].clear()
        self.lives[worker] += 1
        if provably:
            with self.office.connect() as db:
                claims.release_claims(db, name, now=self.office.now, jitter=0.0)

    def wait(self, minutes: float) -> None:
        """A worker that slept longer than its lease may still come back and settle."""
        self.office.clock.wait(minutes=minutes)
        with self.office.connect() as db:
            claims.release_expired(db, self.office.path, now=self.office.now, jitter=0.0)

    def work(self, kinds: Sequence[JobKind] = KINDS, fault: str = "works") -> None:
        """A third worker does all there is; the first mail with a key meets that fault."""
        while jobs := self.office.claim("three", kinds=kinds):
            for job in jobs:
                if job.kind is JobKind.MAIL and "key" in job.template:
                    self.office.mailer.faults.then(FAULTS[fault])
                    fault = "works"
                self.office.carry_out(job, "three")
                self.office.mailer.faults = Faults()
                self.done[f"carry out {job.template}"] += 1
                self.check()
