"""Moving and fetching where a server lacks abilities or refuses."""

import re

import pytest

from bot.adapters.imap_patience import TRIES
from bot.domain.errors import PermanentFailure, TransientFailure
from tests.adapters.scripted import Line, Scripted
from tests.adapters.scripted_imap import NOON, capable, mailbox_on, speaks_imap


def test_without_move_mails_are_copied_marked_and_expunged_by_uid() -> None:
    answers = {
        **capable("IDLE", "UIDPLUS"),
        "UID COPY": "{tag} OK done\r\n",
        "UID STORE": "{tag} OK done\r\n",
        "UID EXPUNGE": "{tag} OK done\r\n",
    }
    with Scripted(speaks_imap(answers)) as server, mailbox_on(server) as mailbox:
        mailbox.open()
        mailbox.move([3, 4], "Done")

    sent = [line.partition(b" ")[2] for line in server.heard if b"UID" in line]
    assert sent == [b'UID COPY 3,4 "Done"', b"UID STORE 3,4 +FLAGS.SILENT (\\Deleted)", b"UID EXPUNGE 3,4"]


@pytest.mark.parametrize(("marked", "expunges"), [("3 4", True), ("3 4 9", False)])
def test_without_uidplus_nobody_elses_marked_mails_are_expunged(marked: str, *, expunges: bool) -> None:
    answers = {
        **capable("IDLE"),
        "UID COPY": "{tag} OK done\r\n",
        "UID STORE": "{tag} OK done\r\n",
        "UID SEARCH DELETED": f"* SEARCH {marked}\r\n{{tag}} OK done\r\n",
        "EXPUNGE": "{tag} OK done\r\n",
    }
    with Scripted(speaks_imap(answers)) as server, mailbox_on(server) as mailbox:
        mailbox.open()
        mailbox.move([3, 4], "Done")

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
        with pytest.raises(PermanentFailure, match=r"folder Done cannot be made .*denied.*create it"):
            mailbox.move([1], "Done")


def test_a_refused_move_is_for_a_person_and_one_that_passes_is_not() -> None:
    said = iter(["NO [OVERQUOTA] no room", "NO [UNAVAILABLE] not now"])

    def move(line: Line, tag: str) -> None:
        line.say(f"{tag} {next(said)}\r\n")

    with Scripted(speaks_imap({"UID MOVE": move})) as server, mailbox_on(server) as mailbox:
        mailbox.open()
        with pytest.raises(PermanentFailure, match=r"to Done .*no room.*make room"):
            mailbox.move([1], "Done")
        with pytest.raises(TransientFailure, match="not now"):
            mailbox.move([1], "Done")


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
