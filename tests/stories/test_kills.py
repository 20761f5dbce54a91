"""SIGKILL at random moments: nothing is lost, nothing is done twice, and what nobody can know is shown."""

import os
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from bot.domain.ledger import LedgerMail, MailStatus
from bot.domain.outbox import Job, JobKind, JobStatus
from bot.sandbox.samples import Sample
from bot.sandbox.world import DESK, World
from bot.services import intake
from bot.store import database, outbox
from tests.cli.shell import in_process
from tests.stories.desk import as_text, parsed, until
from tests.stories.kills import (
    SENDERS,
    Approver,
    Service,
    check_copy,
    forty_mails,
    live_and_die,
    message_ids,
    mortal,
    moved_mails,
    slowly,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

KILLS = int(os.environ.get("KILL_COUNT", "60"))
SEED = int(os.environ.get("KILL_SEED") or random.SystemRandom().randrange(1_000_000))
ROBOTS = ("An automatic", "A bounce", "A mail from")
SETTLES = 120.0  #: seconds at the end; a card whose worker was killed often waits for its next try


@dataclass(frozen=True, kw_only=True)
class Aftermath:
    """What stands when everything has settled."""

    seed: int  #: first, so that every failed assert shows it
    world: World
    folder: Path
    sent_in: list[Sample]
    kills: int
    said: str
    code: int  #: of the last life, which was allowed to end
    service: Service

    def jobs(self, *statuses: JobStatus) -> list[Job]:
        with database.connect(self.folder / "usher.db") as db:
            return outbox.list_jobs(db, statuses or tuple(JobStatus))

    def rows(self) -> list[LedgerMail]:
        with database.connect(self.folder / "usher.db") as db:
            return intake.list_newest(db, limit=1000)

    def query(self, sql: str) -> list[dict[str, object]]:
        with database.connect(self.folder / "usher.db") as db:
            return database.rows(db, sql)

    def customer_mails(self) -> Counter[str]:
        """How often each mail of ours lies in a customer's box, by its Message-ID."""
        boxes = [address for address in self.world.mail.addresses() if address != DESK]
        return Counter(one for address in boxes for one in message_ids(self.world.mail.mails(address)))


@pytest.fixture(scope="module")
def aftermath(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aftermath]:
    folder = tmp_path_factory.mktemp("killed")
    print(f"KILL_SEED={SEED} KILL_COUNT={KILLS}")  # noqa: T201 - to be had again
    rng, began = random.Random(SEED), monotonic()
    with World(folder, seed=SEED) as world, mortal(world, folder) as service:
        mails = forty_mails(world, rng)
        waiting, approver = list(mails), Approver(world)
        with approver.at_work():
            with slowly(world):
                for number in range(KILLS):
                    left = max(1, round((KILLS - number) * 0.95))  # the last mail comes before the last kill
                    coming = [waiting.pop() for _ in range(-(-len(waiting) // left))]
                    live_and_die(service, rng, coming)
                    check_copy(world, folder, rng)
                    service.start()
            killed = monotonic()
            world.workspace.wait_until_connected()  # the last life has begun, and is to end well
            settle(world, folder, len(mails))
        code = service.end()
        after = Aftermath(
            seed=SEED, world=world, folder=folder, sent_in=mails, kills=KILLS, said=service.said(), code=code,
            service=service,
        )  # fmt: skip
        tell(after, approver, killed - began, monotonic() - killed)
        yield after


def settle(world: World, folder: Path, many: int) -> None:
    """Wait until nothing is on its way, in the ledger, the outbox, the mailbox or on Avery's desk."""
    deadline = monotonic() + SETTLES
    while left := under_way(world, folder, many):
        assert monotonic() < deadline, left
        world.mail._wait_for_change(world.mail.version, 0.05)


def under_way(world: World, folder: Path, many: int) -> str:
    with database.connect(folder / "usher.db") as db:
        moving = outbox.list_jobs(db, (JobStatus.QUEUED, JobStatus.SENDING))
        rows = intake.list_newest(db, limit=1000)
        undecided = database.rows(db, "select id from cases where status = 'in_review'")
    if len(rows) < many or any(row.status is MailStatus.RECORDED for row in rows):
        return f"{len(rows)} mails in the ledger: {Counter(row.status for row in rows)}"
    if undecided or moving:
        return f"undecided: {undecided}; effects under way: {moving}"
    return "mails are not moved" if world.mail.mails(DESK) else ""


def tell(after: Aftermath, approver: Approver, killing: float, settling: float) -> None:
    """The figures of this run, for `pytest -s`."""
    copies = after.customer_mails()
    print(  # noqa: T201
        f"{after.kills} kills in {killing:.0f} s, settled {settling:.0f} s later; "
        f"{len(after.sent_in)} mails in, {copies.total()} out, "
        f"{sum(n - 1 for n in copies.values())} of them again; "
        f"{sum(job.unknowns for job in after.jobs())} outcomes unknown once, "
        f"{len(after.jobs(JobStatus.UNKNOWN))} jobs stay unknown; "
        f"{after.said.count('claims of a dead worker taken back')} times claims were taken back; "
        f"{approver.presses} clicks, {approver.unanswered} unanswered"
    )


def is_ris(sample: Sample) -> bool:
    return "RIS for" in sample.about


def shown(after: Aftermath, channel: str, *, in_threads: bool = False) -> list[dict[str, Any]]:
    """What stands in a channel by itself, or what stands below that."""
    messages = after.world.workspace.messages(channel)
    return [one for one in messages if (one.get("thread_ts", one["ts"]) != one["ts"]) is in_threads]


def keys(after: Aftermath, channel: str, *, in_threads: bool = False) -> list[str]:
    """What each of those messages is about, by the key it carries."""
    messages = shown(after, channel, in_threads=in_threads)
    return [str(message["metadata"]["event_payload"]["key"]) for message in messages]


def row_of(after: Aftermath, sample: Sample) -> LedgerMail:
    wanted = str(parsed(sample.raw)["Message-ID"])
    (row,) = [row for row in after.rows() if row.message_id == wanted]
    return row


def test_every_mail_is_in_the_ledger_once_and_was_moved_out_of_the_inbox(aftermath: Aftermath) -> None:
    rows = aftermath.rows()

    assert len(rows) == len(aftermath.sent_in) == 40
    assert {row.status for row in rows} == {MailStatus.DONE}
    assert len(moved_mails(aftermath.world)) == 40
    moved = aftermath.world.mail.mails(DESK, "Usher/Done")
    assert Counter(message_ids(moved)) == Counter(
        str(parsed(sample.raw)["Message-ID"]) for sample in aftermath.sent_in
    )


def test_each_form_is_one_case_with_one_card(aftermath: Aftermath) -> None:
    forms = [sample for sample in aftermath.sent_in if is_ris(sample)]
    refs = [row_of(aftermath, sample).subject_ref for sample in forms]

    assert len(aftermath.query("select id from cases")) == len(set(refs)) == 30
    assert Counter(keys(aftermath, "approvals")) == Counter(f"card:{ref}" for ref in refs)


def test_each_mail_of_a_case_that_went_is_told_once(aftermath: Aftermath) -> None:
    sent = [job for job in aftermath.jobs(JobStatus.SENT) if job.kind is JobKind.MAIL and job.case_id]
    # In its thread; of a card whose worker was killed, and which therefore comes later, in the channel.
    below, beside = keys(aftermath, "approvals", in_threads=True), keys(aftermath, "support")
    told = [key for key in below + beside if key.startswith("mail:")]

    assert Counter(told) == Counter(f"mail:{job.id}" for job in sent)


def test_each_decision_stands_once_and_led_to_one_confirmation(aftermath: Aftermath) -> None:
    approved = aftermath.query("select case_id from decisions where choice = 'approved'")
    confirmations = Counter(job.case_id for job in aftermath.jobs() if job.template == "order_confirmation")

    assert len(approved) == 22
    assert confirmations == Counter(entry["case_id"] for entry in approved)


def test_each_card_says_at_the_end_what_became_of_its_case(aftermath: Aftermath) -> None:
    unknown = {job.case_id for job in aftermath.jobs(JobStatus.UNKNOWN) if job.decision_id}
    cards = [as_text(card) for card in shown(aftermath, "approvals")]

    assert sum("*Approved*" in card for card in cards) == 22
    assert sum("*sponsor told*" in card for card in cards) == 22 - len(unknown)
    assert sum("Waiting for the sponsor" in card for card in cards) == 8


def test_every_mail_of_ours_arrived_and_came_again_only_after_a_kill_under_its_own_id(
    aftermath: Aftermath,
) -> None:
    copies = aftermath.customer_mails()
    jobs = {job.message_id: job for job in aftermath.jobs() if job.kind is JobKind.MAIL}

    assert set(copies) <= set(jobs)
    sent = {key for key, job in jobs.items() if job.status is JobStatus.SENT}
    assert sent <= set(copies)
    assert all(many <= 1 + jobs[key].unknowns for key, many in copies.items())
    assert sum(many - 1 for many in copies.values()) <= aftermath.kills


def test_every_question_is_shown_once(aftermath: Aftermath) -> None:
    questions = [sample for sample in aftermath.sent_in if sample.about.startswith("A question")]
    refs = [row_of(aftermath, sample).subject_ref for sample in questions]
    shown = [key for key in keys(aftermath, "support") if key.startswith("note:")]

    assert len(set(refs)) == 5
    assert Counter(shown) == Counter(f"note:{ref}" for ref in refs)


def test_robots_are_answered_by_nobody(aftermath: Aftermath) -> None:
    robots = [
        sample
        for sample in aftermath.sent_in
        if sample.about.startswith(("An automatic", "A bounce", "A mail from"))
    ]
    people = {sample.sender for sample in aftermath.sent_in if sample not in robots}

    assert [row_of(aftermath, sample).subject_ref for sample in robots] == [""] * 5
    assert {job.recipient for job in aftermath.jobs() if job.kind is JobKind.MAIL} <= people
    assert people <= {address for _, address in SENDERS} | {s.sender for s in aftermath.sent_in}


def test_nothing_is_stuck_but_mails_unknown_twice_and_each_of_them_is_shown(aftermath: Aftermath) -> None:
    left = aftermath.jobs(JobStatus.QUEUED, JobStatus.SENDING, JobStatus.HELD, JobStatus.FAILED)
    unknown = aftermath.jobs(JobStatus.UNKNOWN)
    notes = [key for key in keys(aftermath, "support") if key.startswith("job_unknown:")]
    env = aftermath.world.settings()
    listed = in_process("jobs", "list", "--json", cwd=aftermath.folder, env=env)

    assert left == []
    assert all(job.kind is JobKind.MAIL and job.unknowns == 2 for job in unknown)
    assert Counter(int(key.split(":")[1]) for key in notes) == Counter(job.id for job in unknown)
    assert sorted(line["id"] for line in listed.objects) == [job.id for job in unknown]


def test_the_audit_trail_is_whole(aftermath: Aftermath) -> None:
    env = aftermath.world.settings()
    answer = in_process("audit", "verify", cwd=aftermath.folder, env=env)

    assert (answer.code, answer.out[:5]) == (0, "whole")


def test_no_life_raised_anything_and_none_left_children_behind(aftermath: Aftermath) -> None:
    raised = ("Traceback", "raised", "a door fell", "stumbled")

    assert not [line for line in aftermath.said.splitlines() if any(word in line for word in raised)]
    assert aftermath.code == 0
    until(lambda: not aftermath.service.orphans())
