"""Moving and fetching where a server lacks abilities or refuses."""

import re
from collections.abc import Callable, Iterator
from threading import Event

import pytest

from bot.adapters.imap_listing import BATCH
from bot.adapters.imap_patience import ALONE, TRIES
from bot.domain.errors import Copied, PermanentFailure, TransientFailure
from tests.adapters.scripted import Line, Scripted
from tests.adapters.scripted_imap import NOON, Answers, capable, mailbox_on, speaks_imap

GONE = "* SEARCH\r\n{tag} OK done\r\n"


def test_without_move_mails_are_copied_marked_and_expunged_by_uid() -> None:
    answers = {
        **capable("IDLE", "UIDPLUS"),
        "UID COPY": "{tag} OK done\r\n",
        "UID STORE": "{tag} OK done\r\n",
        "UID EXPUNGE": "{tag} OK done\r\n",
        "UID SEARCH UID": GONE,
    }
    with Scripted(speaks_imap(answers)) as server, mailbox_on(server) as mailbox:
        mailbox.open()
        mailbox.move([3, 4], "Done")

    assert [line.partition(b" ")[2] for line in server.heard if b"UID" in line] == [
        b'UID COPY 3,4 "Done"',
        b"UID STORE 3,4 +FLAGS.SILENT (\\Deleted)",
        b"UID EXPUNGE 3,4",
        b"UID SEARCH UID 3,4",
    ]


@pytest.mark.parametrize(
    ("marked", "expunges", "there", "left"),
    [
        ("3 4", True, "", []),
        ("3 4 9", False, "3 4", []),
        ("", True, "3 4", [3, 4]),
        ("3 4", True, "4", [3, 4]),
        ("9", False, "3 4", [3, 4]),
    ],
)
def test_without_uidplus_nobody_elses_marked_mails_are_expunged(
    marked: str, *, expunges: bool, there: str, left: list[int]
) -> None:
    """What was not marked, or marked and not expunged, was copied only."""
    answers = {
        **capable("IDLE"),
        "UID COPY": "{tag} OK done\r\n",
        "UID STORE": "{tag} OK done\r\n",
        "UID SEARCH DELETED": f"* SEARCH {marked}\r\n{{tag}} OK done\r\n",
        "EXPUNGE": "{tag} OK done\r\n",
        "UID SEARCH UID": f"* SEARCH {there}\r\n{{tag}} OK done\r\n",
    }
    with Scripted(speaks_imap(answers)) as server, mailbox_on(server) as mailbox:
        mailbox.open()
        stay = mailbox.move([3, 4], "Done")

    assert list(stay) == left
    assert all(isinstance(failure, Copied) for failure in stay.values())
    assert any(line.endswith(b" EXPUNGE") for line in server.heard) is expunges


def test_folders_below_inbox_get_the_servers_prefix_and_delimiter() -> None:
    answers = {
        **capable("MOVE", "NAMESPACE"),
        "NAMESPACE": '* NAMESPACE (("INBOX." ".")) NIL NIL\r\n{tag} OK done\r\n',
        "UID MOVE": "{tag} OK done\r\n",
    }
    with Scripted(speaks_imap(answers)) as server, mailbox_on(server) as mailbox:
        mailbox.open()
        mailbox.move([1], "Usher/Done")
        mailbox.move([2], "Usher/Done")

    said = b"\n".join(server.heard)
    assert said.count(b'CREATE "INBOX.Usher.Done"') == 1
    assert b'UID MOVE 2 "INBOX.Usher.Done"' in said


def test_a_folder_deleted_meanwhile_is_made_again() -> None:
    moves: list[int] = []

    def move(line: Line, tag: str) -> None:
        moves.append(1)
        line.say(f"{tag} {'NO [TRYCREATE] no such folder' if len(moves) == 2 else 'OK done'}\r\n")

    with Scripted(speaks_imap({"UID MOVE": move})) as server, mailbox_on(server) as mailbox:
        mailbox.open()
        mailbox.move([1], "Done")
        mailbox.move([2], "Done")

    assert b"\n".join(server.heard).count(b"CREATE") == 2
    assert len(moves) == 3


