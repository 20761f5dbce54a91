"""What every mailer must do, whatever carries the mails."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from email import message_from_bytes, policy

import pytest

from bot.domain.errors import PermanentFailure, TransientFailure, UnknownOutcome
from bot.domain.mail import Address, OutboundMail
from bot.sandbox.mail.faults import Stage
from tests.contracts.mail_carriers import (
    ANNA,
    CARRIERS,
    DESK,
    NOON,
    Carrier,
)


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


@pytest.fixture(params=CARRIERS)
def carrier(request: pytest.FixtureRequest) -> Iterator[Carrier]:
    start: Callable[[], AbstractContextManager[Carrier]] = request.param
    with start() as running:
        yield running


def test_a_mail_arrives_as_it_was_written(carrier: Carrier) -> None:
    carrier.mailer.send(a_mail())
    (stored,) = carrier.arrived()
    mail = message_from_bytes(stored, policy=policy.default)
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
    carrier.answer("rcpt", "550 5.1.1 no such user", address="gone@example.org")
    with pytest.raises(PermanentFailure, match=r"recipient.*550 5.1.1"):
        carrier.mailer.send(a_mail(to="gone@example.org"))
    carrier.mend()
    carrier.mailer.send(a_mail())

    assert len(carrier.arrived()) == 1


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data", "end"])
def test_put_off_is_not_for_good(carrier: Carrier, stage: Stage) -> None:
    carrier.answer(stage, "451 4.3.0 busy")
    with pytest.raises(TransientFailure, match="451") as caught:
        carrier.mailer.send(a_mail())
    carrier.mend()
    carrier.mailer.send(a_mail())

    assert caught.value.retry_after is None
    assert len(carrier.arrived()) == 1


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data", "end"])
def test_refused_is_for_good(carrier: Carrier, stage: Stage) -> None:
    carrier.answer(stage, "554 5.6.0 not this one")
    with pytest.raises(PermanentFailure, match="554"):
        carrier.mailer.send(a_mail())
    carrier.mend()
    carrier.mailer.send(a_mail(2))

    assert len(carrier.arrived()) == 1


def test_throttling_is_no_failure_of_the_mail_and_names_a_time(carrier: Carrier) -> None:
    carrier.mailer.send(a_mail(1))
    carrier.answer("mail", "451 4.7.500 slow down")
    with pytest.raises(TransientFailure, match=r"4\.7\.") as caught:
        carrier.mailer.send(a_mail(2))

    assert caught.value.retry_after == 60


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
def test_a_line_lost_before_the_content_sends_nothing(carrier: Carrier, stage: Stage) -> None:
    carrier.drop(stage)
    with pytest.raises(TransientFailure):
        carrier.mailer.send(a_mail())

    assert carrier.arrived() == []


def test_a_line_lost_after_the_last_byte_leaves_the_outcome_unknown(carrier: Carrier) -> None:
    carrier.drop("end")
    with pytest.raises(UnknownOutcome):
        carrier.mailer.send(a_mail())

    assert len(carrier.arrived()) == 1  # here it did happen


def test_a_line_cut_between_two_mails_goes_unnoticed(carrier: Carrier) -> None:
    carrier.mailer.send(a_mail(1))
    carrier.cut()
    carrier.mailer.send(a_mail(2))

    assert len(carrier.arrived()) == 2


def test_a_server_that_is_away_is_waited_for(carrier: Carrier) -> None:
    carrier.stop()
    with pytest.raises(TransientFailure, match="cannot be reached"):
        carrier.mailer.send(a_mail())
    carrier.start()
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
