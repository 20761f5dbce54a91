"""The IMAP server, met by an unmodified client."""

import socket
import ssl
import time
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from bot.sandbox.mail import MailWorld, ServerTls
from tests.sandbox.mail.conftest import (
    DANA,
    DESK,
    NOON,
    PASSWORD,
    Clock,
    Connect,
    a_mail,
    client_context,
    server_context,
)


def test_it_offers_what_the_mailbox_door_needs(connect: Connect) -> None:
    client = connect()

    assert {b"IDLE", b"MOVE", b"UIDPLUS"} <= set(client.capabilities())


def test_a_submitted_mail_is_found_by_uid_with_its_bytes(world: MailWorld, connect: Connect) -> None:
    world.submit(a_mail("Seats"), DANA, DESK)
    client = connect()
    (uid,) = client.search("ALL")

    fetched = client.fetch(
        [uid], ["BODY.PEEK[]", "FLAGS", "RFC822.SIZE", "BODY.PEEK[HEADER.FIELDS (SUBJECT)]"]
    )

    raw = fetched[uid][b"BODY[]"]
    assert raw == world.mails(DESK)[0].raw
    assert raw.endswith(a_mail("Seats"))
    assert fetched[uid][b"RFC822.SIZE"] == len(raw)
    assert fetched[uid][b"BODY[HEADER.FIELDS (SUBJECT)]"] == b"Subject: Seats\r\n\r\n"
    assert set(fetched[uid][b"FLAGS"]) == {b"\\Recent"}


def test_mails_are_dated_by_the_worlds_clock(world: MailWorld, connect: Connect, clock: Clock) -> None:
    clock.forward(timedelta(days=30))
    world.submit(a_mail(), DANA, DESK)
    client = connect()
    client.normalise_times = False

    assert client.fetch([1], ["INTERNALDATE"])[1][b"INTERNALDATE"] == NOON + timedelta(days=30)
    assert world.mails(DESK)[0].received_at == (NOON + timedelta(days=30)).astimezone(UTC)


def test_idle_is_told_of_a_mail_within_a_moment(world: MailWorld, connect: Connect) -> None:
    client = connect()
    client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    took = []
    for number in range(1, 6):
        client.idle()
        started = time.monotonic()
        world.append(DESK, "INBOX", a_mail())
        announced = client.idle_check(timeout=5)
        took.append(time.monotonic() - started)
        client.idle_done()

        assert (number, b"EXISTS") in announced
    assert min(took) < 0.05


def test_no_announcement_is_lost_between_two(world: MailWorld, connect: Connect) -> None:
    """A burst is announced up to its last mail although many arrive while an answer is being written."""
    client = connect()
    client.idle()
    for _ in range(30):
        world.append(DESK, "INBOX", a_mail())
    highest = 0
    while highest < 30:
        highest = max([highest, *(line[0] for line in client.idle_check(timeout=5) if line[1] == b"EXISTS")])
    client.idle_done()

    assert highest == 30


def test_a_mail_that_came_before_idle_began_is_announced(world: MailWorld, connect: Connect) -> None:
    client = connect()
    world.append(DESK, "INBOX", a_mail())
    client.idle()

    assert (1, b"EXISTS") in client.idle_check(timeout=5)
    client.idle_done()


def test_mails_move_to_a_folder_and_keep_their_keywords(world: MailWorld, connect: Connect) -> None:
    for subject in ("one", "two", "three"):
        world.submit(a_mail(subject), DANA, DESK)
    client = connect()
    client.create_folder("Done")
    client.add_flags([1, 2], ["$Usher", b"\\Seen"])
    client.move([1, 2], "Done")

    assert client.search("ALL") == [3]
    assert [mail.flags for mail in world.mails(DESK, "Done")] == [{"$Usher", "\\Seen"}] * 2
    assert world.folders(DESK) == ["INBOX", "Done"]


def test_append_answers_with_the_uid(world: MailWorld, connect: Connect) -> None:
    client = connect()
    world.create_folder(DESK, "Sent")
    answer = client.append("Sent", a_mail("Sent one"))

    assert b"APPENDUID %d 1" % world.uidvalidity(DESK, "Sent") in answer
    assert world.mails(DESK, "Sent")[0].raw == a_mail("Sent one")


def test_a_missing_folder_is_an_error_not_an_empty_one(connect: Connect) -> None:
    client = connect()

    with pytest.raises(IMAPClientError):
        client.select_folder("Nowhere")


def test_a_wrong_password_is_refused(world: MailWorld) -> None:
    with IMAPClient(world.host, world.imap_port, ssl=False) as client, pytest.raises(LoginError):
        client.login(DESK, "guess")


def test_nobody_signs_in_to_a_mailbox_made_by_a_mail(world: MailWorld) -> None:
    world.submit(a_mail(to="eve@example.org"), DANA, "eve@example.org")

    with IMAPClient(world.host, world.imap_port, ssl=False) as client, pytest.raises(LoginError):
        client.login("eve@example.org", "")


