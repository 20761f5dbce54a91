"""The way out goes wrong: each mail goes once, or once more where nobody knows, and people hear of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from bot.adapters.smtp import SmtpMailer
from bot.adapters.tls import build_context
from bot.bootstrap import Bot
from bot.domain.outbox import MAX_ATTEMPTS, Job, JobStatus
from bot.sandbox.mail.faults import SmtpFaults, Stage
from bot.sandbox.world import DESK, World
from bot.services import outbox
from bot.settings import Tls
from tests.stories.desk import Desk, as_text, running, until
from tests.stories.orders import SPONSORS, Order, an_order, send_order

pytestmark = pytest.mark.slow

SHORT = 0.6  #: seconds until a silent server is given up


def impatient(bot: Bot, world: World) -> Bot:
    def open_mailer() -> SmtpMailer:
        return SmtpMailer(
            "127.0.0.1",
            world.mail.smtp_port,
            tls=Tls.NONE,
            context=build_context(None),
            timeout=SHORT,
            answer_timeout=SHORT,
        )

    return replace(bot, open_mailer=open_mailer)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with running(tmp_path_factory.mktemp("desk"), fitted=impatient, sponsors=SPONSORS) as desk:
        order = send_order(desk)
        order.approve()
        order.confirmed()
        yield desk


@pytest.fixture
def smtp(desk: Desk) -> Iterator[SmtpFaults]:
    """The server's faults; they are narrowed to our own mails, for sponsors send by the same server."""
    desk.well()
    faults = desk.world.mail.faults.smtp
    yield faults
    faults.clear()
    desk.world.mail.start_smtp()


def jobs_of(order: Order) -> dict[str, Job]:
    """By template."""
    with order.desk.bot.connect() as db:
        jobs = outbox.list_jobs(db, tuple(JobStatus))
    return {job.template: job for job in jobs if job.recipient == order.sponsor}


def approved(order: Order) -> None:
    order.approve()
    order.confirmed()
    order.desk.well()


@pytest.mark.parametrize(("stage", "about"), [("rcpt", "a recipient"), ("end", "the mail")])
def test_what_is_put_off_goes_once_and_the_wait_is_said(
    desk: Desk, smtp: SmtpFaults, stage: Stage, about: str
) -> None:
    order = an_order(desk)
    smtp.answer(stage, "451 4.3.0 busy", address=order.sponsor, times=1)
    order.send()

    desk.unwell("outbox mail", "receipt waits", f"put {about} off (451 4.3.0 busy)")
    approved(order)


def test_what_is_refused_for_good_is_shown_and_can_be_tried_again(desk: Desk, smtp: SmtpFaults) -> None:
    order = an_order(desk)
    smtp.answer("rcpt", "550 5.1.1 no such user", address=order.sponsor, times=1)
    order.send()

    note = as_text(desk.message("support", order.sponsor, "did not go"))
    assert "refused a recipient (550 5.1.1 no such user)" in note
    desk.well()  # it is that mail's own affair
    with desk.bot.connect() as db:
        outbox.retry(db, jobs_of(order)["receipt"].id, by="cli:root", now=desk.world.clock.now())
    approved(order)


def test_a_line_cut_before_the_mail_is_dialled_anew(desk: Desk, smtp: SmtpFaults) -> None:
    order = an_order(desk)
    smtp.drop("data", address=order.sponsor, times=2)  # the kept line's, and the next
    order.send()

    desk.unwell("outbox mail", "receipt waits", "broke off before the mail was through")
    approved(order)


def test_a_line_cut_after_the_final_dot_repeats_the_mail_once_under_the_same_message_id(
    desk: Desk, smtp: SmtpFaults
) -> None:
    order = an_order(desk)
    smtp.drop("end", address=order.sponsor)
    order.send()

    desk.unwell("outbox mail", "receipt waits", "gave no answer after the mail's last byte")
    order.approve()
    desk.mail_to(order.sponsor, about="Order confirmed")
    desk.settled()
    receipts = [m for m in desk.mails_to(order.sponsor) if "We have the form" in str(m["Subject"])]
    assert [m["Message-ID"] for m in receipts] == [jobs_of(order)["receipt"].message_id] * 2
    assert jobs_of(order)["receipt"].status is JobStatus.SENT
    desk.well()


