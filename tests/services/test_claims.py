"""Claims under a lease: late workers, dead workers, and what is given back."""

import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.outbox import LEASE, MAX_ATTEMPTS, JobStatus
from bot.services import claims, outbox
from bot.services.outbox import Outcome
from bot.store import outbox as store
from bot.store import workers
from bot.store.database import transaction
from tests.cast import Office, a_case, a_submission, an_office
from tests.jobs import a_new_job
from tests.services.test_outbox import MAILS, a_receipt


def test_a_worker_that_comes_too_late_settles_nothing(office: Office) -> None:
    a_receipt(office)
    (job,) = office.claim("slow", kinds=MAILS)
    office.clock.at += LEASE + timedelta(seconds=1)
    with office.connect() as db:
        assert claims.release_expired(db, office.path, now=office.now, jitter=0.0) == 1
    office.clock.wait(minutes=1)
    (again,) = office.claim("other", kinds=MAILS)
    office.carry_out(again, "other")
    with office.connect() as db:
        sent = Outcome(status=JobStatus.FAILED, error="too late to say so")
        outbox.settle(db, job, "slow", sent, now=office.now, jitter=0.0)

    after = office.job("neutral_receipt")
    assert (after.status, after.unknowns, after.error) == (JobStatus.SENT, 1, "")


def test_a_claim_of_a_worker_that_was_overtaken_by_itself_settles_nothing(office: Office) -> None:
    """A restarted container has the same host name and process id as before."""
    a_receipt(office)
    (old,) = office.claim("same", kinds=MAILS)
    office.clock.at += LEASE + timedelta(seconds=1)
    with office.connect() as db:
        claims.release_expired(db, office.path, now=office.now, jitter=0.0)
    office.clock.wait(minutes=1)
    (new,) = office.claim("same", kinds=MAILS)
    with office.connect() as db:
        outbox.settle(db, old, "same", Outcome(status=JobStatus.FAILED), now=office.now, jitter=0.0)

    assert office.job("neutral_receipt").status is JobStatus.SENDING
    office.carry_out(new, "same")
    assert office.job("neutral_receipt").status is JobStatus.SENT


def test_the_clock_put_forward_takes_nothing_from_a_worker_that_lives(office: Office) -> None:
    a_receipt(office)
    with workers.alive(office.path, "busy"):
        (job,) = office.claim("busy", kinds=MAILS)
        office.clock.wait(hours=1)
        with office.connect() as db:
            assert claims.release_expired(db, office.path, now=office.now, jitter=0.0) == 0
        office.carry_out(job, "busy")

    assert office.job("neutral_receipt").status is JobStatus.SENT


def test_a_vanished_worker_makes_a_mail_unknown_and_twice_is_shown(office: Office) -> None:
    a_receipt(office)
    for _ in range(2):
        assert len(office.claim("vanishes", kinds=MAILS)) == 1
        office.clock.at += LEASE + timedelta(minutes=1)
        with office.connect() as db:
            claims.release_expired(db, office.path, now=office.now, jitter=0.0)
        office.clock.wait(minutes=1)

    assert office.job("neutral_receipt").status is JobStatus.UNKNOWN
    assert office.claim(kinds=MAILS) == []


def test_a_dead_workers_claim_is_back_at_once_and_only_its_first_job_counts_as_tried(office: Office) -> None:
    for name in ("first", "second", "third"):
        a_receipt(office, name, to=f"{name}@example.org")
    with workers.alive(office.path, "killed"):
        assert len(office.claim("killed", kinds=MAILS)) == 3
        assert release_dead(office) == 0
    assert release_dead(office) == 3

    jobs = office.jobs("neutral_receipt")
    assert [(job.status, job.attempts, job.unknowns) for job in jobs] == [
        (JobStatus.QUEUED, 1, 1),
        (JobStatus.QUEUED, 0, 0),
        (JobStatus.QUEUED, 0, 0),
    ]


def test_whoever_is_killed_while_taking_claims_back_makes_nothing_untried_unknown(
    office: Office,
) -> None:
    """A text that is unknown is never sent again."""
    for name in ("first", "second", "third"):
        a_receipt(office, name, to=f"{name}@example.org")
    office.claim("killed", kinds=MAILS)
    stops = "create trigger stops before update on outbox when new.id = 2 begin select raise(abort, ''); end"
    with office.connect() as db:
        db.execute(stops)
        with pytest.raises(sqlite3.IntegrityError):
            claims.release_claims(db, "killed", now=office.now, jitter=0.0)
        db.execute("drop trigger stops")
        claims.release_claims(db, "killed", now=office.now, jitter=0.0)

    jobs = office.jobs("neutral_receipt")
    assert [(job.status, job.unknowns) for job in jobs] == [("queued", 1), ("queued", 0), ("queued", 0)]


