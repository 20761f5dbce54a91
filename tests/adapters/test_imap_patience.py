"""A mail over which the server stumbles holds up no other, and none is passed over without a word."""

import contextlib
import re
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from bot.adapters import imap_patience
from bot.adapters.imap import ImapMailbox
from bot.adapters.imap_patience import TRIES
from bot.domain.errors import TransientFailure
from bot.domain.mail import FetchedMail
from tests.adapters.scripted import Line, Scripted
from tests.adapters.scripted_imap import NOON, Answers, mailbox_on, speaks_imap

UIDS = [1, 2, 3]
LONGER = 12  #: instead of a day's
#: says the line of one mail, or does what the server does instead
Say = Callable[[Line, str, int], None]


def listed_with(size: int, day: str = "02-Mar") -> Say:
    def say(line: Line, _: str, uid: int) -> None:
        date = f'INTERNALDATE "{day}-2026 09:00:00 +0000"'
        line.say(f"* {uid} FETCH (UID {uid} RFC822.SIZE {size} {date})\r\n")

    return say


listed = listed_with(2)


def given(line: Line, _: str, uid: int) -> None:
    line.say(f"* {uid} FETCH (UID {uid} BODY[] {{2}}\r\nok)\r\n")


def cut(line: Line, *_: object) -> None:
    line.cut()
    raise EOFError


def odd(line: Line, _: str, uid: int) -> None:
    line.say(f"* {uid} FETCH (UID {uid} X (oops)\r\n")


def empty(line: Line, _: str, uid: int) -> None:
    line.say(f"* {uid} FETCH (UID {uid} BODY[] NIL)\r\n")


def quotes(line: Line, _: str, uid: int) -> None:
    line.say(f'* {uid} FETCH (UID {uid} BODY[] "")\r\n')


def nothing(*_: object) -> None:
    """It is left out."""


def server_of(*, lists: Say = listed, gives: Say = given, there: tuple[int, ...] = (1, 2, 3)) -> Answers:
    """One that is odd about the mail with UID 2."""

    def fetch(line: Line, tag: str) -> None:
        command = line.heard[-1].decode()
        body = "BODY" in command
        for uid in map(int, re.findall(r"FETCH ([\d,]+)", command)[0].split(",")):
            say = (gives if body else lists) if uid == 2 else (given if body else listed)
            say(line, tag, uid)
        line.say(f"{tag} OK done\r\n")

    found = f"* SEARCH {' '.join(map(str, there))}\r\n{{tag}} OK done\r\n"
    return {"UID FETCH": fetch, "UID SEARCH": found}


def fetch_as_often_as_needed(
    mailbox: ImapMailbox, uids: Sequence[int] = UIDS
) -> tuple[list[FetchedMail], int]:
    """As the mail door does it, a session each time; the mails, and how many sessions failed before."""
    for failed in range(2 * TRIES + 2):
        mailbox.open()
        try:
            return list(mailbox.fetch(uids)), failed
        except TransientFailure:
            continue
    raise AssertionError("no session got past it")


@pytest.mark.parametrize(
    "answers",
    [server_of(gives=cut), server_of(gives=empty), server_of(gives=quotes), server_of(gives=nothing)],
    ids=["cut", "nil", "no byte", "left out"],
)
def test_a_mail_that_is_not_given_is_handed_over_empty_after_some_tries(answers: Answers) -> None:
    with Scripted(speaks_imap(answers)) as server, mailbox_on(server) as mailbox:
        mails, failed = fetch_as_often_as_needed(mailbox)

    assert [(mail.uid, mail.raw, mail.whole) for mail in mails] == [
        (1, b"ok", True), (2, b"", False), (3, b"ok", True),
    ]  # fmt: skip
    assert TRIES - 1 <= failed <= TRIES + 1


@pytest.mark.parametrize("gives", [cut, empty], ids=["cut", "nil"])
@pytest.mark.parametrize(
    "size", [17_000_000, 30_000_000], ids=["alone in its command", "too large to be read"]
)
@pytest.mark.parametrize("uids", [[1, 2], [2, 3]], ids=["behind one", "before one"])
def test_a_large_mail_that_is_not_given_is_weighed_beside_the_mails_around_it(
    uids: list[int], size: int, gives: Say
) -> None:
    """They are asked for in other commands than it."""
    answers = server_of(lists=listed_with(size), gives=gives)
    with Scripted(speaks_imap(answers)) as server, mailbox_on(server) as mailbox:
        mails, failed = fetch_as_often_as_needed(mailbox, uids)

    assert [(mail.uid, mail.raw) for mail in mails] == [(uid, b"" if uid == 2 else b"ok") for uid in uids]
    assert TRIES - 1 <= failed <= TRIES + 1


