"""The mailbox against servers that behave badly: cut lines, half answers, refusals, missing abilities."""

import base64
import logging
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import pytest

from bot.adapters.imap import REFUSALS, ImapMailbox, build_mailbox
from bot.adapters.imap_line import with_password
from bot.adapters.tls import build_context
from bot.domain.errors import PermanentFailure, SettingsFault, TransientFailure
from bot.sandbox.mail import MailWorld, ServerTls
from bot.settings import Tls, load
from tests.adapters.scripted import Line, Scripted
from tests.certificates import Authority, make_authority

USER = "desk@example.com"
PASSWORD = 'a "password" with \\ and spaces'
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

Answers = Mapping[str, str | Callable[[Line, str], None]]
SELECTED = "* 1 EXISTS\r\n* OK [UIDVALIDITY 7] fine\r\n{tag} OK [READ-WRITE] selected\r\n"
BASE: Answers = {
    "CAPABILITY": "* CAPABILITY IMAP4rev1 IDLE MOVE UIDPLUS\r\n{tag} OK done\r\n",
    "LOGIN": "{tag} OK welcome\r\n",
    "SELECT": SELECTED,
    "UID SEARCH": "* SEARCH 1\r\n{tag} OK done\r\n",
    "NOOP": "{tag} OK done\r\n",
    'LIST "" "INBOX"': '* LIST () "/" INBOX\r\n{tag} OK done\r\n',
    'LIST "" ""': '* LIST (\\Noselect) "/" ""\r\n{tag} OK done\r\n',
    "LIST": "{tag} OK nothing there\r\n",
    "CREATE": "{tag} OK made\r\n",
    "SUBSCRIBE": "{tag} OK done\r\n",
    "LOGOUT": "* BYE bye\r\n{tag} OK done\r\n",
}


def speaks_imap(answers: Answers, *, greeting: str = "* OK ready\r\n") -> Callable[[Line], None]:
    """Answer each command by the longest key it starts with."""
    known = {**BASE, **answers}

    def script(line: Line) -> None:
        line.say(greeting)
        while True:
            tag, _, command = line.hear().decode().partition(" ")
            fitting = [key for key in known if command.upper().startswith(key.upper())]
            answer = known[max(fitting, key=len)] if fitting else "{tag} BAD unknown\r\n"
            if isinstance(answer, str):
                line.say(answer.replace("{tag}", tag))
            else:
                answer(line, tag)

    return script


def capable(*names: str) -> dict[str, str]:
    return {"CAPABILITY": f"* CAPABILITY IMAP4rev1 {' '.join(names)}\r\n{{tag}} OK done\r\n"}


@contextmanager
def mailbox_on(server: Scripted, *, poll_seconds: float = 15.0, tls: Tls = Tls.NONE) -> Iterator[ImapMailbox]:
    mailbox = ImapMailbox(
        "127.0.0.1",
        server.port,
        tls=tls,
        context=build_context(),
        log_in=with_password(USER, PASSWORD),
        timeout=0.5,
        poll_seconds=poll_seconds,
        now=lambda: NOON,
    )
    with closing(mailbox):
        yield mailbox


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
    fetched = "* 2 EXISTS\r\n* 1 FETCH (UID 1 RFC822.SIZE 1)\r\n{tag} OK done\r\n"
    with Scripted(speaks_imap({"UID FETCH": fetched})) as server, mailbox_on(server) as mailbox:
        mailbox.open()
        mailbox.uids_after(0)
        list(mailbox.fetch([1]))
        began = monotonic()
        mailbox.wait(10)

    assert monotonic() - began < 1
    assert not any(line.endswith(b"IDLE") for line in server.heard)


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


def test_a_refused_idle_is_a_failure_in_words() -> None:
    with (
        Scripted(speaks_imap({"IDLE": "{tag} NO not today\r\n"})) as server,
        mailbox_on(server) as mailbox,
    ):
        mailbox.open()
        mailbox.uids_after(0)
        with pytest.raises(TransientFailure, match="not today"):
            mailbox.wait(10)


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
        for _ in range(REFUSALS - 1):
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


def test_a_busy_servers_refused_log_in_is_not_for_good() -> None:
    answers = {"LOGIN": "{tag} NO [UNAVAILABLE] directory is down\r\n"}
    with (
        Scripted(speaks_imap(answers)) as server,
        mailbox_on(server) as mailbox,
        pytest.raises(TransientFailure, match="directory is down"),
    ):
        mailbox.open()


def test_a_line_cut_in_the_log_in_is_not_a_refusal() -> None:
    with (
        Scripted(speaks_imap({"LOGIN": lambda line, _tag: line.cut()})) as server,
        mailbox_on(server) as mailbox,
        pytest.raises(TransientFailure, match="broke off the log-in"),
    ):
        mailbox.open()


@pytest.mark.parametrize("greeting", ["", "* BYE full\r\n", "HTTP/1.1 400 Bad Request\r\n", "\x15\x03\x01"])
def test_what_greets_strangely_is_a_failure_to_come_back_from(greeting: str) -> None:
    def greets(line: Line) -> None:
        line.say(greeting)
        line.cut()

    with Scripted(greets) as server, mailbox_on(server) as mailbox, pytest.raises(TransientFailure):
        mailbox.open()


@pytest.mark.parametrize(
    "search",
    [
        "* SEARCH 1 x )(\r\n{tag} OK done\r\n",
        "* SEARCH\r\n{tag} BAD what\r\n",
        "+ go on\r\nnonsense\r\n",
        "* SEARCH {99}\r\n1",
        "\x00\xff\r\n",
    ],
)
def test_an_answer_that_is_not_imap_is_a_failure_to_come_back_from(search: str) -> None:
    def answers(line: Line, tag: str) -> None:
        line.say(search.replace("{tag}", tag))
        line.cut()

    with Scripted(speaks_imap({"UID SEARCH": answers})) as server, mailbox_on(server) as mailbox:
        mailbox.open()
        with pytest.raises(TransientFailure):
            mailbox.uids_after(0)


