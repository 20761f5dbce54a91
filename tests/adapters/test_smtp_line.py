"""A mail server that says a little now and then: no answer takes for ever, and what was sent decides."""

import smtplib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from bot.adapters import smtp_line
from bot.adapters.smtp_line import SENT_WITHIN, Smtp
from bot.domain.errors import NotNow, TransientFailure, UnknownOutcome
from tests.adapters.scripted import Line, Scripted
from tests.adapters.test_smtp import a_mail, mailer_to, speaks_smtp
from tests.certificates import Authority, make_authority

pytestmark = pytest.mark.slow

PATIENCE = 0.3
MOMENT = PATIENCE / 3


def line_by_line(line: Line) -> None:
    while True:
        line.say("250-still at it\r\n")
        time.sleep(MOMENT)


def byte_by_byte(line: Line) -> None:
    while True:
        line.say("2")
        time.sleep(MOMENT)


def greets_byte_by_byte(line: Line) -> None:
    for sign in "220 " + "a" * 1000:
        line.say(sign)
        time.sleep(MOMENT)


def fails(script: Callable[[Line], None], failure: type[Exception]) -> str:
    began = time.monotonic()
    with Scripted(script) as server, mailer_to(server, timeout=PATIENCE) as mailer:
        with pytest.raises(failure) as caught:
            mailer.send(a_mail())
        assert time.monotonic() - began < 10 * PATIENCE
    return str(caught.value)


@pytest.mark.parametrize(
    "script",
    [greets_byte_by_byte, speaks_smtp({"EHLO": line_by_line}), speaks_smtp({"MAIL": byte_by_byte})],
)
def test_a_server_that_does_not_end_its_answer_is_left_and_the_mail_waits(
    script: Callable[[Line], None],
) -> None:
    assert "no answer in time" in fails(script, NotNow)


def test_an_answer_to_a_recipient_that_does_not_end_is_a_failure_to_come_back_from() -> None:
    assert "no answer in time" in fails(speaks_smtp({"RCPT": line_by_line}), TransientFailure)


def test_after_the_last_byte_an_answer_that_does_not_end_leaves_the_outcome_unknown() -> None:
    fails(speaks_smtp({".": line_by_line}), UnknownOutcome)


def test_an_answer_in_pieces_that_ends_is_heard_to_its_end() -> None:
    def slowly(line: Line) -> None:
        for piece in ("250-it takes\r\n", "250 a mom", "ent\r\n"):
            line.say(piece)
            time.sleep(MOMENT / 2)

    with Scripted(speaks_smtp({"MAIL": slowly})) as server, mailer_to(server, timeout=PATIENCE) as mailer:
        assert mailer.send(a_mail()) == ()


# A server that takes little of what is said


@contextmanager
def reading(authority: Authority | None, *, piece: int) -> Iterator[Smtp]:
    """A client whose other side reads so many bytes each moment."""
    ours, theirs = socket.socketpair()
    for end in (ours, theirs):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
        end.settimeout(PATIENCE)

    def read() -> None:
        context = authority.server_context if authority else None
        with suppress(OSError), context.wrap_socket(theirs, server_side=True) if context else theirs as line:
            while line.recv(piece):
                time.sleep(MOMENT)

    reader = threading.Thread(target=read)
    reader.start()
    client = Smtp()
    context = authority.client_context if authority else None
    client.sock = context.wrap_socket(ours, server_hostname="localhost") if context else ours
    try:
        yield client
    finally:
        client.close()
        reader.join(9)


@pytest.mark.parametrize("tls", [False, True])
def test_a_slow_line_takes_a_large_mail(tmp_path: Path, *, tls: bool) -> None:
    with reading(make_authority(tmp_path) if tls else None, piece=16_384) as client:
        began = time.monotonic()
        client.send(b"x" * 16_384 * 10)

        assert time.monotonic() - began > 2 * PATIENCE


@pytest.mark.parametrize("tls", [False, True])
def test_a_server_that_takes_next_to_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, tls: bool
) -> None:
    monkeypatch.setattr(smtp_line, "SLOWEST", 10**9)
    with reading(make_authority(tmp_path) if tls else None, piece=4_096) as client:
        began = time.monotonic()
        with pytest.raises(smtplib.SMTPServerDisconnected) as caught:
            client.send(b"x" * 10**6)

        assert time.monotonic() - began < 2 * SENT_WITHIN * PATIENCE
        assert isinstance(caught.value.__context__, TimeoutError)
        assert client.sock is None
