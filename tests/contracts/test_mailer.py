"""What every mailer must do, whatever carries the mails."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest

from bot.adapters.smtp import SmtpMailer, with_password
from bot.adapters.tls import build_context
from bot.domain.errors import PermanentFailure, TransientFailure, UnknownOutcome
from bot.domain.mail import Address, OutboundMail
from bot.ports import Mailer
from bot.sandbox.mail import MailWorld, StoredMail
from bot.settings import Tls

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DESK = "desk@example.com"
ANNA = "anna@example.org"
PASSWORD = "not this secret"


def a_mail(number: int = 1, *, to: str = ANNA, cc: tuple[str, ...] = ()) -> OutboundMail:
    return OutboundMail(
        message_id=f"<case-{number}@example.com>",
        sender=Address(name="Onboarding desk", address=DESK),
        to=to,
        cc=cc,
        subject=f"Bestätigung {number}",
        text=".\nHallo Anna,\n..\n.\n",
        html="<p>Hallo Anna</p>",
        date=NOON,
    )


@dataclass(frozen=True)
class Carrier:
    """A mailer and the world it carries into, which goes wrong when told to."""

    mailer: Mailer
    world: MailWorld

    def arrived(self, address: str = ANNA) -> list[StoredMail]:
        return self.world.mails(address)


@contextmanager
def smtp_to_the_sandbox() -> Iterator[Carrier]:
    with MailWorld(now=lambda: NOON, accounts={DESK: PASSWORD, ANNA: "x"}, require_login=True) as world:
        mailer = SmtpMailer(
            world.host,
            world.smtp_port,
            tls=Tls.NONE,
            context=build_context(),
            log_in=with_password(DESK, PASSWORD),
            timeout=5,
        )
        with closing(mailer):
            yield Carrier(mailer, world)


#: Every way out for mails; another one joins here.
CARRIERS = [pytest.param(smtp_to_the_sandbox, id="smtp")]


@pytest.fixture(params=CARRIERS)
def carrier(request: pytest.FixtureRequest) -> Iterator[Carrier]:
    start: Callable[[], AbstractContextManager[Carrier]] = request.param
    with start() as running:
        yield running


def test_a_mail_arrives_as_it_was_written(carrier: Carrier) -> None:
    carrier.mailer.send(a_mail())
    (stored,) = carrier.arrived()
    mail = message_from_bytes(stored.raw, policy=policy.default)
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))

    assert (mail["Message-ID"], mail["Subject"]) == ("<case-1@example.com>", "Bestätigung 1")
    assert text is not None
    assert text.get_content().splitlines() == [".", "Hallo Anna,", "..", "."]
    assert html is not None
    assert html.get_content().strip() == "<p>Hallo Anna</p>"


def test_a_copy_reaches_those_it_names(carrier: Carrier) -> None:
    carrier.mailer.send(a_mail(cc=("blake@example.org", ANNA)))

    assert len(carrier.arrived("blake@example.org")) == len(carrier.arrived()) == 1


def test_many_mails_go_one_after_the_other(carrier: Carrier) -> None:
    for number in range(20):
        carrier.mailer.send(a_mail(number))

    assert len(carrier.arrived()) == 20


def test_a_refused_recipient_is_for_good_and_the_next_mail_goes(carrier: Carrier) -> None:
    carrier.world.faults.smtp.answer("rcpt", "550 5.1.1 no such user", address="gone@example.org")
    with pytest.raises(PermanentFailure, match=r"recipient.*550 5.1.1"):
        carrier.mailer.send(a_mail(to="gone@example.org"))
    carrier.mailer.send(a_mail())

    assert len(carrier.arrived()) == 1


def test_a_refused_copy_is_told_and_the_others_get_the_mail(carrier: Carrier) -> None:
    carrier.world.faults.smtp.answer("rcpt", "550 5.1.1 no such user", address="gone@example.org")
    refused = carrier.mailer.send(a_mail(cc=("gone@example.org", "blake@example.org")))

    assert refused == ("gone@example.org: 550 5.1.1 no such user",)
    assert len(carrier.arrived()) == len(carrier.arrived("blake@example.org")) == 1


def test_a_copy_that_is_put_off_lets_the_whole_mail_wait(carrier: Carrier) -> None:
    carrier.world.faults.smtp.answer("rcpt", "450 4.2.0 greylisted", address="blake@example.org", times=1)
    mail = a_mail(cc=("blake@example.org",))
    with pytest.raises(TransientFailure, match="greylisted"):
        carrier.mailer.send(mail)
    assert carrier.arrived() == []
    assert carrier.mailer.send(mail) == ()

    assert len(carrier.arrived()) == len(carrier.arrived("blake@example.org")) == 1


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data", "end"])
def test_put_off_is_not_for_good(carrier: Carrier, stage: str) -> None:
    carrier.world.faults.smtp.answer(stage, "451 4.3.0 busy", times=1)  # type: ignore[arg-type]
    with pytest.raises(TransientFailure, match="451") as caught:
        carrier.mailer.send(a_mail())
    carrier.mailer.send(a_mail())

    assert caught.value.retry_after is None
    assert len(carrier.arrived()) == 1


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data", "end"])
def test_refused_is_for_good(carrier: Carrier, stage: str) -> None:
    carrier.world.faults.smtp.answer(stage, "554 5.6.0 not this one", times=1)  # type: ignore[arg-type]
    with pytest.raises(PermanentFailure, match="554"):
        carrier.mailer.send(a_mail())
    carrier.mailer.send(a_mail(2))

    assert len(carrier.arrived()) == 1


def test_throttling_is_no_failure_of_the_mail_and_names_a_time(carrier: Carrier) -> None:
    carrier.world.faults.smtp.throttle(mails=1)
    carrier.mailer.send(a_mail(1))
    with pytest.raises(TransientFailure, match=r"4\.7\.") as caught:
        carrier.mailer.send(a_mail(2))

    assert caught.value.retry_after == 60


def test_a_refused_log_in_fails_no_mail_for_good(carrier: Carrier) -> None:
    carrier.world.faults.smtp.refuse_logins = True
    with pytest.raises(TransientFailure, match=r"refused the log-in.*SMTP_PASSWORD") as caught:
        carrier.mailer.send(a_mail())
    carrier.world.faults.clear()
    carrier.mailer.send(a_mail())

    assert PASSWORD not in str(caught.value)
    assert len(carrier.arrived()) == 1


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
def test_a_line_lost_before_the_content_sends_nothing(carrier: Carrier, stage: str) -> None:
    carrier.world.faults.smtp.drop(stage)  # type: ignore[arg-type]
    with pytest.raises(TransientFailure):
        carrier.mailer.send(a_mail())

    assert carrier.arrived() == []


def test_a_line_lost_after_the_last_byte_leaves_the_outcome_unknown(carrier: Carrier) -> None:
    carrier.world.faults.smtp.drop("end")
    with pytest.raises(UnknownOutcome):
        carrier.mailer.send(a_mail())

    assert len(carrier.arrived()) == 1  # here it did happen


def test_a_line_cut_between_two_mails_goes_unnoticed(carrier: Carrier) -> None:
    carrier.mailer.send(a_mail(1))
    carrier.world.cut_smtp()
    carrier.mailer.send(a_mail(2))

    assert len(carrier.arrived()) == 2


def test_a_server_that_is_away_is_waited_for(carrier: Carrier) -> None:
    carrier.world.stop_smtp()
    with pytest.raises(TransientFailure, match="cannot be reached"):
        carrier.mailer.send(a_mail())
    carrier.world.start_smtp()
    carrier.mailer.send(a_mail())

    assert len(carrier.arrived()) == 1


@pytest.mark.parametrize("address", ["", "anna", "a b@example.org", "a@b\r\nRCPT TO:<eve@example.net>", "@"])
def test_what_is_no_address_is_refused_before_anything_is_sent(carrier: Carrier, address: str) -> None:
    with pytest.raises(PermanentFailure, match="not a mail address"):
        carrier.mailer.send(a_mail(to=address))

    assert carrier.arrived("eve@example.net") == []


def test_it_may_be_closed_twice_and_used_after(carrier: Carrier) -> None:
    carrier.mailer.send(a_mail(1))
    carrier.mailer.close()
    carrier.mailer.close()
    carrier.mailer.send(a_mail(2))

    assert len(carrier.arrived()) == 2
