"""The way out for mails against servers that behave badly: how far a mail came decides what failed."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.adapters.smtp import LogIn, SmtpMailer, with_password
from bot.adapters.tls import build_context
from bot.domain.errors import NotNow, PermanentFailure, TransientFailure, UnknownOutcome
from bot.domain.mail import Address, OutboundMail
from bot.sandbox.mail import MailWorld, ServerTls
from bot.settings import Tls
from tests.adapters.scripted import Line, Scripted
from tests.certificates import Authority, make_authority

pytestmark = pytest.mark.slow

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PASSWORD = "not this secret"
HELLO = "250-mx.example.com\r\n250-SIZE 100000000\r\n250-8BITMIME\r\n250 AUTH PLAIN\r\n"


def a_mail(*, to: str = "anna@example.org", text: str = "Hello\n", number: int = 1) -> OutboundMail:
    return OutboundMail(
        message_id=f"<m{number}@example.com>",
        sender=Address(name="Desk", address="desk@example.com"),
        to=to,
        subject="Hello",
        text=text,
        html="<p>Hello</p>",
        date=NOON,
    )


def speaks_smtp(
    answers: dict[str, str | Callable[[Line], None]] | None = None, *, hello: str = HELLO
) -> Callable[[Line], None]:
    """Take mails; `answers` by the first word, "." for the final dot."""
    known: dict[str, str | Callable[[Line], None]] = {
        "EHLO": hello,
        "AUTH": "235 2.7.0 welcome\r\n",
        "MAIL": "250 2.1.0 fine\r\n",
        "RCPT": "250 2.1.5 fine\r\n",
        "DATA": "354 go on\r\n",
        ".": "250 2.0.0 taken\r\n",
        "RSET": "250 fine\r\n",
        "QUIT": "221 bye\r\n",
        **(answers or {}),
    }

    def script(line: Line) -> None:
        line.say("220 mx.example.com ready\r\n")
        in_content = False
        while True:
            heard = line.hear()
            if in_content and heard != b".":
                continue
            word = heard.split(b" ")[0].decode().upper()
            in_content = word == "DATA" and known["DATA"] == "354 go on\r\n"
            answer = known.get(word, "500 5.5.1 what\r\n")
            if isinstance(answer, str):
                line.say(answer)
            else:
                answer(line)

    return script


@contextmanager
def mailer_to(
    server: Scripted, *, log_in: LogIn | None = None, tls: Tls = Tls.NONE, timeout: float = 2.0
) -> Iterator[SmtpMailer]:
    mailer = SmtpMailer(
        "127.0.0.1",
        server.port,
        tls=tls,
        context=build_context(),
        log_in=log_in,
        timeout=timeout,
        answer_timeout=timeout,
    )
    with closing(mailer):
        yield mailer


def cut(line: Line) -> None:
    line.cut()


def test_one_connection_serves_many_mails() -> None:
    with Scripted(speaks_smtp()) as server, mailer_to(server) as mailer:
        for number in range(5):
            mailer.send(a_mail(number=number))

    assert len(server.lines) == 1
    assert sum(line.lower().startswith(b"mail") for line in server.heard) == 5


def test_the_refused_mail_leaves_the_connection_fit_for_the_next() -> None:
    with Scripted(speaks_smtp({"RCPT": "550 5.1.1 nobody\r\n"})) as server, mailer_to(server) as mailer:
        for _ in range(2):
            with pytest.raises(PermanentFailure):
                mailer.send(a_mail())

    assert len(server.lines) == 1
    assert sum(line.lower() == b"rset" for line in server.heard) == 2


def test_no_line_of_a_mail_ends_it_early() -> None:
    with Scripted(speaks_smtp()) as server, mailer_to(server) as mailer:
        mailer.send(a_mail(text=".hidden\n.\n..\nQUIT\nend\n"))

    content = server.heard[server.heard.index(b"DATA") + 1 :]
    assert content.count(b".") == 1
    assert content[-1] == b"." or content[content.index(b".") + 1 :] == [b"quit"]
    assert b"..hidden" in content


@pytest.mark.parametrize(
    "reply", ["", "garbage\r\n", "25", "\x00\xff\r\n", "250-more\r\n", "354 go on\r\n", "150 wait\r\n"]
)
def test_no_proper_answer_to_the_last_byte_leaves_the_outcome_unknown(reply: str) -> None:
    def answers(line: Line) -> None:
        line.say(reply)
        line.cut()

    with Scripted(speaks_smtp({".": answers}), speaks_smtp()) as server, mailer_to(server) as mailer:
        with pytest.raises(UnknownOutcome):
            mailer.send(a_mail())
        mailer.send(a_mail(number=2))  # on a new line

    assert len(server.lines) == 2


def test_a_server_that_falls_silent_after_the_last_byte_leaves_the_outcome_unknown() -> None:
    with (
        Scripted(speaks_smtp({".": lambda _line: None})) as server,
        mailer_to(server, timeout=0.2) as mailer,
        pytest.raises(UnknownOutcome),
    ):
        mailer.send(a_mail())


def test_a_line_cut_within_the_content_sends_nothing() -> None:
    def cuts(line: Line) -> None:
        line.say("354 go on\r\n")
        line.hear()
        line.cut()

    with (
        Scripted(speaks_smtp({"DATA": cuts})) as server,
        mailer_to(server) as mailer,
        pytest.raises(TransientFailure, match="before the mail was through"),
    ):
        mailer.send(a_mail(text=f"{'long' * 15}\n" * 150_000))


@pytest.mark.parametrize("word", ["EHLO", "AUTH", "MAIL", "RCPT", "DATA"])
def test_a_line_cut_earlier_may_be_tried_again(word: str) -> None:
    with (
        Scripted(speaks_smtp({word: cut}), speaks_smtp()) as server,
        mailer_to(server, log_in=with_password("desk", PASSWORD)) as mailer,
    ):
        with pytest.raises(TransientFailure) as caught:
            mailer.send(a_mail())
        mailer.send(a_mail())

    assert PASSWORD not in str(caught.value)


def test_a_kept_line_that_the_server_closes_politely_is_dialled_anew() -> None:
    mails: list[int] = []

    def tires(line: Line) -> None:
        mails.append(1)
        line.say("250 fine\r\n" if len(mails) == 1 else "421 4.4.2 idle too long\r\n")

    with Scripted(speaks_smtp({"MAIL": tires}), speaks_smtp()) as server, mailer_to(server) as mailer:
        mailer.send(a_mail(number=1))
        mailer.send(a_mail(number=2))

    assert len(server.lines) == 2
    assert server.heard.count(b".") == 2


def test_words_of_the_server_carry_no_address_in_full() -> None:
    refusal = "550 5.1.1 <anna.long@example.org>: unknown\x1b[31m user\r\n"
    with (
        Scripted(speaks_smtp({"RCPT": refusal})) as server,
        mailer_to(server) as mailer,
        pytest.raises(PermanentFailure) as caught,
    ):
        mailer.send(a_mail(to="anna.long@example.org"))

    assert "a…@example.org" in str(caught.value)
    assert "anna.long" not in str(caught.value)
    assert str(caught.value).isprintable()


def test_a_mail_larger_than_the_server_takes_is_refused_before_it_travels() -> None:
    hello = HELLO.replace("SIZE 100000000", "SIZE 1000")
    with (
        Scripted(speaks_smtp(hello=hello)) as server,
        mailer_to(server) as mailer,
        pytest.raises(PermanentFailure, match="too large"),
    ):
        mailer.send(a_mail(text="x" * 2_000))

    assert not any(line.lower().startswith(b"mail") for line in server.heard)


def test_letters_beyond_ascii_before_the_at_sign_need_a_server_that_takes_them() -> None:
    with (
        Scripted(speaks_smtp()) as server,
        mailer_to(server) as mailer,
        pytest.raises(PermanentFailure, match="SMTPUTF8"),
    ):
        mailer.send(a_mail(to="grüße@example.org"))


def test_letters_beyond_ascii_before_the_at_sign_arrive_where_they_are_taken() -> None:
    hello = HELLO.replace("8BITMIME", "8BITMIME\r\n250-SMTPUTF8")
    with Scripted(speaks_smtp(hello=hello)) as server, mailer_to(server) as mailer:
        mailer.send(a_mail(to="grüße@münchen.example"))

    said = b"\n".join(server.heard).decode()
    assert ":<grüße@xn--mnchen-3ya.example>" in said
    assert "To: grüße@xn--mnchen-3ya.example" in said
    assert "SMTPUTF8 BODY=8BITMIME" in said


def test_a_domain_with_letters_beyond_ascii_needs_no_such_server() -> None:
    with Scripted(speaks_smtp()) as server, mailer_to(server) as mailer:
        mailer.send(a_mail(to="anna@straße.example"))

    assert b":<anna@xn--strae-oqa.example>" in b"\n".join(server.heard)


def test_starttls_refused_sends_nothing_in_the_clear() -> None:
    script = speaks_smtp({"STARTTLS": "454 4.7.0 not now\r\n"}, hello="250-mx\r\n250 STARTTLS\r\n")
    with (
        Scripted(script) as server,
        mailer_to(server, tls=Tls.STARTTLS, log_in=with_password("desk", PASSWORD)) as mailer,
        pytest.raises(TransientFailure, match="not now"),
    ):
        mailer.send(a_mail())

    assert not any(line.upper().startswith((b"AUTH", b"MAIL")) for line in server.heard)


def test_starttls_not_offered_sends_nothing_in_the_clear() -> None:
    with (
        Scripted(speaks_smtp()) as server,
        mailer_to(server, tls=Tls.STARTTLS, log_in=with_password("desk", PASSWORD)) as mailer,
        pytest.raises(TransientFailure, match="SMTP_TLS"),
    ):
        mailer.send(a_mail())

    assert not any(line.upper().startswith((b"AUTH", b"MAIL")) for line in server.heard)


@pytest.mark.parametrize("greeting", ["", "554 go away\r\n", "421 full\r\n", "* OK IMAP\r\n", "x" * 9000])
def test_a_strange_greeting_fails_no_mail_for_good(greeting: str) -> None:
    def greets(line: Line) -> None:
        line.say(greeting)
        line.cut()

    with Scripted(greets) as server, mailer_to(server) as mailer, pytest.raises(TransientFailure):
        mailer.send(a_mail())


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


def secure_mailer(world: MailWorld, tls: Tls, context: ssl.SSLContext) -> SmtpMailer:
    log_in = with_password("desk@example.com", PASSWORD)
    return SmtpMailer("localhost", world.smtp_port, tls=tls, context=context, log_in=log_in, timeout=5)


@pytest.mark.parametrize("tls", [Tls.TLS, Tls.STARTTLS])
def test_it_speaks_tls_with_a_certificate_it_trusts(authority: Authority, tls: Tls) -> None:
    mode = ServerTls(authority.server_context, "tls" if tls is Tls.TLS else "starttls")
    accounts = {"desk@example.com": PASSWORD, "anna@example.org": "x"}
    with (
        MailWorld(now=lambda: NOON, accounts=accounts, tls=mode, require_login=True) as world,
        closing(secure_mailer(world, tls, build_context(authority.bundle))) as mailer,
    ):
        mailer.check()
        mailer.send(a_mail())

        assert len(world.mails("anna@example.org")) == 1


@pytest.mark.parametrize("tls", [Tls.TLS, Tls.STARTTLS])
def test_a_strange_certificate_fails_no_mail_for_good(authority: Authority, tls: Tls) -> None:
    mode = ServerTls(authority.server_context, "tls" if tls is Tls.TLS else "starttls")
    with (
        MailWorld(now=lambda: NOON, accounts={}, tls=mode) as world,
        closing(secure_mailer(world, tls, build_context())) as mailer,
        pytest.raises(TransientFailure, match="CA_BUNDLE"),
    ):
        mailer.send(a_mail())


def test_a_password_with_letters_beyond_ascii_goes_as_utf8() -> None:
    with (
        Scripted(speaks_smtp()) as server,
        mailer_to(server, log_in=with_password("grüße", "pässwörd")) as mailer,
    ):
        mailer.send(a_mail())

    assert b"AUTH PLAIN AGdyw7zDn2UAcMOkc3N3w7ZyZA==" in server.heard


def test_threads_take_turns() -> None:
    with Scripted(speaks_smtp()) as server, mailer_to(server, timeout=10) as mailer:
        threads = [threading.Thread(target=mailer.send, args=[a_mail(number=n)]) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert len(server.lines) == 1
    assert server.heard.count(b".") == 8


def test_a_copy_refused_for_good_is_told_and_one_put_off_lets_the_mail_wait() -> None:
    anna, blake, gone = (f"{name}@example.org" for name in ("anna", "blake", "gone"))
    mail = replace(a_mail(to=anna), cc=(gone, blake))
    with MailWorld(now=lambda: NOON) as world, closing(plain_mailer(world.smtp_port)) as mailer:
        world.faults.smtp.answer("rcpt", "550 5.1.1 no such user", address=gone)
        world.faults.smtp.answer("rcpt", "450 4.2.0 greylisted", address=blake, times=1)
        with pytest.raises(TransientFailure, match="greylisted") as caught:
            mailer.send(mail)
        refused = mailer.send(mail)

        assert not isinstance(caught.value, NotNow)  # it is about that mail, and counts
        assert refused == (f"{gone}: 550 5.1.1 no such user",)
        assert [len(world.mails(address)) for address in (anna, blake, gone)] == [1, 1, 0]


def plain_mailer(port: int) -> SmtpMailer:
    return SmtpMailer("127.0.0.1", port, tls=Tls.NONE, context=build_context(None))
