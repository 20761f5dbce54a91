"""The envelope in one breath (RFC 2920): half the round trips, and no mail to whom it was not to go."""

from dataclasses import replace

import pytest

from bot.domain.errors import NotNow, PermanentFailure, TransientFailure
from tests.adapters.scripted import Line, Script, Scripted
from tests.adapters.test_smtp import HELLO, a_mail, mailer_to, speaks_smtp

PIPELINES = HELLO.replace("250-8BITMIME", "250-8BITMIME\r\n250-PIPELINING")
FINE = "250 fine\r\n"
GO_ON = "354 go on\r\n"


def answers_late(*replies: str) -> Script:
    """A server that answers the envelope only once it has heard all of it, then goes on as usual."""

    def script(line: Line) -> None:
        line.say("220 mx.example.com ready\r\n")
        line.hear()
        line.say(PIPELINES)
        for _ in replies:
            line.hear()
        line.say("".join(replies))
        while True:
            heard = line.hear()
            if heard == b"." or heard.lower() in (b"rset", b"quit"):
                line.say(FINE)
            elif heard.startswith(b"MAIL"):
                line.hear()
                line.hear()
                line.say(FINE + FINE + GO_ON)

    return script


def test_sender_recipients_and_data_are_said_in_one_breath() -> None:
    mail = replace(a_mail(), cc=("ben@example.org",))
    with Scripted(answers_late(FINE, FINE, FINE, GO_ON)) as server, mailer_to(server) as mailer:
        assert mailer.send(mail) == ()
        mailer.send(a_mail(number=2))

    assert len(server.lines) == 1
    assert server.heard.count(b".") == 2


def test_a_refused_copy_keeps_the_mail_from_nobody_else() -> None:
    mail = replace(a_mail(), cc=("ben@example.org",))
    script = answers_late(FINE, FINE, "550 5.1.1 nobody\r\n", GO_ON)
    with Scripted(script) as server, mailer_to(server) as mailer:
        assert mailer.send(mail) == ("ben@example.org: 550 5.1.1 nobody",)

    assert server.heard.count(b".") == 1


def test_when_only_the_copy_was_taken_it_gets_nothing_not_even_an_empty_mail() -> None:
    mail = replace(a_mail(), cc=("ben@example.org",))
    refuses = answers_late(FINE, "550 5.1.1 nobody\r\n", FINE, GO_ON)
    with Scripted(refuses, speaks_smtp()) as server, mailer_to(server) as mailer:
        with pytest.raises(PermanentFailure, match="refused a recipient"):
            mailer.send(mail)
        assert b"." not in server.heard
        mailer.send(a_mail(number=2))

    assert len(server.lines) == 2


@pytest.mark.parametrize(
    "replies",
    [
        ("550 5.7.1 not you\r\n", "503 mail first\r\n", "503 mail first\r\n"),
        (FINE, "550 5.1.1 nobody\r\n", "554 5.5.1 no valid recipients\r\n"),
        (FINE, FINE, "552 5.2.3 no\r\n"),
    ],
)
def test_what_else_was_answered_is_heard_before_the_next_mail(replies: tuple[str, ...]) -> None:
    with Scripted(answers_late(*replies)) as server, mailer_to(server) as mailer:
        with pytest.raises((NotNow, PermanentFailure), match=r"55[024] 5"):
            mailer.send(a_mail())
        mailer.send(a_mail(number=2))

    assert len(server.lines) == 1
    assert server.heard.count(b".") == 1


def test_a_line_cut_between_the_answers_may_be_tried_again() -> None:
    def cuts(line: Line) -> None:
        line.say(FINE)
        line.cut()

    cutting = speaks_smtp({"MAIL": cuts}, hello=PIPELINES)
    with Scripted(cutting, speaks_smtp()) as server, mailer_to(server) as mailer:
        with pytest.raises(TransientFailure, match="before the mail was through"):
            mailer.send(a_mail())
        mailer.send(a_mail())

    assert len(server.lines) == 2


def test_a_server_that_babbles_among_its_answers_is_left() -> None:
    script = answers_late(FINE, "450 4.2.0 later\r\n", "garbage\r\n")
    with Scripted(script, speaks_smtp()) as server, mailer_to(server) as mailer:
        with pytest.raises(TransientFailure):
            mailer.send(a_mail())
        mailer.send(a_mail(number=2))

    assert len(server.lines) == 2


def test_what_was_made_ready_goes_as_it_is_and_only_for_its_own_mail() -> None:
    one, two, wrong = a_mail(), a_mail(number=2), a_mail(to="no address", number=3)
    with Scripted(speaks_smtp(hello=PIPELINES)) as server, mailer_to(server) as mailer:
        mailer.prepare([one, wrong, two])
        mailer.send(replace(one, text="Newer words\n"))  # the same Message-ID
        mailer.send(one)
        with pytest.raises(PermanentFailure, match="not a mail address"):
            mailer.send(wrong)
        mailer.send(two)

    assert server.heard.count(b"Newer words") == 1
    assert server.heard.count(b"Hello") == 2
    assert mailer._ready == {}


@pytest.mark.parametrize("answer", ["530 5.7.0 log in first\r\n", "421 4.3.2 busy\r\n"])
def test_answers_that_were_left_unheard_are_not_the_next_mails(answer: str) -> None:
    """Seen: the copies got the next mail, its commands before it, and whom it was for got nothing."""
    mail = replace(a_mail(), cc=("a@example.org", "b@example.org", "c@example.org"))
    leaves = answers_late(FINE, answer, FINE, FINE, FINE, GO_ON)
    with Scripted(leaves, speaks_smtp()) as server, mailer_to(server) as mailer:
        with pytest.raises(NotNow):
            mailer.send(mail)
        mailer.send(a_mail(to="ben@example.org", number=2))

    first, *later = server.lines
    assert b"RCPT TO:<ben@example.org>" not in first.heard
    assert any(b"RCPT TO:<ben@example.org>" in line.heard for line in later)