def test_refused_logins_end_when_the_fault_does(world: MailWorld, connect: Connect) -> None:
    world.faults.imap.refuse_logins = True
    with IMAPClient(world.host, world.imap_port, ssl=False) as client, pytest.raises(LoginError):
        client.login(DESK, PASSWORD)

    world.faults.clear()
    assert connect().search("ALL") == []


def test_a_silent_server_announces_only_with_done(world: MailWorld, connect: Connect) -> None:
    world.faults.imap.silent_idle = True
    client = connect()
    client.idle()
    world.append(DESK, "INBOX", a_mail())

    assert client.idle_check(timeout=0.05) == []
    _, told = client.idle_done()
    assert (1, b"EXISTS") in told


def test_a_slow_server_answers_late(world: MailWorld, connect: Connect) -> None:
    client = connect()
    world.faults.imap.delay = 0.05
    started = time.monotonic()
    client.noop()

    assert time.monotonic() - started >= 0.05


def test_a_new_uidvalidity_renumbers_and_breaks_the_connection(world: MailWorld, connect: Connect) -> None:
    for subject in ("one", "two"):
        world.submit(a_mail(subject), DANA, DESK)
    client = connect()
    before = client.folder_status("INBOX", ["UIDVALIDITY"])[b"UIDVALIDITY"]
    client.delete_messages([1])
    client.expunge()
    world.change_uidvalidity(DESK)

    with pytest.raises((IMAPClientAbortError, OSError)):
        client.noop()
    after = connect()
    assert after.folder_status("INBOX", ["UIDVALIDITY"])[b"UIDVALIDITY"] > before
    assert after.search("ALL") == [1]


def test_a_killed_server_comes_back_on_its_port_with_its_mails(world: MailWorld, connect: Connect) -> None:
    world.submit(a_mail(), DANA, DESK)
    client = connect()
    port = world.imap_port
    world.stop_imap()

    with pytest.raises((IMAPClientAbortError, OSError)):
        client.noop()
    with pytest.raises(ConnectionRefusedError):
        IMAPClient(world.host, port, ssl=False)
    world.submit(a_mail("while it was away"), DANA, DESK)
    world.start_imap()
    assert world.imap_port == port
    assert connect().search("ALL") == [1, 2]


def test_a_cut_line_is_noticed_by_an_idling_client(world: MailWorld, connect: Connect) -> None:
    client = connect()
    client.idle()
    world.cut_imap()

    with pytest.raises((IMAPClientAbortError, OSError)):
        client.idle_done()


def test_a_move_may_happen_without_being_answered(world: MailWorld, connect: Connect) -> None:
    world.submit(a_mail(), DANA, DESK)
    world.create_folder(DESK, "Done")
    client = connect()
    world.faults.imap.drop_after("MOVE")

    with pytest.raises((IMAPClientAbortError, OSError)):
        client.move([1], "Done")
    assert len(world.mails(DESK, "Done")) == 1
    assert world.mails(DESK) == []


@pytest.mark.parametrize("mode", ["starttls", "tls"])
def test_it_speaks_tls(clock: Clock, certificate: Path, mode: str) -> None:
    tls = ServerTls(server_context(certificate), mode)  # type: ignore[arg-type]
    with MailWorld(now=clock, accounts={DESK: PASSWORD}, tls=tls) as world:
        trusted = client_context(certificate)
        implicit = mode == "tls"
        with IMAPClient(
            world.host, world.imap_port, ssl=implicit, ssl_context=trusted if implicit else None
        ) as client:
            if not implicit:
                client.starttls(trusted)
            client.login(DESK, PASSWORD)

            assert client.select_folder("INBOX")[b"EXISTS"] == 0
            assert isinstance(client.socket(), ssl.SSLSocket)


def nested(levels: int) -> bytes:
    return b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(levels)
    )


HOSTILE = {
    "nested": nested(1100),
    "many parts": b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--b\r\n\r\n" * 50_000,
    "broken headers": b"Message-ID: <\r\nFrom: \xff <\r\nContent-Type: =?x?b?\r\nReferences: [\r\n\r\n\x00",
    "no header": b"just words",
    "lone line ends": b"Subject: a\nTo: b\rX: c\r\n\nbody\n",
    "empty": b"",
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_mail_comes_out_as_it_went_in_and_at_once(
    world: MailWorld, connect: Connect, raw: bytes
) -> None:
    started = time.monotonic()
    world.append(DESK, "INBOX", raw)
    client = connect()

    assert client.fetch([1], ["BODY.PEEK[]"])[1][b"BODY[]"] == raw
    assert time.monotonic() - started < 2


def test_one_clients_bad_question_leaves_the_others_served(world: MailWorld, connect: Connect) -> None:
    world.append(DESK, "INBOX", nested(200))  # enough for pymap's recursion to end in an error
    asking, other = connect(), connect()

    with pytest.raises((IMAPClientAbortError, OSError)):
        asking.fetch([1], ["BODYSTRUCTURE"])
    assert other.search("ALL") == [1]
