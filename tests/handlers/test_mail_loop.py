"""The mail loop: whatever the server does, mail is recorded once, worked on, and moved once settled."""

import itertools
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.errors import PermanentFailure, TransientFailure, UnknownMail
from bot.domain.ledger import ASIDE_FOLDER, DONE_FOLDER, LedgerMail, MailStatus
from bot.domain.mail import FetchedMail
from bot.ports import Failure
from bot.services import intake, kinds, mailboxes, sources
from handlers.mail import loop as mail_loop
from handlers.mail.loop import FETCHED, MailLoop
from tests.cast import BLAKE, Office, a_mail
from tests.forms import sound_form
from tests.handlers.conftest import until

pytestmark = pytest.mark.slow


@contextmanager
def running(office: Office) -> Iterator[MailLoop]:
    loop = MailLoop(office.bot)
    thread = threading.Thread(target=loop.run)
    thread.start()
    try:
        yield loop
    finally:
        loop.stop()
        thread.join(10)
        assert not thread.is_alive()


def ledger(office: Office) -> list[LedgerMail]:
    """Oldest first."""
    with office.connect() as db:
        return intake.list_newest(db, limit=1000)[::-1]


def settled(office: Office, many: int) -> bool:
    return sum(row.status is not MailStatus.RECORDED for row in ledger(office)) >= many


def health(office: Office) -> tuple[bool, str]:
    return next(
        ((one.well, one.sentence) for one in office.bot.health.parts() if one.name == "mailbox"), (False, "")
    )


def form_mail() -> bytes:
    return a_mail(files=[("RIS.xlsx", sound_form())])


# Taking in


def test_what_lies_there_is_taken_in_worked_on_and_moved(office: Office) -> None:
    office.server.deliver(form_mail())
    office.server.deliver(a_mail())
    with running(office):
        until(lambda: len(office.server.folders.get(DONE_FOLDER, [])) == 2)

    assert [row.subject_ref for row in ledger(office)] == ["C-1", "Q-1"]
    assert office.server.mails == {}
    assert health(office)[0]


def test_mail_that_comes_during_the_wait_is_taken_in_at_once(office: Office) -> None:
    with running(office):
        assert office.server.waiting.wait(5)
        began = time.monotonic()
        office.server.deliver(form_mail())
        until(lambda: settled(office, 1))

    assert time.monotonic() - began < 2


def test_mail_that_no_server_announces_is_looked_for_twice_a_minute(office: Office) -> None:
    with running(office):
        assert office.server.waiting.wait(5)
        office.server.deliver(form_mail(), announced=False)
        office.server.let_pass(seconds=30)
        until(lambda: settled(office, 1))


def test_only_what_is_above_the_cursor_is_fetched(office: Office) -> None:
    office.server.deliver(a_mail(), uid=7)
    with running(office):
        until(lambda: settled(office, 1))
        office.server.deliver(a_mail(), uid=9)
        until(lambda: settled(office, 2))

    assert office.server.asked == [(7,), (9,)]


def test_a_full_mailbox_is_fetched_in_batches_and_each_is_committed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_loop, "FETCHED", 10)
    for _ in range(25):
        office.server.deliver(a_mail(headers=[("Precedence", "bulk")]))
    office.server.faults["fetch"].then(None, None, TransientFailure("the line was cut"))
    with running(office):
        until(lambda: len(ledger(office)) == 20)
        until(lambda: settled(office, 20))  # worked on although the server is gone
        office.clock.wait(seconds=1)
        until(lambda: settled(office, 25))

    asked = [len(uids) for uids in office.server.asked]
    assert asked == [10, 10, 5, 20, 5]  # the next session sees first whether the numbers mean the same
    assert FETCHED == 25


def test_what_came_before_the_line_broke_is_recorded(office: Office) -> None:
    """A server that gives two mails at a time and no more would never come to the third."""
    for _ in range(5):
        office.server.deliver(a_mail(headers=[("Precedence", "bulk")]))
    fetch = office.server.fetch

    def fetch_two(*args: Any, **more: Any) -> Iterator[FetchedMail]:  # noqa: ANN401 - as the port has it
        given = list(fetch(*args, **more))
        yield from given[:2]
        if len(given) > 2:
            raise TransientFailure("enough for now")

    office.server.fetch = fetch_two  # type: ignore[method-assign]
    sync = MailLoop(office.bot)._sync
    for _ in range(2):
        with pytest.raises(TransientFailure):
            sync(office.server, 1)
    sync(office.server, 1)

    assert [row.uid for row in ledger(office)] == [1, 2, 3, 4, 5]


