"""Whatever happens in whatever order: nothing is lost, nothing goes out twice but for unknown outcomes."""

import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.addressees import Addressee
from bot.domain.errors import PermanentFailure, TransientFailure, UnknownOutcome
from bot.domain.outbox import LEASE, Job, JobKind, JobStatus
from bot.rendering import mails
from bot.services import claims, outbox
from bot.services.queueing import queue_mail
from bot.store.database import transaction
from tests.budget import examples
from tests.cast import Office, an_office

pytestmark = pytest.mark.slow

WORKERS = ("one", "two")
FAULTS = {
    "works": None,
    "later": TransientFailure("451"),
    "refused": PermanentFailure("550"),
    "arrived, answer lost": UnknownOutcome("lost"),
}

steps = st.one_of(
    st.tuples(st.just("queue"), st.sampled_from(["a@example.org", "b@example.org"])),
    st.tuples(st.just("claim"), st.sampled_from(WORKERS)),
    st.tuples(st.just("carry out"), st.sampled_from(WORKERS), st.sampled_from(sorted(FAULTS))),
    st.tuples(st.just("vanish"), st.sampled_from(WORKERS), st.booleans()),
    st.tuples(st.just("give back"), st.sampled_from(WORKERS)),
    st.tuples(st.just("wait"), st.sampled_from([3, 60, 7200])),
)


class World:
    """Two workers at one outbox; `held` is what each has claimed and not settled."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.held: dict[str, list[Job]] = {worker: [] for worker in WORKERS}
        self.queued = 0

    def take(self, step: tuple[object, ...]) -> None:
        verb, who, *more = step
        if verb == "queue":
            self.queue(str(who))
        elif verb == "wait":
            self.wait(float(str(who)))
        elif verb == "claim":
            self.held[str(who)] += self.office.claim(str(who), kinds=(JobKind.MAIL,), limit=2)
        elif self.held[str(who)]:
            self.use(str(verb), str(who), self.held[str(who)].pop(0), more)

    def use(self, verb: str, worker: str, job: Job, more: list[object]) -> None:
        if verb == "carry out":
            self.office.mailer.faults.then(FAULTS[str(more[0])])
            self.office.carry_out(job, worker)
        elif verb == "give back":
            with self.office.connect() as db:
                outbox.give_back(db, job, worker)
        elif more[0]:  # it vanishes after the mail has gone and before it could say so
            self.office.mailer.send(self.office.mail_of(job))

    def queue(self, to: str) -> None:
        self.queued += 1
        words = mails.neutral_receipt(ref="Q-1", lang="en", policy=self.office.desk.policy)
        with self.office.connect() as db, transaction(db):
            whom, key = Addressee(address=to, lang="en", ref="Q-1"), f"m{self.queued}"
            queue_mail(
                db, self.office.desk, "neutral_receipt", whom, key=key, words=words, now=self.office.now
            )

    def wait(self, seconds: float) -> None:
        """Time passes; whoever holds something for longer than its lease is taken for vanished."""
        self.office.clock.at += timedelta(seconds=seconds)
        if timedelta(seconds=seconds) >= LEASE:
            self.held = {worker: [] for worker in WORKERS}
        with self.office.connect() as db:
            claims.release_expired(db, self.office.path, now=self.office.now, jitter=0.0)

    def come_to_rest(self) -> None:
        self.wait(7200)
        for _ in range(10):
            self.office.work(kinds=(JobKind.MAIL,))
            self.wait(7200)


@settings(max_examples=examples(30), deadline=None)
@given(st.lists(steps, min_size=5, max_size=40))
def test_every_effect_happens_once_and_in_order_whatever_comes_between(
    taken: list[tuple[object, ...]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World(an_office(Path(folder)))
        for step in taken:
            world.take(step)
        world.come_to_rest()

        jobs = world.office.mails()
        went = [mail.message_id for mail in world.office.mailer.sent]
        assert len(jobs) == world.queued
        for job in jobs:
            times = went.count(job.message_id)
            assert job.status in (JobStatus.SENT, JobStatus.FAILED, JobStatus.UNKNOWN)
            assert times >= (job.status is JobStatus.SENT)
            assert times <= 1 + job.unknowns
            assert (job.status is JobStatus.UNKNOWN) == (job.unknowns == 2)
        for stream in {job.stream for job in jobs}:
            due = [job.message_id for job in jobs if job.stream == stream and job.message_id in went]
            assert due == [one for one in dict.fromkeys(went) if one in due]
        shown = {job.values["words"]["id"] for job in world.office.jobs("trouble_note")}
        assert shown == {job.id for job in jobs if job.status in (JobStatus.FAILED, JobStatus.UNKNOWN)}
