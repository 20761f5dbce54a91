"""The outbox's lanes and a clock that somebody puts."""

from datetime import timedelta

import pytest

from bot.domain.errors import TransientFailure
from handlers.worker import loop as worker_loop
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


def test_what_was_decided_by_the_old_time_and_committed_after_the_clock_was_put_back_is_found(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_loop, "WATCH", 0.0)
    lane = the_lane(office, "mail")
    office.clock.wait(hours=-1)
    lane._drain(ways(office))
    office.clock.wait(hours=1)
    queue_mails(office, 2)
    office.clock.wait(hours=-1)
    lane._drain(ways(office))

    assert states(office) == ["sent"] * 2
