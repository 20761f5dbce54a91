"""Waiting for mail on lines that break, stammer or fall silent."""

import threading
import time
from collections.abc import Callable
from time import monotonic

import pytest

from bot.adapters import imap_line
from bot.domain.errors import TransientFailure
from tests.adapters.scripted import Line, Scripted
from tests.adapters.scripted_imap import capable, mailbox_on, speaks_imap


def test_an_announcement_in_the_same_packet_as_the_go_ahead_is_heard() -> None:
    def idles(line: Line, tag: str) -> None:
        line.say("+ idling\r\n* 2 EXISTS\r\n")
        assert line.hear() == b"DONE"
        line.say(f"{tag} OK done\r\n")

    with Scripted(speaks_imap({"IDLE": idles})) as server, mailbox_on(server) as mailbox:
        mailbox.open()
        mailbox.uids_after(0)
        began = monotonic()
        mailbox.wait(10)

    assert monotonic() - began < 1


def test_an_announcement_before_the_go_ahead_is_heard() -> None:
    def idles(line: Line, tag: str) -> None:
        line.say("* 2 EXISTS\r\n+ idling\r\n")
        assert line.hear() == b"DONE"
        line.say(f"{tag} OK done\r\n")

    with Scripted(speaks_imap({"IDLE": idles})) as server, mailbox_on(server) as mailbox:
        mailbox.open()
        mailbox.uids_after(0)
        began = monotonic()
        mailbox.wait(10)

    assert monotonic() - began < 1


def test_an_announcement_in_pieces_is_heard() -> None:
    def idles(line: Line, tag: str) -> None:
        line.say("+ idling\r\n")
        for piece in ("* 2", " EXI", "STS\r", "\n"):
            time.sleep(0.01)
            line.say(piece)
        assert line.hear() == b"DONE"
        line.say(f"{tag} OK done\r\n")

    with Scripted(speaks_imap({"IDLE": idles})) as server, mailbox_on(server) as mailbox:
        mailbox.open()
        mailbox.uids_after(0)
        mailbox.wait(10)

        assert mailbox.uids_after(0) == [1]


def test_an_announcement_within_another_answer_is_not_slept_through() -> None:
    fetched = "* 2 EXISTS\r\n* 1 FETCH (UID 1 RFC822.SIZE 1 BODY[] {1}\r\nx)\r\n{tag} OK done\r\n"
    with Scripted(speaks_imap({"UID FETCH": fetched})) as server, mailbox_on(server) as mailbox:
        mailbox.open()
        mailbox.uids_after(0)
        list(mailbox.fetch([1]))
        began = monotonic()
        mailbox.wait(10)

    assert monotonic() - began < 1
    assert not any(line.endswith(b"IDLE") for line in server.heard)


def test_a_server_that_announces_whatever_it_is_asked_is_asked_once_a_second() -> None:
    with (
        Scripted(speaks_imap({"UID SEARCH": "* 1 EXISTS\r\n* SEARCH 1\r\n{tag} OK done\r\n"})) as server,
        mailbox_on(server) as mailbox,
    ):
        mailbox.open()
        began = monotonic()
        while monotonic() - began < 1.5:
            mailbox.uids_after(1)
            mailbox.wait(30)

    assert sum(b"SEARCH" in line for line in server.heard) < 9


def test_small_talk_in_idle_does_not_end_the_wait() -> None:
    def idles(line: Line, tag: str) -> None:
        line.say("+ idling\r\n* OK Still here\r\n* 1 FETCH (FLAGS (\\Seen))\r\n")
        assert line.hear() == b"DONE"
        line.say(f"{tag} OK done\r\n")

    quiet: list[int] = []

    def idles_twice(line: Line, tag: str) -> None:
        quiet.append(1)
        if len(quiet) == 1:
            idles(line, tag)
            return
        line.say("+ idling\r\n")
        assert line.hear() == b"DONE"
        line.say(f"{tag} OK done\r\n")

    with Scripted(speaks_imap({"IDLE": idles_twice})) as server, mailbox_on(server) as mailbox:
        mailbox.open()
        mailbox.uids_after(0)
        began = monotonic()
        mailbox.wait(0.2)

    assert monotonic() - began >= 0.19
    assert len(quiet) == 2


@pytest.mark.parametrize("last_words", ["", "* BYE going down\r\n", "* 5 EXI"])
def test_a_line_cut_in_idle_is_one_failure_and_no_spin(last_words: str) -> None:
    def dies(line: Line, _tag: str) -> None:
        line.say("+ idling\r\n")
        line.say(last_words)
        line.cut()

    with Scripted(speaks_imap({"IDLE": dies})) as server, mailbox_on(server) as mailbox:
        mailbox.open()
        mailbox.uids_after(0)
        began = monotonic()
        with pytest.raises(TransientFailure, match="waiting for mail"):
            mailbox.wait(10)
        with pytest.raises(TransientFailure, match="not connected"):
            mailbox.wait(10)

    assert monotonic() - began < 1


