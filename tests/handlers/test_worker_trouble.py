"""The worker in trouble: a bug costs one job, and a lane that stumbles lives on."""

import sqlite3
import threading
import time
from datetime import datetime
from typing import Any

import pytest
from sqlite_utils import Database

from bot.domain.errors import NotNow, PermanentFailure, TransientFailure
from bot.domain.mail import OutboundMail
from bot.domain.outbox import LEASE, MAX_ATTEMPTS, Job, JobStatus
from bot.services import claims, outbox
from bot.services.desk import Desk
from handlers.clock import loop as clock
from handlers.worker import loop
from tests.cast import BLAKE, Office
from tests.handlers.conftest import until
from tests.handlers.lanes import health, queue_mails, queue_notes, running, states, the_lane, ways


def broken(office: Office, *, only: str = "") -> list[str]:
    """Let every mail (or those to one address) raise what no adapter should; return who was tried."""
    tried: list[str] = []
    send = office.mailer.send

    def fail(mail: OutboundMail) -> tuple[str, ...]:
        tried.append(mail.to)
        if only in ("", mail.to):
            raise ZeroDivisionError("a bug")
        return send(mail)

    office.mailer.send = fail  # type: ignore[method-assign]
    return tried


def test_a_bug_in_one_effect_fails_that_job_and_the_next_ones_go(office: Office) -> None:
    queue_mails(office, 3)
    broken(office, only="u1@example.org")
    with running(office):
        until(lambda: states(office, "neutral_receipt") == ["sent", "failed", "sent"])
        until(lambda: "job_failed" in " ".join(office.chat.said()))

    assert [mail.to for mail in office.mailer.sent] == ["u0@example.org", "u2@example.org"]
    assert office.jobs("neutral_receipt")[1].error == "ZeroDivisionError: a bug"