def test_a_folder_that_may_not_be_made_names_the_mend() -> None:
    with (
        Scripted(speaks_imap({"CREATE": "{tag} NO [NOPERM] denied\r\n"})) as server,
        mailbox_on(server) as mailbox,
    ):
        mailbox.open()
        (failure,) = mailbox.move([1], "Done").values()

    assert isinstance(failure, PermanentFailure)
    assert re.search(r"folder Done cannot be made .*denied.*create it", str(failure))


def test_a_folder_that_may_not_be_made_keeps_nothing_from_another() -> None:
    """One mail set aside had kept all that were done in the inbox, for as long as that lasted."""
    answers = {'CREATE "Aside"': "{tag} NO [NOPERM] denied\r\n", "UID MOVE": "{tag} OK done\r\n"}
    with Scripted(speaks_imap(answers)) as server, mailbox_on(server) as mailbox:
        mailbox.open()
        left = [list(mailbox.move(uids, folder)) for uids, folder in (([3], "Aside"), ([4, 5], "Done"))]

    assert left == [[3], []]


def test_a_folder_that_is_gone_and_cannot_be_made_again_undoes_nothing_that_was_moved() -> None:
    said = iter(["OK done", "NO [TRYCREATE] no such folder"])
    made = iter(["OK made", "NO [NOPERM] denied"])

    def says(words: Iterator[str]) -> Callable[[Line, str], None]:
        return lambda line, tag: line.say(f"{tag} {next(words)}\r\n")

    answers = {"UID MOVE": says(said), "CREATE": says(made)}
    with Scripted(speaks_imap(answers)) as server, mailbox_on(server) as mailbox:
        mailbox.open()
        left = mailbox.move(range(1, BATCH + 3), "Done")

    assert list(left) == [BATCH + 1, BATCH + 2]


def test_a_refused_move_is_for_a_person_and_one_that_passes_is_not() -> None:
    said = iter(["NO [OVERQUOTA] no room", "NO [UNAVAILABLE] not now"])

    def move(line: Line, tag: str) -> None:
        line.say(f"{tag} {next(said)}\r\n")

    with Scripted(speaks_imap({"UID MOVE": move})) as server, mailbox_on(server) as mailbox:
        mailbox.open()
        (for_good,) = mailbox.move([1], "Done").values()
        (passing,) = mailbox.move([1], "Done").values()

    assert isinstance(for_good, PermanentFailure)
    assert re.search(r"to Done .*no room.*make room", str(for_good))
    assert isinstance(passing, TransientFailure)
    assert "not now" in str(passing)


def test_a_folder_that_is_not_made_now_is_for_no_person_and_tried_again() -> None:
    said = iter(["NO [UNAVAILABLE] not now", "OK made"])

    def make(line: Line, tag: str) -> None:
        line.say(f"{tag} {next(said)}\r\n")

    answers: Answers = {"CREATE": make, "UID MOVE": "{tag} OK done\r\n"}
    with Scripted(speaks_imap(answers)) as server, mailbox_on(server) as mailbox:
        mailbox.open()
        (passing,) = mailbox.move([1], "Done").values()
        left = mailbox.move([1], "Done")

    assert isinstance(passing, TransientFailure)
    assert "not now" in str(passing)
    assert left == {}


@pytest.mark.parametrize("refusal", ["NO cannot", "NO [SERVERBUG] Internal error"])
@pytest.mark.parametrize("ability", ["MOVE", "UIDPLUS"])
def test_a_mail_that_is_not_moved_keeps_no_other_from_it_and_is_named(refusal: str, ability: str) -> None:
    taken: list[int] = []

    def take(line: Line, tag: str) -> None:
        uids = [
            int(uid) for uid in re.findall(r"(?:MOVE|COPY) ([\d,]+)", line.heard[-1].decode())[0].split(",")
        ]
        line.say(f"{tag} {refusal if 3 in uids else 'OK done'}\r\n")
        taken.extend([] if 3 in uids else uids)

    answers: Answers = {
        **capable(ability),
        "UID MOVE": take,
        "UID COPY": take,
        "UID STORE": "{tag} OK done\r\n",
        "UID EXPUNGE": "{tag} OK done\r\n",
        "UID SEARCH UID": GONE,
    }
    with Scripted(speaks_imap(answers)) as server, mailbox_on(server) as mailbox:
        mailbox.open()
        left = mailbox.move(range(1, 13), "Done")

    assert sorted(taken) == [uid for uid in range(1, 13) if uid != 3]
    assert list(left) == [3]
    assert "the mail with UID 3 to Done" in str(left[3])


