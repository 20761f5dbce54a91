"""A log-in that is refused is tried more and more rarely: providers lock accounts for that."""

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import pairwise

from bot.domain.errors import LogInRefused, TransientFailure
from bot.domain.health import Part
from bot.services import mailboxes
from handlers.mail.loop import MailLoop
from tests.cast import Office, a_mail
from tests.outside import NOW

REFUSED = LogInRefused("log-in refused: check IMAP_PASSWORD")


class Turning(threading.Event):
    """Does not wait but turns the desk's clock on, after a look, and is set after so many minutes."""

    def __init__(self, office: Office, look: Callable[[], None], *, minutes: int) -> None:
        super().__init__()
        self._clock, self._look = office.clock, look
        self._until = office.now + timedelta(minutes=minutes)

    def wait(self, timeout: float | None = None) -> bool:
        self._look()
        if self._clock.wait(seconds=timeout or 0.0) >= self._until:
            self.set()
        return self.is_set()


def run(office: Office, loop: MailLoop, *, minutes: int, coming: Sequence[bytes] = ()) -> list[float]:
    """The minutes at which it has logged in; what is `coming` is recorded after that, one a pause."""
    tries: list[float] = []
    mails = iter(coming)

    def look() -> None:
        if mail := next(mails, b""):
            office.record(mail)
        tries.extend([(office.now - NOW) / timedelta(minutes=1)] * (office.server.opened - len(tries)))

    loop._stopping = Turning(office, look, minutes=minutes)
    loop.run()
    return tries


def mailbox(office: Office) -> Part:
    return next(part for part in office.bot.health.parts() if part.name == "mailbox")


def test_refused_log_ins_are_tried_after_a_minute_then_two_and_at_last_each_quarter_of_an_hour(
    office: Office,
) -> None:
    office.server.faults["open"].then(*[REFUSED] * 99)
    tries = run(office, MailLoop(office.bot), minutes=62)

    assert [round(later - earlier) for earlier, later in pairwise(tries)] == [1, 2, 4, 8, 15, 15, 15]
    part = mailbox(office)
    assert (part.needs_person, part.sentence) == (True, str(REFUSED))
    assert part.tries_at is not None
    assert part.tries_at - office.now <= timedelta(minutes=15)


def test_a_start_counts_and_a_server_that_is_away_is_dialled_as_before(office: Office) -> None:
    with office.connect() as db:
        mailboxes.begin(db, office.bot.settings.imap_folder, 1, now=office.now, started=office.now)
    office.server.faults["open"].then(REFUSED, REFUSED, *[TransientFailure("no route")] * 99)
    loop = MailLoop(office.bot)
    loop.check()
    tries = run(office, loop, minutes=10)

    assert [round(at) for at in tries[:3]] == [0, 1, 3]
    assert max(later - earlier for earlier, later in pairwise(tries[2:])) <= 1
    assert mailbox(office).tries_at is None


def test_what_is_recorded_is_worked_on_while_no_log_in_is_tried(office: Office) -> None:
    office.server.faults["open"].then(*[REFUSED] * 99)
    tries = run(office, MailLoop(office.bot), minutes=1, coming=[a_mail()])

    with office.connect() as db:
        (status,) = db.execute("select status from mails").fetchone()
    assert (status, tries) == ("done", [0.0])


def test_a_clock_put_back_ends_the_rest(office: Office) -> None:
    office.server.faults["open"].then(*[REFUSED] * 99)
    loop = MailLoop(office.bot)
    run(office, loop, minutes=10)
    opened = office.server.opened
    office.clock.wait(days=-2)
    run(office, loop, minutes=1)

    assert office.server.opened > opened
