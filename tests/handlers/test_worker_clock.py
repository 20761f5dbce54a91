"""The outbox's lanes and a clock that somebody puts."""

from bot.domain.errors import TransientFailure
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
