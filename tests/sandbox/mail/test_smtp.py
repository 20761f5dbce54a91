"""The SMTP server, met by the standard library's client."""

import smtplib
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.sandbox.mail import MailWorld, ServerTls
from tests.sandbox.mail.conftest import (
    DANA,
    DESK,
    PASSWORD,
    Clock,
    a_mail,
    client_context,
    server_context,
)


@pytest.fixture
def client(world: MailWorld) -> Iterator[smtplib.SMTP]:
    client = smtplib.SMTP(world.host, world.smtp_port, timeout=5)
    yield client
    client.close()


def test_every_recipient_gets_a_copy_that_names_only_itself(world: MailWorld, client: smtplib.SMTP) -> None:
    hidden = "boss@example.org"
    client.sendmail(DANA, [DESK, "avery@usher.example", hidden, DESK.upper()], a_mail())

    for address in (DESK, "avery@usher.example", hidden):
        (mail,) = world.mails(address)
        assert f"for <{address}>".encode() in mail.raw
    assert all(hidden.encode() not in mail.raw for mail in world.mails(DESK))


def test_mailboxes_are_made_for_whoever_gets_a_mail(world: MailWorld) -> None:
    world.submit(a_mail(to="Jürgen@example.org"), DANA, ["Jürgen@example.org", "new@example.net"])

    assert world.addresses() == ["jürgen@example.org", "new@example.net", DESK]


def test_several_mails_go_over_one_connection(world: MailWorld, client: smtplib.SMTP) -> None:
    for number in range(3):
        client.sendmail(DANA, [DESK], a_mail(f"mail {number}"))

    assert [mail.uid for mail in world.mails(DESK)] == [1, 2, 3]


def test_a_bounce_has_an_empty_sender(world: MailWorld, client: smtplib.SMTP) -> None:
    client.sendmail("", [DESK], a_mail(from_="MAILER-DAEMON@example.org"))

    assert b"Return-Path: <>" in world.mails(DESK)[0].raw


def test_lines_that_start_with_a_dot_survive(world: MailWorld) -> None:
    world.submit(a_mail(more="\r\n.\r\n..two"), DANA, DESK)

    assert b"\r\n.\r\n..two" in world.mails(DESK)[0].raw


def test_a_forged_session_fails_its_verdicts_until_it_ends(world: MailWorld, client: smtplib.SMTP) -> None:
    client.docmd("XFORGE")
    client.sendmail(DANA, [DESK], a_mail())
    world.submit(a_mail(), DANA, DESK, authentic=False)
    world.submit(a_mail(), DANA, DESK)

    verdicts = [b"dmarc=pass" in mail.raw for mail in world.mails(DESK)]
    assert verdicts == [False, False, True]


@pytest.mark.parametrize("address", ["nobody", "@example.org", "desk@"])
def test_what_is_no_address_is_refused(client: smtplib.SMTP, address: str) -> None:
    client.ehlo()
    client.mail(DANA)

    assert client.rcpt(address)[0] in {501, 553}


def test_signing_in_works_with_the_accounts_password(world: MailWorld, client: smtplib.SMTP) -> None:
    client.login(DESK, PASSWORD)
    client.sendmail(DESK, [DANA], a_mail(from_=DESK, to=DANA))

    assert b"with ESMTPA" in world.mails(DANA)[0].raw


@pytest.mark.parametrize("fault", [False, True], ids=["wrong password", "refused logins"])
def test_signing_in_fails(world: MailWorld, client: smtplib.SMTP, *, fault: bool) -> None:
    world.faults.smtp.refuse_logins = fault

    with pytest.raises(smtplib.SMTPAuthenticationError):
        client.login(DESK, PASSWORD if fault else "guess")


def test_a_server_that_requires_a_login_takes_nothing_without(clock: Clock) -> None:
    with MailWorld(now=clock, accounts={DESK: PASSWORD}, require_login=True) as world:
        with smtplib.SMTP(world.host, world.smtp_port) as client:
            with pytest.raises(smtplib.SMTPSenderRefused) as refused:
                client.sendmail(DESK, [DANA], a_mail())
            assert refused.value.smtp_code == 530
            client.login(DESK, PASSWORD)
            client.sendmail(DESK, [DANA], a_mail())

        assert len(world.mails(DANA)) == 1


