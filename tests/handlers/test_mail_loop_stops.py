"""The mail door at a stop."""

import time

import pytest

from bot.domain.errors import PermanentFailure
from handlers.mail import loop as mail_loop
from handlers.mail.loop import MailLoop
from tests.cast import Office
from tests.handlers.conftest import until
from tests.handlers.test_mail_loop import form_mail, ledger, running

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("when", ["waiting", "down"])
def test_a_stop_ends_it_within_a_second(office: Office, when: str) -> None:
    if when == "down":
        office.server.faults["open"].then(*[PermanentFailure("down")] * 99)
    with running(office) as loop:
        until(lambda: office.server.opened)
        if when == "waiting":
            assert office.server.waiting.wait(5)
        began = time.monotonic()
        loop.stop()

    assert time.monotonic() - began < 1
    assert office.server.closed == office.server.opened


def test_a_stop_leaves_what_is_recorded_for_the_next_start(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_loop, "TOGETHER", 2)
    for _ in range(5):
        office.server.deliver(form_mail())
    loop = MailLoop(office.bot)
    read = office.reader.read_mail

    def stop_while_reading(raw: bytes) -> object:
        loop.stop()
        return read(raw)

    office.reader.read_mail = stop_while_reading  # type: ignore[method-assign,assignment]
    loop.run()
    assert [row.status for row in ledger(office)] == ["done"] * 2 + ["recorded"] * 3

    office.reader.read_mail = read  # type: ignore[method-assign]
    with running(office):
        until(lambda: not office.server.mails)
    assert [row.status for row in ledger(office)] == ["done"] * 5