@pytest.mark.parametrize("also", [cut, empty], ids=["cut", "nil"])
def test_where_the_mail_beside_a_large_one_is_not_given_either_another_is_asked_for(also: Say) -> None:
    """The first two are damaged, the third is sound."""

    def fetch(line: Line, tag: str) -> None:
        command = line.heard[-1].decode()
        for uid in map(int, re.findall(r"FETCH ([\d,]+)", command)[0].split(",")):
            lists, gives = [(listed, also), (listed_with(17_000_000), empty), (listed, given)][uid - 1]
            (gives if "BODY" in command else lists)(line, tag, uid)
        line.say(f"{tag} OK done\r\n")

    answers: Answers = {"UID FETCH": fetch, "UID SEARCH": "* SEARCH 1 2 3\r\n{tag} OK done\r\n"}
    with Scripted(speaks_imap(answers)) as server, mailbox_on(server) as mailbox:
        mails, _ = fetch_as_often_as_needed(mailbox)

    assert [mail.raw for mail in mails] == [b"", b"", b"ok"]


def test_a_large_mail_costs_nothing_while_the_server_gives_no_other_either() -> None:
    told: list[int] = []

    def fetch(line: Line, tag: str) -> None:
        command = line.heard[-1].decode()
        told.append(1)
        if "BODY" in command and len(told) < 9 * TRIES:
            line.say(f"{tag} NO [UNAVAILABLE] not now\r\n")
            return
        for uid in map(int, re.findall(r"FETCH ([\d,]+)", command)[0].split(",")):
            lists = listed_with(17_000_000) if uid == 2 else listed
            (given if "BODY" in command else lists)(line, tag, uid)
        line.say(f"{tag} OK done\r\n")

    with Scripted(speaks_imap({"UID FETCH": fetch})) as server, mailbox_on(server) as mailbox:
        mails, failed = fetch_as_often_as_needed(mailbox, [2, 3])

    assert [mail.raw for mail in mails] == [b"ok"] * 2
    assert failed > TRIES


def test_old_mails_below_one_that_is_not_given_are_told_first() -> None:
    """So the next session asks for it beside those that follow, which else would wait for it."""

    def fetch(line: Line, tag: str) -> None:
        command = line.heard[-1].decode()
        for uid in map(int, re.findall(r"FETCH ([\d,]+)", command)[0].split(",")):
            lists = listed_with(2, day="01-Feb") if uid == 1 else listed
            (empty if "BODY" in command else lists)(line, tag, uid)
        line.say(f"{tag} OK done\r\n")

    answers: Answers = {"UID FETCH": fetch, "UID SEARCH": "* SEARCH 2\r\n{tag} OK done\r\n"}
    with Scripted(speaks_imap(answers)) as server, mailbox_on(server) as mailbox:
        mailbox.open()
        fetched = iter(mailbox.fetch([1, 2], old_before=NOON - timedelta(days=7)))

        assert next(fetched).uid == 1
        with pytest.raises(TransientFailure, match="UID 2"):
            next(fetched)


@pytest.mark.parametrize("lists", [cut, odd, nothing], ids=["cut", "odd", "left out"])
def test_a_mail_that_is_not_listed_is_asked_for_all_the_same(lists: Say) -> None:
    with Scripted(speaks_imap(server_of(lists=lists))) as server, mailbox_on(server) as mailbox:
        mails, _ = fetch_as_often_as_needed(mailbox)

    assert [(mail.uid, mail.raw) for mail in mails] == [(1, b"ok"), (2, b"ok"), (3, b"ok")]


def test_one_that_is_left_out_once_is_asked_for_again_at_once() -> None:
    said: list[int] = []

    def forgets(line: Line, tag: str, uid: int) -> None:
        said.append(uid)
        if len(said) > 1:
            given(line, tag, uid)

    with Scripted(speaks_imap(server_of(gives=forgets))) as server, mailbox_on(server) as mailbox:
        mails, failed = fetch_as_often_as_needed(mailbox)

    assert ([mail.raw for mail in mails], failed) == ([b"ok"] * 3, 0)


def test_one_that_somebody_has_moved_meanwhile_is_no_mail_of_ours_any_more() -> None:
    answers = server_of(lists=nothing, there=(1, 3))
    with Scripted(speaks_imap(answers)) as server, mailbox_on(server) as mailbox:
        mails, failed = fetch_as_often_as_needed(mailbox)

    assert ([mail.uid for mail in mails], failed) == ([1, 3], 0)


def test_a_server_that_gives_nothing_costs_no_mail_while_it_passes() -> None:
    """Its trouble is not that mail's, and it ends."""
    told: list[int] = []

    def fetch(line: Line, tag: str) -> None:
        told.append(1)
        command = line.heard[-1].decode()
        if "BODY" in command and len(told) < 4 * TRIES:
            line.say(f"{tag} NO [UNAVAILABLE] not now\r\n")
            return
        for uid in map(int, re.findall(r"FETCH ([\d,]+)", command)[0].split(",")):
            (given if "BODY" in command else listed)(line, tag, uid)
        line.say(f"{tag} OK done\r\n")

    with Scripted(speaks_imap({"UID FETCH": fetch})) as server, mailbox_on(server) as mailbox:
        mails, failed = fetch_as_often_as_needed(mailbox)

    assert [mail.raw for mail in mails] == [b"ok"] * 3
    assert failed > 1