def test_a_bug_in_what_follows_from_an_effect_sends_nothing_twice_and_the_next_ones_go(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It had been tried again, the mail with it, and nothing behind it went any more."""
    follow = outbox._follow_letter

    def fail(db: Database, job: Job, status: JobStatus, *, now: datetime) -> None:
        if job.recipient in ("u0@example.org", "u1@example.org"):
            raise ZeroDivisionError("a bug")
        follow(db, job, status, now=now)

    monkeypatch.setattr(outbox, "_follow_letter", fail)
    queue_mails(office, 3)
    take = office.mailer.send

    def send(mail: OutboundMail) -> tuple[str, ...]:
        if mail.to == "u1@example.org":
            raise TransientFailure("not today")
        return take(mail)

    office.mailer.send = send  # type: ignore[method-assign]
    lane = the_lane(office, "mail")
    for _ in range(MAX_ATTEMPTS + 2):
        lane._drain(ways(office))
        office.clock.wait(hours=1)

    assert [mail.to for mail in office.mailer.sent] == ["u0@example.org", "u2@example.org"]
    assert [(job.status, job.error) for job in office.jobs("neutral_receipt")] == [
        ("sent", "ZeroDivisionError: a bug"),
        ("failed", "ZeroDivisionError: a bug"),
        ("sent", ""),
    ]
    assert [note.values["words"]["id"] for note in office.jobs("trouble_note")] == [2]
    assert health(office, "outbox mail") == "True carries effects out"


def test_a_bug_before_an_effect_costs_that_job_and_the_next_ones_go(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It had kept the whole lane from its claims."""

    def fail(_: Desk, job: Job) -> bool:
        if job.recipient == "u1@example.org":
            raise ZeroDivisionError("a bug")
        return True

    monkeypatch.setattr(outbox, "may_go", fail)
    queue_mails(office, 3)
    lane = the_lane(office, "mail")
    for _ in range(3):
        lane._drain(ways(office))
    waiting = ("queued", "ZeroDivisionError: a bug")
    states = [(job.status, job.error) for job in office.jobs("neutral_receipt")]
    assert states == [("sent", ""), waiting, ("sent", "")]

    for _ in range(MAX_ATTEMPTS):
        office.clock.wait(hours=1)
        lane._drain(ways(office))
    assert office.jobs("neutral_receipt")[1].status == "failed"
    assert [note.values["words"]["id"] for note in office.jobs("trouble_note")] == [2]


def test_a_bug_behind_a_mail_beside_a_locked_database_sends_it_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a bug")

    end, tried = claims.end_alone, []

    def end_alone(*args: Any, **more: Any) -> JobStatus:  # noqa: ANN401 - whatever it takes
        tried.append(1)
        if len(tried) == 1:
            error = sqlite3.OperationalError("database is locked")
            error.sqlite_errorcode = sqlite3.SQLITE_BUSY
            raise error
        return end(*args, **more)

    monkeypatch.setattr(outbox, "_follow_letter", fail)
    monkeypatch.setattr(claims, "end_alone", end_alone)
    monkeypatch.setattr(loop, "POLL", 0.01)
    queue_mails(office, 1)
    lane = the_lane(office, "mail")
    for _ in range(3):
        lane._drain(ways(office))
        office.clock.wait(hours=1)

    assert (len(tried), len(office.mailer.sent)) == (2, 1)
    assert states(office, "neutral_receipt") == ["sent"]


def test_a_bug_in_every_effect_does_not_flood(office: Office) -> None:
    queue_mails(office, 5)
    tried = broken(office)
    with running(office):
        until(lambda: states(office, "neutral_receipt") == ["failed"] * 5)
        until(lambda: len(office.chat.said()) == 5)
        office.clock.wait(days=2)
        office.bot.bell.ring()
        time.sleep(0.05)

    assert len(tried) == 5
    assert len(office.chat.said()) == 5


def test_lanes_whose_other_sides_are_away_do_not_wake_each_other_without_end(office: Office) -> None:
    """What is due behind a mail that waits is won by nobody: there is nothing to tell the other lanes."""
    queue_mails(office, 2, to="dana@example.org")
    office.mailer.faults.then(NotNow("the mail server is away"))
    lane = the_lane(office, "mail")
    lane._drain(ways(office))
    rung = office.bot.bell.wait(-1, 0)
    for _ in range(3):
        lane._drain(ways(office))

    assert states(office) == ["queued", "queued"]
    assert office.bot.bell.wait(-1, 0) == rung


def test_a_note_that_cannot_be_posted_brings_no_further_note(office: Office) -> None:
    queue_notes(office, 1)
    office.chat.faults.then(*[PermanentFailure("the message is malformed")] * 50)
    lane = the_lane(office, "slack")
    for _ in range(20):
        lane._drain(ways(office))
        office.clock.wait(hours=1)

    assert states(office) == ["failed"]


@pytest.mark.slow
def test_a_lane_is_well_again_once_what_waited_was_dropped(office: Office) -> None:
    queue_mails(office, 1)
    office.mailer.faults.then(*[TransientFailure("451 later")] * 9)
    with running(office):
        until(lambda: health(office, "outbox mail") == "False neutral_receipt waits: 451 later")
        with office.connect() as db:
            outbox.discard(db, office.jobs()[0].id, by=BLAKE.id, now=office.now)
        until(lambda: health(office, "outbox mail") == "True carries effects out")


@pytest.mark.slow
def test_a_lane_that_stumbles_says_so_and_lives_on(office: Office) -> None:
    queue_mails(office, 1)
    lane = the_lane(office, "mail")
    with office.connect() as db:
        db.execute("alter table outbox rename to elsewhere")
    assert lane._drain(ways(office)) == 0
    assert health(office, "outbox mail").startswith("False stumbled: OperationalError")
    with office.connect() as db:
        db.execute("alter table elsewhere rename to outbox")

    assert lane._drain(ways(office)) == 1
    assert health(office, "outbox mail").startswith("True")
    assert len(office.mailer.sent) == 1


def test_a_lane_that_the_other_side_keeps_waiting_is_told_until_it_comes_back(office: Office) -> None:
    """It hangs in one call, and says nothing itself."""
    answers = threading.Event()
    send = office.mailer.send

    def wait(mail: OutboundMail) -> tuple[str, ...]:
        answers.wait(10)
        return send(mail)

    office.mailer.send = wait  # type: ignore[method-assign]
    queue_mails(office, 1)
    with running(office):
        until(lambda: states(office, "neutral_receipt") == ["sending"])
        late = time.monotonic() + LEASE.total_seconds() + 70

        def look() -> str:
            office.bot.health.look(at=late, now=office.now)
            return health(office, "outbox mail")

        told = until(look)
        answers.set()
        until(lambda: health(office, "outbox mail") == "True carries effects out")

    assert told == ("False neutral_receipt has been under way for 6 minutes: the other side keeps the line")


def test_the_clock_looks_how_long_each_lane_has_been_at_it(office: Office) -> None:
    long_ago = time.monotonic() - LEASE.total_seconds() - 1
    office.bot.health.begin("outbox mail", "receipt", at=long_ago)
    clock.build(office.bot).look()

    assert health(office, "outbox mail").startswith("False receipt has been under way for 5 minutes")


# Stopping
