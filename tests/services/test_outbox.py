"""Effects on their way out: every state a job can be in, and how it gets there."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.addressees import Addressee
from bot.domain.approvals import Phase
from bot.domain.bounces import AddressState, Doubt
from bot.domain.cards import TroubleNote
from bot.domain.cases import Case
from bot.domain.errors import NotNow, PermanentFailure, TransientFailure, UnknownJob, UnknownOutcome
from bot.domain.outbox import MAX_ATTEMPTS, JobKind, JobStatus, back_off
from bot.rendering import mails
from bot.services import approvals, outbox
from bot.services.queueing import queue_mail, queue_trouble
from bot.store import bounces
from bot.store.database import transaction
from tests.cast import AVERY, BLAKE, DANA, Office, a_case, an_office
from tests.contracts.racing import race

MAILS = (JobKind.MAIL,)


def decide(office: Office, case: Case) -> Case:
    with office.connect() as db:
        return approvals.approve(
            db, office.desk, ref=case.ref, seen=case.content_hash, by=AVERY, now=office.now
        )


def phase(office: Office, ref: str = "C-1") -> Phase:
    decision = office.case(ref).decision
    assert decision is not None
    return decision.phase


def a_decided_case(office: Office) -> Case:
    """A case whose receipt and card are gone and whose confirmation waits."""
    case = a_case(office)
    office.work()
    return decide(office, case)


def a_note(office: Office, key: str = "note-1") -> None:
    with office.connect() as db, transaction(db):
        queue_trouble(
            db, TroubleNote(what="job_failed", subject="job 1", detail="x"), key=key, now=office.now
        )


def a_receipt(
    office: Office,
    key: str = "mail-1",
    *,
    to: str = DANA.address,
    automatic: bool = False,
    case_id: int | None = None,
) -> bool:
    with office.connect() as db, transaction(db):
        words = mails.neutral_receipt(ref="Q-1", lang="en", policy=office.desk.policy)
        return queue_mail(
            db, office.desk, "neutral_receipt", Addressee(address=to, lang="en", ref="Q-1", case_id=case_id),
            key=key, words=words, now=office.now, automatic=automatic,
        )  # fmt: skip


# The way of a mail that works


def test_a_mail_goes_once_with_its_words_and_is_over(office: Office) -> None:
    a_case(office)
    office.work()

    (sent,) = office.mailer.sent
    job = office.job("receipt")
    assert (sent.to, sent.message_id) == (DANA.address, job.message_id)
    assert job.status is JobStatus.SENT
    assert job.sent_at == office.now
    assert office.work() == 0


def test_a_sent_mail_has_lost_its_secrets_and_the_file_never_held_them_open(office: Office) -> None:
    a_case(office)
    (token,) = office.tokens
    with office.connect() as db:
        sealed = db.execute("select secrets from outbox where template = 'receipt'").fetchone()[0]
    assert len(sealed) > 40
    waiting = raw_files(office)

    office.work()

    with office.connect() as db:
        assert db.execute("select secrets from outbox where template = 'receipt'").fetchone()[0] == ""
    assert token in office.mailer.sent[0].text
    assert token.encode() not in waiting
    assert token.encode() not in raw_files(office)


def raw_files(office: Office) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(office.path.parent.glob("usher.db*")))


def test_a_discarded_mail_has_lost_its_secrets_too(tmp_path: Path) -> None:
    office = an_office(tmp_path, delivery="hold")
    a_case(office)
    office.work()
    with office.connect() as db:
        outbox.discard(db, office.job("receipt").id, by=BLAKE.id, now=office.now)

        assert db.execute("select secrets from outbox where template = 'receipt'").fetchone()[0] == ""


# Hold, only, live


def test_on_hold_a_mail_is_shown_and_goes_when_staff_let_it(tmp_path: Path) -> None:
    office = an_office(tmp_path, delivery="hold")
    a_case(office)
    office.work()
    job = office.job("receipt")
    assert job.status is JobStatus.HELD
    assert office.mailer.sent == []
    assert f"held:{job.id}" in office.chat.said()
    assert office.tokens[0] not in office.chat.texts()

    with office.connect() as db:
        outbox.release(db, job.id, by=BLAKE.id, now=office.now)
    office.work()

    assert office.job("receipt").status is JobStatus.SENT
    assert office.tokens[0] in office.mailer.sent[0].text


def test_leaving_hold_never_sends_what_staff_discarded(tmp_path: Path) -> None:
    office = an_office(tmp_path, delivery="hold")
    for key in ("first", "second", "third"):
        a_receipt(office, key, to=f"{key}@example.org")
    office.work()
    _, second, _ = office.jobs("neutral_receipt")
    with office.connect() as db:
        outbox.discard(db, second.id, by=BLAKE.id, now=office.now)

        assert outbox.release_all(db, by=BLAKE.id, now=office.now) == 2
    office.work()
    live = an_office(tmp_path, delivery="live")
    live.work()

    assert [mail.to for mail in office.mailer.sent] == ["first@example.org", "third@example.org"]
    assert live.mailer.sent == []
    with office.connect() as db, pytest.raises(UnknownJob):
        outbox.release(db, second.id, by=BLAKE.id, now=office.now)
    with office.connect() as db, pytest.raises(UnknownJob):
        outbox.retry(db, second.id, by=BLAKE.id, now=office.now)


def test_several_who_release_all_at_once_release_each_mail_once(tmp_path: Path) -> None:
    office = an_office(tmp_path, delivery="hold")
    for key in ("first", "second", "third"):
        a_receipt(office, key, to=f"{key}@example.org")
    office.work()

    def release_all() -> int:
        with office.connect() as db:
            return outbox.release_all(db, by=BLAKE.id, now=office.now)

    assert sum(race(release_all, release_all, release_all)) == 3
    office.work()

    assert len(office.mailer.sent) == 3


@pytest.mark.parametrize(
    ("to", "goes"),
    [
        ("anna@example.com", True),
        ("ANNA@Example.com", True),
        ("bob@example.org", True),
        ("bob@sub.example.org", False),
        ("bob@notexample.org", False),
        ("anna@example.com.evil.example.net", False),
    ],
)
def test_a_rehearsal_sends_to_its_addresses_and_domains_only(tmp_path: Path, to: str, *, goes: bool) -> None:
    office = an_office(tmp_path, delivery="only:anna@example.com,example.org")
    a_receipt(office, to=to)
    office.work()

    assert bool(office.mailer.sent) is goes
    assert office.job("neutral_receipt").status == ("sent" if goes else "held")


def test_a_rehearsal_holds_a_mail_of_which_one_copy_would_go_elsewhere(tmp_path: Path) -> None:
    office = an_office(tmp_path, delivery="only:sponsor.example.org")
    with office.connect() as db, transaction(db):
        words = mails.neutral_receipt(ref="Q-1", lang="en", policy=office.desk.policy)
        whom = Addressee(address=DANA.address, lang="en", ref="Q-1", cc=("chief@elsewhere.example.net",))
        queue_mail(db, office.desk, "neutral_receipt", whom, key="k", words=words, now=office.now)
    office.work()

    assert office.mailer.sent == []


# Failures


def test_a_passing_failure_is_tried_again_later_and_later(office: Office) -> None:
    a_receipt(office)
    office.mailer.faults.then(*[TransientFailure("451 later")] * 3)
    waits = []
    for _ in range(3):
        before = office.now
        office.work()
        waits.append((office.job("neutral_receipt").next_at - before).total_seconds())
        office.clock.at = office.job("neutral_receipt").next_at
    office.work()

    assert waits == [2.0, 4.0, 8.0]
    assert office.job("neutral_receipt").status is JobStatus.SENT
    assert len(office.mailer.sent) == 1


def test_the_wait_is_jittered_and_has_an_end() -> None:
    assert back_off(1, jitter=1.0) == timedelta(seconds=3)
    assert back_off(3, jitter=0.5) == timedelta(seconds=10)
    assert back_off(10_000, jitter=0.0) == timedelta(minutes=30)


@pytest.mark.parametrize(("named", "waits"), [(77.0, 77), (31_536_000.0, 3_600), (1e14, 3_600)])
def test_the_time_that_the_other_side_names_is_kept_up_to_an_hour(
    office: Office, named: float, waits: int
) -> None:
    a_note(office)
    office.chat.faults.then(TransientFailure("ratelimited", retry_after=named))
    office.work()

    assert office.job("trouble_note").next_at == office.now + timedelta(seconds=waits)


def test_a_mail_that_fails_too_often_is_given_up_and_shown_once(office: Office) -> None:
    a_receipt(office)
    office.mailer.faults.then(*[TransientFailure("451 later")] * 40)
    office.work_till_quiet()

    job = office.job("neutral_receipt")
    assert (job.status, job.attempts) == (JobStatus.FAILED, MAX_ATTEMPTS)
    assert job.error == "451 later"
    assert [key.partition(":")[0] for key in office.chat.said()] == ["job_failed"]


@pytest.mark.slow
def test_a_side_that_takes_nothing_costs_no_attempt_however_long(office: Office) -> None:
    a_receipt(office)
    a_note(office)
    away = NotNow("nobody listens there")
    office.mailer.faults.then(*[away] * 40)
    office.chat.faults.then(*[away] * 40)
    waits = set()
    for _ in range(40):
        office.work()
        waits |= {job.next_at - office.now for job in office.jobs()}
        office.clock.wait(minutes=2)
    assert {(job.status, job.attempts) for job in office.jobs()} == {(JobStatus.QUEUED, 0)}
    assert (min(waits), max(waits)) == (timedelta(seconds=2), timedelta(minutes=1))
    office.work()

    assert [job.status for job in office.jobs()] == [JobStatus.SENT] * 2


def test_a_look_at_what_stands_behind_one_that_waits_needs_no_write_lock(office: Office) -> None:
    """However many those are; whoever wrote meanwhile had waited for each look, twice a second."""
    for number in range(3):
        a_receipt(office, f"mail-{number}")
    office.mailer.faults.then(NotNow("nobody listens there"))
    office.work()
    with office.connect() as db, office.connect() as other:
        db.execute("pragma busy_timeout = 1")
        with transaction(other):
            won = outbox.claim(db, office.desk, "w", kinds=MAILS, limit=20, now=office.now)

    assert won == ([], 0)
    assert [job.status for job in office.jobs()] == [JobStatus.QUEUED] * 3


def test_a_copy_that_was_refused_is_shown_to_staff(office: Office) -> None:
    a_receipt(office)
    office.mailer.refused = ("gone@example.org: 550 5.1.1 no such user",)
    office.work()

    assert office.job("neutral_receipt").status is JobStatus.SENT
    assert "gone@example.org: 550 5.1.1 no such user" in office.chat.texts()
    assert "refused a copy" in office.chat.texts()


def test_a_refused_mail_is_failed_at_once_and_shown(office: Office) -> None:
    a_receipt(office)
    office.mailer.faults.then(PermanentFailure("550 no such user"))
    office.work()

    assert office.job("neutral_receipt").status is JobStatus.FAILED
    assert "550 no such user" in office.chat.texts()
    assert office.mailer.sent == []


def test_a_failed_mail_that_is_tried_again_keeps_its_message_id_and_its_secrets(office: Office) -> None:
    a_case(office)
    office.mailer.faults.then(PermanentFailure("550 greylisted for good"))
    office.work()
    job = office.job("receipt")
    with office.connect() as db:
        outbox.retry(db, job.id, by=BLAKE.id, now=office.now)
    office.work()

    (sent,) = office.mailer.sent
    assert sent.message_id == job.message_id
    assert office.tokens[0] in sent.text


def test_a_mail_that_may_have_gone_repeats_once_with_the_same_message_id(office: Office) -> None:
    a_receipt(office)
    office.mailer.faults.then(UnknownOutcome("line lost after the final dot"))
    office.work_till_quiet()

    first, second = office.mailer.sent
    assert first.message_id == second.message_id
    assert office.job("neutral_receipt").status is JobStatus.SENT


def test_a_mail_unknown_twice_is_shown_to_a_person_and_never_goes_by_itself(office: Office) -> None:
    a_receipt(office)
    office.mailer.faults.then(UnknownOutcome("lost"), UnknownOutcome("lost again"))
    office.work_till_quiet()
    office.clock.wait(days=30)
    office.work()

    assert office.job("neutral_receipt").status is JobStatus.UNKNOWN
    assert len(office.mailer.sent) == 2
    assert [key.partition(":")[0] for key in office.chat.said()] == ["job_unknown"]


def test_failures_between_two_unknown_outcomes_give_no_third_try(office: Office) -> None:
    a_receipt(office)
    office.mailer.faults.then(UnknownOutcome("lost"), TransientFailure("451"), UnknownOutcome("lost again"))
    office.work_till_quiet()

    assert office.job("neutral_receipt").status is JobStatus.UNKNOWN
    assert len(office.mailer.sent) == 2


# Leases


def test_a_mail_whose_address_is_given_up_after_its_claim_waits_and_is_shown(office: Office) -> None:
    a_case(office)
    with office.connect() as db:
        (job,), _ = outbox.claim(db, office.desk, "w", kinds=(JobKind.MAIL,), limit=9, now=office.now)
        with transaction(db):
            bounces.keep_doubt(
                db,
                Doubt(address=job.recipient, state=AddressState.GIVEN_UP, since=office.now, probe=""),
            )

    assert office.carry_out(job) is JobStatus.HELD
    office.work()
    assert office.mailer.sent == []
    assert office.job("held_note").values["words"]["given_up"]
    with office.connect() as db:
        outbox.release(db, job.id, by="U0AVERY", now=office.now)
    office.work()
    assert [mail.to for mail in office.mailer.sent] == [job.recipient]