def test_however_many_stayed_behind_before_newer_ones_are_moved() -> None:
    damaged = range(1, 2 * ALONE)

    def move(line: Line, tag: str) -> None:
        uids = re.findall(r"\d+", line.heard[-1].decode().partition("MOVE")[2])
        line.say(f"{tag} {'OK done' if {*map(int, uids)}.isdisjoint(damaged) else 'NO cannot'}\r\n")

    with Scripted(speaks_imap({"UID MOVE": move})) as server, mailbox_on(server) as mailbox:
        mailbox.open()
        left = mailbox.move([*damaged, 98, 99], "Done")

    assert list(left) == [*damaged]


def test_a_server_that_moves_nothing_is_not_asked_for_each_mail() -> None:
    with (
        Scripted(speaks_imap({"UID MOVE": "{tag} NO [NOPERM] denied\r\n"})) as server,
        mailbox_on(server) as mailbox,
    ):
        mailbox.open()
        left = mailbox.move(range(1, 101), "Done")

    assert sorted(left) == [*range(1, 101)]
    assert "does not move mails to Done" in str(left[1])
    assert sum(b"UID MOVE" in line for line in server.heard) == 1 + ALONE


@pytest.mark.parametrize("refused", ["UID STORE", "UID EXPUNGE"])
def test_mails_that_were_copied_and_may_not_be_deleted_are_copied_once(refused: str) -> None:
    """They had been copied again each quarter of an hour; once they may be, all of them are deleted."""
    answers = dict.fromkeys(["UID COPY", "UID STORE", "UID EXPUNGE"], "{tag} OK done\r\n")
    answers["UID SEARCH UID"] = GONE
    allows = Event()

    def delete(line: Line, tag: str) -> None:
        line.say(f"{tag} {'OK done' if allows.is_set() else 'NO [NOPERM] denied'}\r\n")

    script = speaks_imap({**capable("UIDPLUS"), **answers, refused: delete})
    with Scripted(script) as server, mailbox_on(server) as mailbox:
        mailbox.open()
        left = mailbox.move([1, 2, 3], "Done")
        again = mailbox.move([1, 2, 3], "Done")
        mailbox.open()
        more = mailbox.move([4], "Done")
        allows.set()
        moved = mailbox.move([5], "Done")

    assert [list(each) for each in (left, again, more, moved)] == [[1, 2, 3], [1, 2, 3], [4], []]
    assert all(isinstance(failure, Copied) for failure in (left | more).values())
    assert re.search(r"copies mails to Done .*denied.*the right to", str(left[1]))
    copied = [line.split()[3] for line in server.heard if b"UID COPY" in line]
    assert copied == [b"1,2,3", b"4", b"5"]
    assert any(b"UID EXPUNGE 1:4" in line or b"UID EXPUNGE 1,2,3,4" in line for line in server.heard)


def test_mails_that_stay_although_the_server_says_that_it_deleted_them_were_copied_only() -> None:
    """As Dovecot does without the right to; they had counted as moved, and nobody heard of it."""
    answers = dict.fromkeys(["UID COPY", "UID STORE", "UID EXPUNGE"], "{tag} OK done\r\n")
    there = iter(["1 2 3", "4", "", ""])

    def search(line: Line, tag: str) -> None:
        line.say(f"* SEARCH {next(there)}\r\n{tag} OK done\r\n")

    script = speaks_imap({**capable("UIDPLUS"), **answers, "UID SEARCH UID": search})
    with Scripted(script) as server, mailbox_on(server) as mailbox:
        mailbox.open()
        left, more, moved = (mailbox.move(uids, "Done") for uids in ([1, 2, 3], [4], [5]))

    assert [list(each) for each in (left, more, moved)] == [[1, 2, 3], [4], []]
    assert all(isinstance(failure, Copied) for failure in (left | more).values())
    assert re.search(r"copies mails to Done and does not delete here .*and they stay", str(left[1]))
    assert [line.split()[3] for line in server.heard if b"UID COPY" in line] == [b"1,2,3", b"4", b"5"]
    assert any(b"UID EXPUNGE 1:4" in line or b"UID EXPUNGE 1,2,3,4" in line for line in server.heard)


