"""A sender of ours that the mail server refuses: its mails wait, staff hear of it, and all else goes."""

from dataclasses import replace

import pytest

from bot.domain.errors import PermanentFailure, SenderRefused, TransientFailure
from bot.domain.mail import OutboundMail
from bot.domain.outbox import MAX_ATTEMPTS
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


def at_recipient(otherwise: PermanentFailure | TransientFailure) -> SenderRefused:
    refused = SenderRefused(WORDS)
    refused.own = otherwise
    return refused


@pytest.mark.parametrize(
    ("otherwise", "attempts"),
    [(PermanentFailure("refused a recipient"), 1), (TransientFailure("put a recipient off"), MAX_ATTEMPTS)],
)
def test_one_recipient_who_refuses_a_sender_whose_other_mails_go_is_that_mails_own_affair(
    office: Office, otherwise: PermanentFailure | TransientFailure, attempts: int
) -> None:
    """It had waited for ever, and no card or note named it."""
    queue_mails(office, 1)
    refuse(office, "u0@example.org", failure=at_recipient(otherwise))
    worker, watch = the_lane(office, "mail"), build_watch(office.bot)
    for _ in range(3):  # nothing else goes: it may be the sender's
        worker._drain(ways(office))
        office.clock.wait(minutes=2)
    (alone,) = office.jobs("neutral_receipt")
    over(office, worker, watch, minutes=1)
    for _ in range(2 * MAX_ATTEMPTS):
        office.clock.wait(minutes=60)
        worker._drain(ways(office))

    assert (str(alone.status), alone.attempts) == ("queued", 0)
    job = office.jobs("neutral_receipt")[0]
    assert (str(job.status), job.attempts, job.error) == ("failed", attempts, str(otherwise))
    assert health(office, "outbox mail") == "True carries effects out"
    assert [note.values["words"]["what"] for note in office.jobs("trouble_note")] == ["job_failed"]


def test_that_mails_of_another_sender_go_says_nothing_of_a_refused_one(office: Office) -> None:
    own = {"sender_name": "Extranet", "sender_address": "other@desk.example.com"}  # in brief the same
    extranet = office.desk.policy.extranet.model_copy(update=own)
    policy = office.desk.policy.model_copy(update={"extranet": extranet})
    office.bot = replace(office.bot, desk=replace(office.desk, policy=policy))
    queue_mails(office, 1, ref="P-1")
    refuse(office, "u0@example.org", failure=at_recipient(PermanentFailure("refused a recipient")))
    over(office, the_lane(office, "mail"), build_watch(office.bot), minutes=5)

    assert [str(job.status) for job in office.jobs("neutral_receipt")] == ["queued", *["sent"] * 5]