def test_what_vanished_with_its_worker_is_tried_after_what_did_not(office: Office) -> None:
    """A job that kills its worker, or is killed each time, must not keep the others from going."""
    for name in ("first", "second", "third"):
        a_receipt(office, name, to=f"{name}@example.org")
    with workers.alive(office.path, "killed"):
        office.claim("killed", kinds=MAILS)
    release_dead(office)
    office.clock.wait(minutes=1)
    with workers.alive(office.path, "killed too"):
        claimed = office.claim("killed too", kinds=MAILS)
    release_dead(office)

    assert [job.recipient for job in claimed] == [
        "second@example.org",
        "third@example.org",
        "first@example.org",
    ]
    assert [job.unknowns for job in office.jobs("neutral_receipt")] == [1, 1, 0]
    office.clock.wait(minutes=1)
    assert [job.recipient for job in office.claim(kinds=MAILS, limit=1)] == ["third@example.org"]


def test_each_claim_of_a_dead_worker_has_a_first_job_that_may_have_happened(office: Office) -> None:
    """A lane whose settling failed, the database being locked, has gone on to its next claim."""
    with workers.alive(office.path, "killed"):
        for name in ("first", "second"):
            a_receipt(office, f"{name} 1", to=f"{name}1@example.org")
            a_receipt(office, f"{name} 2", to=f"{name}2@example.org")
            assert len(office.claim("killed", kinds=MAILS)) == 2
            office.clock.wait(seconds=1)
    release_dead(office)

    assert [job.unknowns for job in office.jobs("neutral_receipt")] == [1, 0, 1, 0]


def test_a_worker_that_nobody_can_see_keeps_its_claim_until_the_lease_ends(office: Office) -> None:
    """It may live on another machine, or be of the version before."""
    a_receipt(office)
    office.claim("elsewhere", kinds=MAILS)
    assert release_dead(office) == 0

    assert office.job("neutral_receipt").status is JobStatus.SENDING


def test_of_a_claim_of_a_worker_that_nobody_can_see_the_first_alone_counts_as_tried(office: Office) -> None:
    for name in ("first", "second", "third"):
        a_receipt(office, name, to=f"{name}@example.org")
    assert len(office.claim("elsewhere", kinds=MAILS, limit=2)) == 2
    office.clock.at += LEASE
    assert len(office.claim("elsewhere", kinds=MAILS)) == 1
    office.clock.wait(seconds=1)
    with office.connect() as db:
        assert claims.release_expired(db, office.path, now=office.now, jitter=0.0) == 2

    kept = [(job.unknowns, job.attempts, job.status) for job in office.jobs("neutral_receipt")]
    assert kept == [(1, 1, "queued"), (0, 0, "queued"), (0, 1, "sending")]


def release_dead(office: Office) -> int:
    with office.connect() as db:
        return claims.release_dead(db, office.path, now=office.now, jitter=0.0)


# One job's bug is its own


def test_a_job_whose_secrets_no_key_opens_fails_alone(tmp_path: Path) -> None:
    office = an_office(tmp_path)
    a_case(office)
    a_receipt(office, "other", to="other@example.org")
    changed = an_office(tmp_path, secret_key="another-key-another-key-another-key")
    changed.work()

    assert [mail.to for mail in changed.mailer.sent] == ["other@example.org"]
    assert changed.job("receipt").status is JobStatus.FAILED
    assert "SECRET_KEY" in changed.job("receipt").error
    assert "job_failed" in " ".join(changed.chat.said())


def test_a_job_that_is_given_back_untried_has_lost_no_try(office: Office) -> None:
    a_receipt(office)
    for _ in range(MAX_ATTEMPTS + 3):
        (job,) = office.claim(kinds=MAILS)
        with office.connect() as db:
            outbox.give_back(db, job, "w")

    assert office.job("neutral_receipt").status is JobStatus.QUEUED
    assert office.job("neutral_receipt").attempts == 0
    office.work()
    assert len(office.mailer.sent) == 1


def test_a_case_with_many_jobs_holds_up_no_other(office: Office) -> None:
    for number in (1, 2):
        a_case(office, replace(a_submission(), mail_id=number))
    office.work()
    with office.connect() as db, transaction(db):
        for key, case_id in [
            *((f"many-{n}", 1) for n in range(9)),
            ("few-1", 2),
            ("few-2", 2),
            ("own", None),
        ]:
            store.add(db, a_new_job(key, case_id=case_id), now=office.now)

    assert [job.key for job in office.claim(limit=3)] == ["many-0", "few-1", "own"]
    assert [job.key for job in office.claim(limit=4)] == ["many-1", "few-2", "many-2", "many-3"]