def test_a_folder_that_a_server_misses_though_it_is_there_is_looked_for_once_a_session_and_told() -> None:
    """It had ended the session each time."""
    answers = {
        'LIST "" "Done"': '* LIST () "/" Done\r\n{tag} OK done\r\n',
        "UID MOVE": "{tag} NO [TRYCREATE] no such folder\r\n",
    }
    with Scripted(speaks_imap(answers)) as server, mailbox_on(server) as mailbox:
        for _ in range(2):
            mailbox.open()
            for _ in range(3):
                (failure,) = mailbox.move([1], "Done").values()

    assert isinstance(failure, PermanentFailure)
    assert re.search(r"does not move the mail with UID 1 to Done .*no such folder", str(failure))
    assert b"\n".join(server.heard).count(b'LIST "" "Done"') == 4


def test_the_oldest_and_the_newest_are_asked_for_by_turns() -> None:
    """Had all of the newest been damaged, none of the others would ever be moved."""
    damaged = {*range(50 - ALONE, 51)}

    def move(line: Line, tag: str) -> None:
        uids = re.findall(r"\d+", line.heard[-1].decode().partition("MOVE")[2])
        line.say(f"{tag} {'OK done' if {*map(int, uids)}.isdisjoint(damaged) else 'NO cannot'}\r\n")

    with Scripted(speaks_imap({"UID MOVE": move})) as server, mailbox_on(server) as mailbox:
        mailbox.open()
        left = mailbox.move(range(1, 51), "Done")

    assert set(left) == damaged


def test_large_moves_go_in_batches() -> None:
    with (
        Scripted(speaks_imap({"UID MOVE": "{tag} OK done\r\n"})) as server,
        mailbox_on(server) as mailbox,
    ):
        mailbox.open()
        mailbox.move(range(1, 501), "Done")

    assert sum(b"UID MOVE" in line for line in server.heard) == 3
    assert max(map(len, server.heard)) < 2_000


def test_a_mail_the_server_will_not_give_does_not_block_the_others() -> None:
    def fetch(line: Line, tag: str) -> None:
        command = line.heard[-1].decode()
        uids = [int(uid) for uid in re.findall(r"FETCH ([\d,]+)", command)[0].split(",")]
        if "BODY" in command and 2 in uids:
            line.say(f"{tag} NO server error\r\n")
            return
        for uid in uids:
            item = "BODY[] {2}\r\nok" if "BODY" in command else 'RFC822.SIZE 2 INTERNALDATE "not a date"'
            line.say(f"* {uid} FETCH (UID {uid} {item})\r\n")
        line.say(f"{tag} OK done\r\n")

    with Scripted(speaks_imap({"UID FETCH": fetch})) as server, mailbox_on(server) as mailbox:
        mailbox.open()
        for _ in range(TRIES - 1):
            with pytest.raises(TransientFailure, match="UID 2"):
                list(mailbox.fetch([1, 2, 3]))
        mails = list(mailbox.fetch([1, 2, 3]))

    assert [(mail.uid, mail.raw, mail.whole) for mail in mails] == [
        (1, b"ok", True),
        (2, b"", False),
        (3, b"ok", True),
    ]
    assert mails[0].received_at == NOON  # an unreadable date is not an old one


def test_a_read_only_folder_names_the_mend() -> None:
    answers = {"SELECT": "* OK [UIDVALIDITY 7] fine\r\n* 0 EXISTS\r\n{tag} OK [READ-ONLY] look\r\n"}
    with (
        Scripted(speaks_imap(answers)) as server,
        mailbox_on(server) as mailbox,
        pytest.raises(PermanentFailure, match="may only be read"),
    ):
        mailbox.open()
