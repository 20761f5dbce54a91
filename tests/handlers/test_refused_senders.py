"""A sender of ours that the mail server refuses: its mails wait, staff hear of it, and all else goes."""

import pytest

from bot.domain.errors import SenderRefused, TransientFailure
from bot.domain.mail import OutboundMail
from bot.services import outbox
from handlers.clock.loop import Watch
from handlers.clock.loop import build as build_watch
from handlers.worker.loop import Worker
from tests.cast import BLAKE, Office
from tests.handlers.lanes import health, queue_mails, states, the_lane, ways

WORDS = "the mail server refused the sender (554 5.2.252 SendAsDenied): check that SMTP_USER may send as it"
WAITS = f"False mails from o…@desk.example.com wait: {WORDS}"


def refuse(office: Office, *recipients: str, failure: Exception | None = None) -> set[str]:
    """What is written to these is refused for its sender's sake for as long as they are in the set."""
    unwanted, send = set(recipients), office.mailer.send

    def decide(mail: OutboundMail) -> tuple[str, ...]:
        if mail.to in unwanted:
            raise failure or SenderRefused(WORDS)
        return send(mail)

    office.mailer.send = decide  # type: ignore[method-assign]
    return unwanted


def over(office: Office, worker: Worker, watch: Watch, *, minutes: int) -> set[str]:
    """What `/readyz` says meanwhile, while one mail a minute goes to somebody else."""
    said = set()
    for _ in range(minutes):
        queue_mails(office, 1, to="other@example.org", key=f"other:{office.now}")
        worker._drain(ways(office))
        said.add(health(office, "outbox mail"))
        watch.look()
        office.clock.wait(minutes=1)
    return said


def test_it_is_said_while_one_waits_staff_are_told_in_time_and_of_its_end(office: Office) -> None:
    """Each mail that went had said that all is well, so that nobody was ever told."""
    queue_mails(office, 1)
    unwanted = refuse(office, "u0@example.org")
    worker, watch = the_lane(office, "mail"), build_watch(office.bot)
    said = over(office, worker, watch, minutes=5)
    told_early = office.jobs("alarm_note")
    said |= over(office, worker, watch, minutes=10)
    (told,) = office.jobs("alarm_note")
    unwanted.clear()
    over(office, worker, watch, minutes=9)
    _, over_again = office.jobs("alarm_note")

    assert (said, told_early) == ({WAITS}, [])
    assert WORDS in str(told.values)
    assert health(office, "outbox mail") == "True carries effects out"
    assert over_again.values["words"]["until"]
    assert set(states(office, "neutral_receipt")) == {"sent"}


@pytest.mark.parametrize("ends", ["dropped", "refused for another reason"])
def test_it_is_said_no_more_once_none_of_them_waits_for_that(office: Office, ends: str) -> None:
    queue_mails(office, 2)
    unwanted = refuse(office, "u0@example.org", "u1@example.org")
    worker, watch = the_lane(office, "mail"), build_watch(office.bot)
    said = [over(office, worker, watch, minutes=1)]
    unwanted.remove("u0@example.org")  # the other one waits on
    said.append(over(office, worker, watch, minutes=3))
    if ends == "dropped":
        with office.connect() as db:
            outbox.discard(db, office.jobs("neutral_receipt")[1].id, by=BLAKE.id, now=office.now)
    else:
        unwanted.clear()
        refuse(office, "u1@example.org", failure=TransientFailure("450 mailbox busy"))
    said.append(over(office, worker, watch, minutes=3) - {WAITS})

    assert said == [{WAITS}, {WAITS}, {"True carries effects out"}]
