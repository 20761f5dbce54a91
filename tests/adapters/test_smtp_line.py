"""A mail server that says a little now and then: no answer takes for ever, and what was sent decides."""

import time
from collections.abc import Callable

import pytest

from bot.domain.errors import NotNow, TransientFailure, UnknownOutcome
from tests.adapters.scripted import Line, Scripted
from tests.adapters.test_smtp import a_mail, mailer_to, speaks_smtp

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