@pytest.mark.slow
def test_a_server_that_falls_silent_after_idle_is_left_in_time() -> None:
    def hangs(line: Line, _tag: str) -> None:
        line.say("+ idling\r\n* 2 EXISTS\r\n")
        while True:
            line.hear()

    with Scripted(speaks_imap({"IDLE": hangs})) as server, mailbox_on(server) as mailbox:
        mailbox.open()
        mailbox.uids_after(0)
        began = monotonic()
        with pytest.raises(TransientFailure, match="no answer in time"):
            mailbox.wait(10)

    assert monotonic() - began < 5


def test_without_idle_it_asks_now_and_then() -> None:
    asked: list[int] = []

    def noop(line: Line, tag: str) -> None:
        asked.append(1)
        line.say(f"{'* 2 EXISTS' if len(asked) == 3 else '* 1 RECENT'}\r\n{tag} OK done\r\n")

    script = speaks_imap({**capable("MOVE"), "NOOP": noop})
    with Scripted(script) as server, mailbox_on(server, poll_seconds=0.02) as mailbox:
        mailbox.open()
        mailbox.uids_after(0)
        mailbox.wait(10)

    assert len(asked) == 3


@pytest.mark.parametrize("refusal", ["NO too many are waiting", "BAD unknown", "OK done before it began"])
def test_a_server_that_refuses_idle_is_asked_now_and_then(refusal: str) -> None:
    news = "* 2 EXISTS\r\n{tag} OK done\r\n"
    script = speaks_imap({"IDLE": f"{{tag}} {refusal}\r\n", "NOOP": news})
    with Scripted(script) as server, mailbox_on(server, poll_seconds=0.02) as mailbox:
        mailbox.open()
        for _ in range(2):
            mailbox.uids_after(0)
            mailbox.wait(10)

    asked = [line.split()[1] for line in server.heard]
    assert asked[-5:] == [b"IDLE", b"NOOP", b"UID", b"NOOP", b"LOGOUT"]


def test_mail_that_is_announced_with_the_refusal_is_news_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap_line, "IDLE_AGAIN", 0.0)  # and it is asked once more
    refusal = "* 2 EXISTS\r\n{tag} NO too many are waiting\r\n"
    with Scripted(speaks_imap({"IDLE": refusal})) as server, mailbox_on(server, poll_seconds=30) as mailbox:
        mailbox.open()
        for _ in range(2):
            mailbox.uids_after(0)
            mailbox.wait(30)

    assert sum(line.endswith(b"IDLE") for line in server.heard) == 2


def test_an_announcement_ends_the_wait_within_five_milliseconds() -> None:
    announced: list[float] = []

    def idles(line: Line, tag: str) -> None:
        line.say("+ idling\r\n")
        time.sleep(0.03)
        announced.append(monotonic())
        line.say("* 2 EXISTS\r\n")
        line.hear()
        line.say(f"{tag} OK done\r\n")

    waits = []
    with Scripted(speaks_imap({"IDLE": idles})) as server, mailbox_on(server) as mailbox:
        mailbox.open()
        for _ in range(9):
            mailbox.uids_after(0)
            mailbox.wait(10)
            waits.append(monotonic() - announced[-1])

    assert sorted(waits)[4] < 0.005  # the median: the machine may be busy


@pytest.mark.slow
def test_a_wake_ends_the_wait_even_when_the_server_hangs() -> None:
    def hangs(line: Line, _tag: str) -> None:
        line.say("+ idling\r\n")
        while True:
            line.hear()

    with Scripted(speaks_imap({"IDLE": hangs})) as server, mailbox_on(server) as mailbox:
        mailbox.open()
        mailbox.uids_after(0)
        threading.Timer(0.02, mailbox.wake).start()
        began = monotonic()
        with pytest.raises(TransientFailure):
            mailbox.wait(60)

    assert monotonic() - began < 4


def drips(line: Line, *_: str) -> None:
    while True:
        line.say("* OK Hang in there..\r\n")
        time.sleep(0.05)


def greets_in_crumbs(line: Line) -> None:
    while True:
        line.say("*")
        time.sleep(0.05)


@pytest.mark.parametrize(
    "script", [speaks_imap({"UID SEARCH": drips}), greets_in_crumbs], ids=["search", "greeting"]
)
def test_a_server_that_says_a_little_now_and_then_is_left_in_time(
    script: Callable[[Line], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap_line, "ANSWER_WITHIN", 1)
    with Scripted(script) as server, mailbox_on(server) as mailbox:
        began = monotonic()
        with pytest.raises(TransientFailure, match="no answer in time"):  # noqa: PT012 - either may
            mailbox.open()
            mailbox.uids_after(0)

    assert monotonic() - began < 3