def test_one_refused_recipient_leaves_the_others_theirs(world: MailWorld, client: smtplib.SMTP) -> None:
    world.faults.smtp.answer("rcpt", "550 5.1.1 No such user", address="Gone@example.org")
    refused = client.sendmail(DANA, ["gone@example.org", DESK], a_mail())

    assert refused == {"gone@example.org": (550, b"5.1.1 No such user")}
    assert len(world.mails(DESK)) == 1
    assert world.mails("gone@example.org") == []


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data", "end"])
def test_a_temporary_refusal_wears_off(world: MailWorld, client: smtplib.SMTP, stage: str) -> None:
    world.faults.smtp.answer(stage, "451 4.3.0 Later", times=1)  # type: ignore[arg-type]

    with pytest.raises((smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused)):
        client.sendmail(DANA, [DESK], a_mail())
    client.rset()
    client.sendmail(DANA, [DESK], a_mail())
    assert len(world.mails(DESK)) == 1


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
def test_a_line_cut_before_the_text_keeps_nothing(world: MailWorld, client: smtplib.SMTP, stage: str) -> None:
    world.faults.smtp.drop(stage)  # type: ignore[arg-type]

    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionResetError)):
        client.sendmail(DANA, [DESK], a_mail())
    assert world.mails(DESK) == []


def test_a_line_cut_after_the_final_dot_has_kept_the_mail(world: MailWorld, client: smtplib.SMTP) -> None:
    world.faults.smtp.drop("end", address=DESK)

    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionResetError)):
        client.sendmail(DANA, [DESK], a_mail())
    assert len(world.mails(DESK)) == 1
    world.submit(a_mail(), DANA, DESK)
    assert len(world.mails(DESK)) == 2


def test_a_throttled_server_takes_more_when_time_has_passed(world: MailWorld, clock: Clock) -> None:
    world.faults.smtp.throttle(mails=2, seconds=60)
    for _ in range(2):
        world.submit(a_mail(), DANA, DESK)
    with pytest.raises(smtplib.SMTPSenderRefused) as refused:
        world.submit(a_mail(), DANA, DESK)

    assert refused.value.smtp_code == 451
    clock.forward(timedelta(seconds=61))
    world.submit(a_mail(), DANA, DESK)
    assert len(world.mails(DESK)) == 3


def test_a_slow_server_answers_late(world: MailWorld) -> None:
    world.faults.smtp.delay = 0.05
    started = time.monotonic()
    world.submit(a_mail(), DANA, DESK)

    assert time.monotonic() - started >= 0.05


def test_a_killed_server_comes_back_on_its_port(world: MailWorld, client: smtplib.SMTP) -> None:
    client.ehlo()
    world.stop_smtp()

    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionResetError)):
        client.sendmail(DANA, [DESK], a_mail())
    with pytest.raises(ConnectionRefusedError):
        world.submit(a_mail(), DANA, DESK)
    world.start_smtp()
    world.submit(a_mail(), DANA, DESK)
    assert len(world.mails(DESK)) == 1


def test_a_cut_line_leaves_the_server_up(world: MailWorld, client: smtplib.SMTP) -> None:
    client.ehlo()
    world.cut_smtp()

    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionResetError)):
        client.sendmail(DANA, [DESK], a_mail())
    world.submit(a_mail(), DANA, DESK)


@pytest.mark.parametrize("mode", ["starttls", "tls"])
def test_it_speaks_tls(clock: Clock, certificate: Path, mode: str) -> None:
    tls = ServerTls(server_context(certificate), mode)  # type: ignore[arg-type]
    with MailWorld(now=clock, accounts={DESK: PASSWORD}, tls=tls) as world:
        trusted = client_context(certificate)
        world.submit(a_mail(), DANA, DESK)
        with (
            smtplib.SMTP_SSL(world.host, world.smtp_port, context=trusted)
            if mode == "tls"
            else smtplib.SMTP(world.host, world.smtp_port)
        ) as client:
            if mode == "starttls":
                client.starttls(context=trusted)
            client.login(DESK, PASSWORD)
            client.sendmail(DESK, [DANA], a_mail())

        assert len(world.mails(DESK)) == len(world.mails(DANA)) == 1


def test_very_long_lines_are_taken(world: MailWorld) -> None:
    world.submit(a_mail(more="X-Long: " + "x" * 5000 + "\r\n"), DANA, DESK)

    assert b"x" * 5000 in world.mails(DESK)[0].raw