def test_a_mail_of_which_nobody_knows_twice_is_shown_to_a_person(desk: Desk, smtp: SmtpFaults) -> None:
    order = an_order(desk)
    smtp.drop("end", address=order.sponsor, times=2)
    order.send()

    desk.message("support", order.sponsor, "the line was lost twice")
    assert jobs_of(order)["receipt"].status is JobStatus.UNKNOWN
    order.approve()
    desk.mail_to(order.sponsor, about="Order confirmed")
    desk.settled()
    assert sorted(order.mails().values()) == [1, 2]
    desk.well()


def test_a_killed_server_costs_no_attempt_and_gets_the_mails_once_it_is_back(
    desk: Desk, smtp: SmtpFaults
) -> None:
    del smtp
    order = send_order(desk)
    order.card()
    desk.settled()
    desk.world.mail.stop_smtp()
    order.approve()

    desk.unwell("outbox mail", "order_confirmation waits", "cannot be reached: nobody listens there")
    waiting = until(lambda: jobs_of(order).get("order_confirmation"))
    assert waiting.attempts <= 1  # one while it is being tried
    assert "case_approve" not in as_text(order.card("executing"))
    desk.world.mail.start_smtp()

    order.confirmed()
    desk.well()


def test_a_silent_server_is_given_up_before_the_mail_and_a_slow_one_is_waited_for(
    desk: Desk, smtp: SmtpFaults
) -> None:
    order = send_order(desk)
    order.card()
    desk.settled()
    smtp.delay = 2 * SHORT
    order.approve()
    desk.unwell("outbox mail", "order_confirmation waits", "before the mail was through: no answer in time")
    smtp.delay = SHORT / 3

    order.confirmed()
    desk.well()


def test_a_refused_copy_is_told_to_staff_and_the_sponsor_gets_the_mail_once(
    desk: Desk, smtp: SmtpFaults
) -> None:
    order, gone, erin = an_order(desk), f"gone@{SPONSORS}", f"erin@{SPONSORS}"
    smtp.answer("rcpt", "550 5.1.1 no such user", address=gone)
    order.send(cc=f"{gone}, {erin}")

    note = as_text(desk.message("support", order.sponsor, "refused a copy"))
    assert f"{gone}: 550 5.1.1 no such user" in note
    approved(order)
    assert len(desk.mails_to(erin)) == 2
    assert desk.mails_to(gone) == []


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        ("451 4.7.1 Too many mails, try again later", "put the sender off (451 4.7.1"),
        ("432 4.3.2 Concurrent connections limit exceeded", "put the sender off (432 4.3.2"),
        ("421 4.7.0 Try again later, closing connection", "closed the line (421 4.7.0"),
        ("550 5.4.5 Daily sending limit exceeded", "has sent enough for today (550 5.4.5"),
        (
            "550 5.7.60 Client does not have permissions to send as this sender",
            "refused the sender (550 5.7.60",
        ),
    ],
)
def test_throttling_is_waited_out_however_long_and_is_no_failure(
    desk: Desk, smtp: SmtpFaults, reply: str, words: str
) -> None:
    orders = [send_order(desk) for _ in range(2)]
    for order in orders:
        order.card()
    desk.settled()
    smtp.answer("mail", reply, address=DESK)
    for order in orders:
        order.approve()
    for _ in range(MAX_ATTEMPTS + 1):
        desk.unwell("outbox mail", " wait", words)
        due = [until(partial(waits, order)) for order in orders]
        assert [job.attempts for job in due] == [0, 0]
        desk.world.clock.turn(timedelta(hours=2))
    smtp.clear()

    for order in orders:
        order.confirmed()
    desk.well()


def waits(order: Order) -> Job | None:
    """The confirmation's job, between two tries."""
    job = jobs_of(order).get("order_confirmation")
    later = job is not None and job.next_at > order.desk.world.clock.now()
    return job if later and job is not None and job.status is JobStatus.QUEUED else None


def test_a_limit_of_mails_a_minute_is_kept_by_waiting(desk: Desk, smtp: SmtpFaults) -> None:
    orders = [send_order(desk) for _ in range(3)]
    for order in orders:
        order.card()
    desk.settled()
    smtp.throttle(mails=1, seconds=60)
    for order in orders:
        order.approve()
    for left in (2, 1):
        desk.unwell("outbox mail", "451 4.7.1 Too many mails")
        until(lambda left=left: len(list(filter(waits, orders))) == left)  # type: ignore[misc]
        desk.world.clock.turn(timedelta(seconds=100))

    for order in orders:
        order.confirmed()
    desk.well()