def test_starttls_not_offered_never_sends_the_password_in_the_clear() -> None:
    with (
        Scripted(speaks_imap({})) as server,
        mailbox_on(server, tls=Tls.STARTTLS) as mailbox,
        pytest.raises(PermanentFailure, match="does not offer STARTTLS"),
    ):
        mailbox.open()

    assert not any(b"LOGIN" in line for line in server.heard)


def test_log_in_disabled_in_the_clear_names_the_mend() -> None:
    with (
        Scripted(speaks_imap(capable("LOGINDISABLED"))) as server,
        mailbox_on(server) as mailbox,
        pytest.raises(PermanentFailure, match="set IMAP_TLS"),
    ):
        mailbox.open()

    assert not any(b" LOGIN " in line for line in server.heard)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


def settings_for(world: MailWorld, tls: Tls, **more: object) -> dict[str, object]:
    return {
        "imap_host": "localhost",
        "imap_port": world.imap_port,
        "imap_tls": tls,
        "imap_user": USER,
        "imap_password": PASSWORD,
        "smtp_host": "localhost",
        "mail_from": USER,
        "support_address": USER,
        "slack_bot_token": "xoxb-1",
        "slack_signing_secret": "s",
        "slack_approvals_channel": "C1",
        "slack_support_channel": "C2",
        "slack_staff": "U1",
        "slack_approvers": "U1",
        "secret_key": "k" * 32,
        **more,
    }


@pytest.mark.parametrize("tls", [Tls.TLS, Tls.STARTTLS])
def test_it_speaks_tls_as_the_settings_say(authority: Authority, tls: Tls) -> None:
    mode = ServerTls(authority.server_context, "tls" if tls is Tls.TLS else "starttls")
    with MailWorld(now=lambda: NOON, accounts={USER: PASSWORD}, tls=mode) as world:
        world.append(USER, "INBOX", b"Subject: secret\r\n\r\nwords\r\n" * 20_000)
        settings = load(settings_for(world, tls, ca_bundle=authority.bundle), env_file=None)
        with closing(build_mailbox(settings)) as mailbox:
            mailbox.open()
            (mail,) = mailbox.fetch(mailbox.uids_after(0))
            world.append(USER, "INBOX", b"Subject: next\r\n\r\nwords\r\n")
            mailbox.wait(5)

            assert len(mail.raw) == 520_000
            assert len(mailbox.uids_after(mail.uid)) == 1


@pytest.mark.parametrize("tls", [Tls.TLS, Tls.STARTTLS])
def test_a_certificate_of_a_strange_authority_is_refused_with_its_mend(
    authority: Authority, tls: Tls
) -> None:
    mode = ServerTls(authority.server_context, "tls" if tls is Tls.TLS else "starttls")
    with MailWorld(now=lambda: NOON, accounts={USER: PASSWORD}, tls=mode) as world:
        settings = load(settings_for(world, tls), env_file=None)
        with closing(build_mailbox(settings)) as mailbox, pytest.raises(PermanentFailure, match="CA_BUNDLE"):
            mailbox.open()


def test_a_bundle_that_cannot_be_used_is_a_fault_of_the_settings(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing\n")
    with pytest.raises(SettingsFault, match=r"CA_BUNDLE: .*empty.pem holds no certificate"):
        build_context(empty)
    with pytest.raises(SettingsFault, match=r"CA_BUNDLE: .*missing.pem cannot be read"):
        build_context(tmp_path / "missing.pem")


def mailbox_with(server: Scripted, *, user: str, password: str) -> ImapMailbox:
    log_in = with_password(user, password)
    return ImapMailbox("127.0.0.1", server.port, tls=Tls.NONE, context=build_context(), log_in=log_in)


def test_letters_beyond_ascii_in_a_password_go_by_sasl() -> None:
    def authenticates(line: Line, tag: str) -> None:
        line.say("+ \r\n")
        assert base64.b64decode(line.hear()).decode() == "\0grüße@example.com\0pässwörd"
        line.say(f"{tag} OK welcome\r\n")

    script = speaks_imap({**capable("IDLE", "AUTH=PLAIN"), "AUTHENTICATE PLAIN": authenticates})
    with (
        Scripted(script) as server,
        closing(mailbox_with(server, user="grüße@example.com", password="pässwörd")) as mailbox,
    ):
        assert mailbox.open() == 7


def test_letters_that_log_in_cannot_carry_are_refused_in_words() -> None:
    with (
        Scripted(speaks_imap({})) as server,
        closing(mailbox_with(server, user=USER, password="pässwörd")) as mailbox,
        pytest.raises(PermanentFailure, match="IMAP_PASSWORD") as caught,
    ):
        mailbox.open()

    assert "ssw" not in str(caught.value)


def test_no_log_of_any_level_holds_password_or_mail(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with MailWorld(now=lambda: NOON, accounts={USER: PASSWORD}) as world:
        world.append(USER, "INBOX", b"Subject: confidential\r\n\r\nwords for nobody else\r\n")
        settings = load(settings_for(world, Tls.NONE), env_file=None)
        with closing(build_mailbox(settings)) as mailbox:
            mailbox.open()
            assert len(list(mailbox.fetch(mailbox.uids_after(0)))) == 1

    ours = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("imapclient"))
    encoded = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode()
    assert not any(secret in ours for secret in (PASSWORD, encoded, "confidential", "nobody else"))


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