def test_a_server_that_gives_nothing_for_hours_costs_no_mail_either() -> None:
    """A session a minute: six hours of them, and then its storage is back."""
    told: list[int] = []

    def gives(line: Line, tag: str, uid: int) -> None:
        told.append(uid)
        (given if len(told) > 360 else nothing)(line, tag, uid)

    with Scripted(speaks_imap(server_of(gives=gives, there=(2,)))) as server, mailbox_on(server) as mailbox:
        mailbox.open()
        for _ in range(360):
            with pytest.raises(TransientFailure):
                list(mailbox.fetch([2]))
        (mail,) = mailbox.fetch([2])

    assert (mail.raw, mail.whole) == (b"ok", True)


def test_a_server_that_gives_but_the_first_for_a_while_costs_no_mail() -> None:
    """It limits how much it gives at a time: that means none of those behind."""
    told, limited = 0, True

    def fetch(line: Line, tag: str) -> None:
        nonlocal told
        command = line.heard[-1].decode()
        uids = [int(uid) for uid in re.findall(r"FETCH ([\d,]+)", command)[0].split(",")]
        body = "BODY" in command
        told += body
        if body and limited and (told > 2 or len(uids) > 1):
            line.say(f"{tag} NO [LIMIT] enough for now\r\n")
            return
        for uid in uids:
            (given if body else listed)(line, tag, uid)
        line.say(f"{tag} OK done\r\n")

    with Scripted(speaks_imap({"UID FETCH": fetch})) as server, mailbox_on(server) as mailbox:
        for _ in range(9):
            told = 0
            mailbox.open()
            fetched = iter(mailbox.fetch(UIDS))
            assert next(fetched).raw == b"ok"  # the next session need not ask for it
            with pytest.raises(TransientFailure):
                list(fetched)
        limited = False
        mailbox.open()
        mails = list(mailbox.fetch(UIDS))

    assert [(mail.raw, mail.whole) for mail in mails] == [(b"ok", True)] * 3


def test_a_mail_that_stands_alone_is_given_up_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap_patience, "LONGER", LONGER)
    with (
        Scripted(speaks_imap(server_of(gives=empty, there=(2,)))) as server,
        mailbox_on(server) as mailbox,
    ):
        mailbox.open()
        for _ in range(LONGER - 1):
            with pytest.raises(TransientFailure, match="UID 2"):
                list(mailbox.fetch([2]))
        (mail,) = mailbox.fetch([2])

    assert (mail.uid, mail.raw, mail.whole) == (2, b"", False)


def test_numbers_that_are_other_mails_now_are_asked_for_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """UIDVALIDITY changed: what is known of a number was another mail's."""
    monkeypatch.setattr(imap_patience, "LONGER", LONGER)
    opened: list[int] = []

    def select(line: Line, tag: str) -> None:
        opened.append(7 if len(opened) < LONGER else 8)
        line.say(f"* 3 EXISTS\r\n* OK [UIDVALIDITY {opened[-1]}] fine\r\n{tag} OK [READ-WRITE] done\r\n")

    def gives(line: Line, tag: str, uid: int) -> None:
        (given if opened[-1] == 8 else empty)(line, tag, uid)

    answers: Answers = {**server_of(gives=gives, there=(2,)), "SELECT": select}
    with Scripted(speaks_imap(answers)) as server, mailbox_on(server) as mailbox:
        for _ in range(LONGER):
            mailbox.open()
            with contextlib.suppress(TransientFailure):
                list(mailbox.fetch([2]))
        assert mailbox.open() == 8
        (mail,) = mailbox.fetch([2])

    assert (mail.raw, mail.whole) == (b"ok", True)


def test_a_line_that_breaks_now_and_then_costs_no_mail() -> None:
    broken: list[int] = []

    def breaks(line: Line, tag: str, uid: int) -> None:
        broken.append(uid)
        if len(broken) < TRIES:
            cut(line)
        given(line, tag, uid)

    with Scripted(speaks_imap(server_of(gives=breaks))) as server, mailbox_on(server) as mailbox:
        mails, failed = fetch_as_often_as_needed(mailbox)

    assert ([mail.raw for mail in mails], failed) == ([b"ok"] * 3, TRIES - 1)


def test_a_server_that_refuses_one_and_then_hangs_up_gives_the_others() -> None:
    """It is asked once more for one that it gave, to see whom its no was about: over that it hangs up."""
    refusals = 0

    def fetch(line: Line, tag: str) -> None:
        nonlocal refusals
        command = line.heard[-1].decode()
        uids = [int(uid) for uid in re.findall(r"FETCH ([\d,]+)", command)[0].split(",")]
        if "BODY" in command:
            if refusals > 1:
                cut(line)
            if 3 in uids:
                refusals += 1
                line.say(f"{tag} NO [SERVERBUG] cannot\r\n")
                return
        for uid in uids:
            (given if "BODY" in command else listed)(line, tag, uid)
        line.say(f"{tag} OK done\r\n")

    with Scripted(speaks_imap({"UID FETCH": fetch})) as server, mailbox_on(server) as mailbox:
        mailbox.open()
        fetched = iter(mailbox.fetch(UIDS))
        assert [next(fetched).uid, next(fetched).uid] == [1, 2]
        with pytest.raises(TransientFailure):
            list(fetched)
