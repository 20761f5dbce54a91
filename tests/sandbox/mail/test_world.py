"""The world's own handles, used from other threads."""

import threading
import time

import pytest

from bot.sandbox.mail import MailWorld
from tests.sandbox.mail.conftest import DANA, DESK, PASSWORD, Clock, a_mail


def test_waiting_ends_when_the_mail_arrives(world: MailWorld) -> None:
    world.submit(a_mail("not this"), DANA, DESK)
    sender = threading.Timer(0.05, world.submit, (a_mail("this one"), DANA, DESK))
    sender.start()
    started = time.monotonic()
    mail = world.wait_for(DESK, lambda mail: b"this one" in mail.raw, timeout=5)
    sender.join()

    assert mail.uid == 2
    assert time.monotonic() - started < 2


def test_waiting_ends_with_an_error_when_it_does_not(world: MailWorld) -> None:
    with pytest.raises(TimeoutError, match="no such mail for onboarding"):
        world.wait_for(DESK, timeout=0.02)


def test_a_stopped_world_says_so(clock: Clock) -> None:
    world = MailWorld(now=clock)
    with pytest.raises(RuntimeError, match="not running"):
        world.addresses()


def test_a_taken_port_is_told_at_the_start(world: MailWorld, clock: Clock) -> None:
    with pytest.raises(OSError, match="Address already in use"):
        MailWorld(now=clock, imap_port=world.imap_port).start()


def test_stopping_leaves_no_thread(clock: Clock) -> None:
    before = threading.active_count()
    with MailWorld(now=clock, accounts={DESK: PASSWORD}) as world:
        world.submit(a_mail(), DANA, DESK)

    assert threading.active_count() == before


def test_reading_an_unknown_mailbox_does_not_make_it(world: MailWorld) -> None:
    assert world.mails("nobody@example.org") == []
    assert world.folders("nobody@example.org") == []
    assert world.addresses() == [DESK]


def test_many_threads_may_send_at_once(world: MailWorld) -> None:
    threads = [
        threading.Thread(target=world.submit, args=(a_mail(str(number)), DANA, DESK)) for number in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [mail.uid for mail in world.mails(DESK)] == list(range(1, 9))