def test_a_few_large_mails_are_committed_by_themselves(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_loop, "HELD_BYTES", 5_000)
    for _ in range(4):
        bulk = [("Precedence", "bulk")]  # four questions of that length are read for a second
        office.server.deliver(a_mail(text="word " * 600, headers=bulk))
    fetch, recorded = office.server.fetch, list[int]()

    def fetch_and_note(*args: Any, **more: Any) -> Iterator[FetchedMail]:  # noqa: ANN401 - as the port has it
        for mail in fetch(*args, **more):
            recorded.append(len(ledger(office)))
            yield mail

    office.server.fetch = fetch_and_note  # type: ignore[method-assign]
    with running(office):
        until(lambda: settled(office, 4))

    assert recorded == [0, 0, 1, 2]


def test_mail_that_vanished_before_its_fetch_is_left_out(office: Office) -> None:
    office.server.deliver(a_mail(), uid=1)
    office.server.deliver(a_mail(), uid=3)
    with office.connect() as db:
        mailboxes.begin(db, "INBOX", 1, now=office.now)
    uids_after = office.server.uids_after
    office.server.uids_after = lambda uid: sorted({*uids_after(uid), 2} - set(range(uid + 1)))  # type: ignore[method-assign]
    with running(office):
        until(lambda: settled(office, 2))

    assert [row.uid for row in ledger(office)] == [1, 3]


# Moving


def test_nothing_is_moved_before_it_is_settled(office: Office) -> None:
    office.reader.poison = b"Poison"
    office.server.deliver(a_mail(subject="Poison"), uid=1)
    office.server.deliver(a_mail(), uid=2)
    moved_when: list[list[MailStatus]] = []
    move = office.server.move

    def note(uids: Sequence[int], folder: str) -> Mapping[int, Failure]:
        moved_when.append([row.status for row in ledger(office) if row.uid in uids])
        return move(uids, folder)

    office.server.move = note  # type: ignore[method-assign]
    with running(office):
        until(lambda: office.server.mails == {})

    assert MailStatus.RECORDED not in [status for statuses in moved_when for status in statuses]
    assert office.server.folders == {ASIDE_FOLDER: [1], DONE_FOLDER: [2]}


def test_a_move_that_fails_is_repeated_and_nothing_is_taken_in_twice(office: Office) -> None:
    office.server.deliver(form_mail())
    office.server.faults["move"].then(TransientFailure("the line was cut"))
    with running(office):
        until(lambda: office.server.folders.get(DONE_FOLDER))

    assert [row.status for row in ledger(office)] == [MailStatus.DONE]
    assert len(office.jobs("receipt")) == 1


def test_a_refused_move_ends_no_session_and_is_said_and_tried_again(office: Office) -> None:
    office.server.deliver(form_mail())
    office.server.faults["move"].then(*[PermanentFailure("no room in Usher/Done: make some")] * 2)
    with running(office):
        until(lambda: "make some" in health(office)[1])
        for _ in range(3):
            office.server.deliver(form_mail())
            until(lambda: len(office.server.mails) == len(ledger(office)))
        assert (office.server.opened, health(office)[0]) == (1, False)

        def moved_later() -> bool:
            office.clock.wait(minutes=1)
            office.server.wake()
            return office.server.mails == {} and health(office)[0]

        until(moved_later)

    assert office.server.opened == 1


def test_a_clock_put_back_puts_no_move_off(office: Office) -> None:
    office.server.deliver(form_mail())
    office.server.faults["move"].then(PermanentFailure("no room in Usher/Done: make some"))
    with running(office):
        until(lambda: "make some" in health(office)[1])
        office.clock.wait(days=-2)
        office.server.wake()
        until(lambda: office.server.mails == {})


def test_a_line_that_breaks_in_every_move_is_dialled_later_and_later(office: Office) -> None:
    waits: list[float] = []
    office.server.faults["move"].then(*[TransientFailure("the line was cut")] * 99)
    office.server.deliver(form_mail())
    loop = MailLoop(office.bot)
    loop._stopping = Stopwatch(waits, most=6)
    loop.run()

    assert all(later > earlier for earlier, later in itertools.pairwise(waits[:5]))


def test_old_mail_stays_where_it_is(office: Office) -> None:
    office.server.deliver(a_mail(), received_at=office.now - timedelta(days=1))
    with running(office):
        until(lambda: settled(office, 1))
        assert office.server.waiting.wait(5)

    assert list(office.server.mails) == [1]
    assert office.jobs() == []
    with office.connect() as db, pytest.raises(UnknownMail):
        sources.get(db, office.desk, ledger(office)[0].id)


# Trouble


def test_a_full_disk_is_no_mails_fault(office: Office) -> None:
    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorcode = sqlite3.SQLITE_FULL
    office.reader.faults.then(*[full] * 3)
    office.server.deliver(form_mail())
    with running(office):
        until(lambda: "make room" in health(office)[1])
        until(lambda: settled(office, 1))
        until(lambda: health(office)[0])

    assert [(row.status, row.attempts) for row in ledger(office)] == [(MailStatus.DONE, 0)]


