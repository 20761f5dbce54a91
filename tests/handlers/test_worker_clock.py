"""The outbox's lanes and a clock that somebody puts."""

from datetime import timedelta

import pytest

from bot.domain.errors import TransientFailure
from bot.domain.outbox import JobKind, JobStatus
from bot.services import outbox
from bot.services.outbox import Outcome
from bot.store import claims
from bot.store import outbox as store
from bot.store.database import transaction
from handlers.worker import loop as worker_loop
from handlers.worker.loop import Worker
from tests.cast import Office
from tests.handlers.lanes import queue_mails, states, the_lane, ways


def test_the_clock_put_back_makes_no_job_wait_for_the_old_time(office: Office) -> None:
    queue_mails(office, 1)
    lane = the_lane(office, "mail")
    office.clock.wait(hours=-1)
    lane._drain(ways(office))  # its start looks whether the clock is behind what was queued
    assert states(office) == ["sent"]

    office.clock.wait(hours=1)
    queue_mails(office, 2)  # the first is there already
    office.mailer.faults.then(TransientFailure("451 later"))
    lane._drain(ways(office))
    office.clock.wait(hours=-1)
    lane._drain(ways(office))

    assert states(office) == ["sent"] * 2


def test_what_is_put_off_waits_for_its_time_over_restarts_and_a_clock_put_back(office: Office) -> None:
    """As the probe of an address does, or the fourth request of a day."""
    queue_mails(office, 1, not_before=office.now + timedelta(hours=1))
    the_lane(office, "mail")._drain(ways(office))
    lane = the_lane(office, "mail")
    lane._drain(ways(office))
    office.clock.wait(seconds=-1)
    lane._drain(ways(office))
    office.clock.wait(minutes=60)
    lane._drain(ways(office))
    assert states(office) == ["queued"]

    office.clock.wait(seconds=1)
    lane._drain(ways(office))
    assert states(office) == ["sent"]


@pytest.fixture
def lane(office: Office, monkeypatch: pytest.MonkeyPatch) -> Worker:
    """One that has noticed that the clock was put back an hour; others go on by the old time."""
    monkeypatch.setattr(worker_loop, "WATCH", 0.0)
    lane = the_lane(office, "mail")
    office.clock.wait(hours=-1)
    lane._drain(ways(office))
    office.clock.wait(hours=1)
    return lane


def test_what_was_decided_by_the_old_time_and_committed_after_the_clock_was_put_back_is_found(
    office: Office, lane: Worker
) -> None:
    queue_mails(office, 2)
    office.clock.wait(hours=-1)
    lane._drain(ways(office))

    assert states(office) == ["sent"] * 2


def test_what_was_released_or_put_off_by_the_old_time_is_found_and_nothing_else_is_tried(
    office: Office, lane: Worker
) -> None:
    queue_mails(office, 3)
    first, second, third = office.claim(kinds=(JobKind.MAIL,))
    with office.connect() as db, transaction(db):
        old, soon = office.now + timedelta(seconds=2), office.now - timedelta(minutes=40)
        claims.settle(db, first, "w", JobStatus.HELD, now=office.now)
        claims.settle(db, second, "w", JobStatus.QUEUED, now=office.now, next_at=old, error="451")
        claims.settle(db, third, "w", JobStatus.QUEUED, now=office.now, next_at=soon, error="451")
        store.move(db, first.id, since=[JobStatus.HELD], to=JobStatus.QUEUED)
    office.clock.wait(hours=-1)
    lane._drain(ways(office))

    assert states(office) == ["sent", "sent", "queued"]


def test_what_was_put_off_and_tried_waits_for_its_time_once_more_after_the_clock_was_put_back(
    office: Office,
) -> None:
    """Whether its try failed or was given back."""
    queue_mails(office, 2, not_before=office.now + timedelta(hours=1))
    lane = the_lane(office, "mail")
    lane._drain(ways(office))
    office.clock.wait(hours=1)
    failed, untried = office.claim(kinds=(JobKind.MAIL,))
    with office.connect() as db:
        outcome = Outcome(status=JobStatus.QUEUED, error="451")
        outbox.settle(db, failed, "w", outcome, now=office.now, jitter=0.0)
        outbox.give_back(db, untried, "w")
    office.clock.wait(hours=-1)
    lane._drain(ways(office))
    assert states(office) == ["queued"] * 2

    office.clock.wait(hours=1, seconds=2)
    lane._drain(ways(office))
    assert states(office) == ["sent"] * 2
