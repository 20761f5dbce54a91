"""A refused log-in for outgoing mail is tried more and more rarely: providers lock accounts for that."""

from datetime import timedelta
from itertools import pairwise

from bot.domain.errors import NotLetIn, NotNow
from bot.domain.health import Part
from bot.domain.mail import OutboundMail
from handlers.clock.loop import build
from handlers.worker.loop import Worker
from tests.cast import Office
from tests.handlers.lanes import queue_mails, states, the_lane, ways
from tests.outside import NOW

REFUSED = NotLetIn("the mail server refused the log-in (535): check SMTP_USER and SMTP_PASSWORD")


def lane(office: Office) -> Part:
    return next(part for part in office.bot.health.parts() if part.name == "outbox mail")


def run(office: Office, worker: Worker, *, minutes: int) -> list[float]:
    """The minutes at which a mail was handed over, or would have been."""
    tries: list[float] = []
    send = office.mailer.send

    def heard(mail: OutboundMail) -> tuple[str, ...]:
        tries.append((office.now - NOW) / timedelta(minutes=1))
        return send(mail)

    office.mailer.send = heard  # type: ignore[method-assign]
    for _ in range(minutes * 6):
        worker._drain(ways(office))
        office.clock.wait(seconds=10)
    return tries


def test_refused_log_ins_are_tried_after_a_minute_then_two_and_at_last_each_quarter_of_an_hour(
    office: Office,
) -> None:
    queue_mails(office, 3)
    office.mailer.faults.then(*[REFUSED] * 99)
    tries = run(office, the_lane(office, "mail"), minutes=70)

    gaps = [later - earlier for earlier, later in pairwise(tries)]
    assert all(rest <= gap <= rest + 1.5 for gap, rest in zip(gaps, (1, 2, 4, 8, 15, 15), strict=False)), gaps
    assert len(gaps) >= 6
    part = lane(office)
    assert part.sentence.endswith(str(REFUSED))
    assert part.tries_at is not None
    assert part.tries_at - office.now <= timedelta(minutes=15)
    assert set(states(office)) == {"queued"}


def test_staff_hear_of_a_refused_log_in_at_once_and_of_a_server_that_is_away_in_time(office: Office) -> None:
    queue_mails(office, 1)
    office.mailer.faults.then(NotNow("the mail server is away"), *[REFUSED] * 99)
    worker, watch = the_lane(office, "mail"), build(office.bot)
    worker._drain(ways(office))
    watch.look()
    told_away = office.jobs("alarm_note")
    run(office, worker, minutes=2)
    watch.look()

    (told,) = office.jobs("alarm_note")
    assert (told_away, lane(office).needs_person) == ([], True)
    assert told.stream == "alarm:outbox mail"
    assert lane(office).sentence in str(told.values)
    assert str(REFUSED) in lane(office).sentence


def test_once_it_lets_us_in_everything_goes_and_a_server_that_is_away_is_asked_as_before(
    office: Office,
) -> None:
    queue_mails(office, 3)
    office.mailer.faults.then(REFUSED, NotNow("the mail server is away"))
    run(office, the_lane(office, "mail"), minutes=4)

    assert set(states(office)) == {"sent"}
    assert (lane(office).well, lane(office).needs_person, lane(office).tries_at) == (True, False, None)


def test_a_clock_put_back_ends_the_rest(office: Office) -> None:
    queue_mails(office, 1)
    office.mailer.faults.then(*[REFUSED] * 5)
    worker = the_lane(office, "mail")
    run(office, worker, minutes=12)
    office.clock.wait(days=-2)

    assert run(office, worker, minutes=1)