def test_a_server_that_cannot_be_reached_is_tried_again_and_said(office: Office) -> None:
    office.server.faults["open"].then(TransientFailure("no route to the mail server"))
    office.server.deliver(a_mail())
    with running(office):
        until(lambda: office.server.opened)
        until(lambda: health(office) == (False, "no route to the mail server"))
        until(lambda: settled(office, 1))
        until(lambda: health(office)[0])

    assert office.server.opened == 2
    assert office.server.closed == 1  # it is one mailbox, which remembers over what the server stumbled


def test_a_refused_log_in_is_said_in_its_words(office: Office) -> None:
    office.server.faults["open"].then(*[PermanentFailure("the log-in was refused: check IMAP_PASSWORD")] * 9)
    with running(office):
        until(lambda: health(office) == (False, "the log-in was refused: check IMAP_PASSWORD"))


def test_it_comes_back_later_and_later(office: Office) -> None:
    waits: list[float] = []
    office.server.faults["open"].then(*[TransientFailure("down")] * 12)
    loop = MailLoop(office.bot)
    loop._stopping = Stopwatch(waits, most=12)
    loop.run()

    assert all(later > earlier for earlier, later in itertools.pairwise(waits[:5]))
    assert waits[0] <= 1.5
    assert max(waits) == 60.0


def test_mails_that_cannot_be_worked_on_are_tried_later_and_later_and_no_session_is_called_well(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    said: list[bool] = []
    office.reader.faults.then(*[TransientFailure("no child can be started")] * 99)
    office.server.deliver(form_mail())
    report = office.bot.health.report

    def noted(part: str, sentence: str, *, well: bool, **more: Any) -> bool:  # noqa: ANN401 - as it has them
        said.append(well)
        return report(part, sentence, well=well, **more)

    monkeypatch.setattr(office.bot.health, "report", noted)
    loop = MailLoop(office.bot)
    loop._stopping = Stopwatch(waits, most=6)
    loop.run()

    assert all(later > earlier for earlier, later in itertools.pairwise(waits))
    assert True not in said[1:]


class Stopwatch(threading.Event):
    """Does not wait but notes for how long it was asked to, and is set after so many."""

    def __init__(self, waits: list[float], most: int) -> None:
        super().__init__()
        self._waits, self._most = waits, most

    def wait(self, timeout: float | None = None) -> bool:
        self._waits.append(timeout or 0.0)
        if len(self._waits) == self._most:
            self.set()
        return self.is_set()


def test_what_is_recorded_is_worked_on_while_the_server_is_down(office: Office) -> None:
    office.record(form_mail())
    office.server.faults["open"].then(*[TransientFailure("down")] * 99)
    with running(office):
        until(lambda: settled(office, 1))

    assert ledger(office)[0].subject_ref == "C-1"


def test_a_cut_line_during_the_wait_brings_a_new_session(office: Office) -> None:
    office.server.faults["wait"].then(TransientFailure("the line was cut"))
    with running(office):
        until(lambda: office.server.opened == 2)
        office.server.deliver(a_mail())
        until(lambda: settled(office, 1))


def test_a_renumbered_mailbox_is_taken_in_again_without_doubles(office: Office) -> None:
    office.server.faults["move"].then(*[TransientFailure("moves fail today")] * 1)
    office.server.deliver(form_mail())
    office.server.deliver(a_mail())
    with running(office):
        until(lambda: settled(office, 2))
        until(lambda: not office.server.mails)
    office.server.deliver(a_mail(), uid=50)
    office.server.renumber()
    with running(office):
        until(lambda: settled(office, 3))

    assert [row.status for row in ledger(office)] == ["done"] * 3
    assert len(office.jobs("receipt")) == 1


def test_a_poison_mail_is_set_aside_and_the_next_one_is_read(office: Office) -> None:
    office.reader.poison = b"Poison"
    office.server.deliver(a_mail(subject="Poison"))
    office.server.deliver(form_mail())
    with running(office):
        until(lambda: settled(office, 2))

    assert [row.status for row in ledger(office)] == ["set_aside", "done"]


def test_a_replayed_mail_is_taken_up_by_the_running_loop(office: Office) -> None:
    office.reader.faults.then(*[ValueError("a bug")] * 3)
    office.server.deliver(form_mail())
    with running(office):
        until(lambda: settled(office, 1))
        with office.bot.connect() as db:
            kinds.replay(db, office.desk, 1, by=BLAKE.id, now=office.now)
        office.server.wake()
        until(lambda: ledger(office)[0].subject_ref == "C-1")


# Stopping
