"""What every mailbox must do, whatever server stands behind it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from bot.adapters.imap import ImapMailbox
from bot.domain.errors import Copied, LogInRefused, PermanentFailure, TransientFailure
from bot.domain.mail import FetchedMail
from tests.adapters.scripted_imap import NOON
from tests.contracts.mail_servers import (
    PASSWORD,
    SERVERS,
    WRONG_PASSWORD,
    DovecotServer,
    MailServer,
    running_dovecot,
)

pytestmark = pytest.mark.slow

#: Dovecot holds an announcement back for half a second.
SOON = 3.0


def a_mail(subject: str, *, size: int = 10) -> bytes:
    head = f"From: anna@example.org\r\nTo: desk@example.com\r\nSubject: {subject}\r\n"
    return f"{head}Message-ID: <{subject}@example.org>\r\n\r\n{'x' * size}\r\n".encode()


@contextmanager
def in_a_moment(action: Callable[[], None]) -> Iterator[None]:
    """Let something happen in another thread, soon after the block begins to wait."""
    timer = threading.Timer(0.05, action)
    timer.start()
    try:
        yield
    finally:
        timer.join()


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest) -> Iterator[MailServer]:
    start: Callable[[], AbstractContextManager[MailServer]] = request.param
    with start() as running:
        yield running


@pytest.fixture
def mailbox(server: MailServer) -> Iterator[ImapMailbox]:
    with closing(server.mailbox()) as box:
        yield box


def arrived(mailbox: ImapMailbox, *, after: int = 0) -> list[int]:
    """The UIDs above `after`, once there are any."""
    deadline = time.monotonic() + SOON
    while not (uids := mailbox.uids_after(after)) and time.monotonic() < deadline:
        mailbox.wait(0.5)
    return uids


def fetched(mailbox: ImapMailbox) -> list[FetchedMail]:
    return list(mailbox.fetch(mailbox.uids_after(0)))


def test_opening_twice_gives_the_same_uidvalidity(mailbox: ImapMailbox) -> None:
    assert mailbox.open() == mailbox.open() > 0


def test_a_changed_uidvalidity_is_seen_at_the_next_opening(server: MailServer, mailbox: ImapMailbox) -> None:
    server.deliver(a_mail("one"))
    before = mailbox.open()
    server.renumber()

    assert mailbox.open() != before


def test_an_empty_mailbox_has_no_uids(mailbox: ImapMailbox) -> None:
    mailbox.open()

    assert mailbox.uids_after(0) == []


def test_uids_come_in_order_and_above_the_mark_only(server: MailServer, mailbox: ImapMailbox) -> None:
    for subject in ("one", "two", "three"):
        server.deliver(a_mail(subject))
    mailbox.open()
    first, second, third = mailbox.uids_after(0)

    assert first < second < third
    assert mailbox.uids_after(first) == [second, third]
    assert mailbox.uids_after(third) == []  # `*` alone would give the newest again
    assert mailbox.uids_after(2**32 - 1) == []


def test_no_mail_has_the_number_of_the_next_one_yet(server: MailServer, mailbox: ImapMailbox) -> None:
    mailbox.open()
    before = mailbox.next_uid()
    server.deliver(a_mail("one"))
    mailbox.open()
    (first,) = mailbox.uids_after(0)

    assert 0 < before <= first < mailbox.next_uid()


def test_a_mail_is_fetched_whole_with_its_date_and_size(server: MailServer, mailbox: ImapMailbox) -> None:
    server.deliver(a_mail("whole", size=3_000))
    mailbox.open()
    (mail,) = fetched(mailbox)

    assert mail.raw.endswith(a_mail("whole", size=3_000))  # a server may put its trace on top
    assert mail.size == len(mail.raw)
    assert mail.whole
    assert abs(mail.received_at - datetime.now(UTC)) < timedelta(minutes=1)


def test_odd_bytes_come_as_they_are(server: MailServer, mailbox: ImapMailbox) -> None:
    odd = b"Subject: \xff\xfe {9}\r\n\r\n* 1 EXISTS\r\n)\r\nA1 OK done\r\n{12}\r\n\xc3(\r\n"
    server.deliver(odd)
    mailbox.open()

    assert fetched(mailbox)[0].raw.endswith(odd)


def test_of_an_old_mail_no_byte_is_fetched(server: MailServer, mailbox: ImapMailbox) -> None:
    server.deliver(a_mail("old"))
    mailbox.open()
    uids = mailbox.uids_after(0)
    (old,) = mailbox.fetch(uids, old_before=datetime.now(UTC) + timedelta(days=1))
    (new,) = mailbox.fetch(uids, old_before=old.received_at)

    assert (old.raw, old.whole) == (b"", False)
    assert (new.uid, new.size, new.whole) == (old.uid, old.size, True)
    assert new.raw.endswith(a_mail("old"))


def test_old_mails_and_new_ones_come_in_order(server: MailServer, mailbox: ImapMailbox) -> None:
    """Whoever notes how far it got would pass over a new mail below an old one that came first."""
    for number in range(5):
        server.keep(a_mail(f"n{number}"), NOON - timedelta(days=400 * (number % 2)))
    mailbox.open()
    uids = mailbox.uids_after(0)
    mails = list(mailbox.fetch(uids, old_before=NOON))

    assert [mail.uid for mail in mails] == uids
    assert [bool(mail.raw) for mail in mails] == [True, False, True, False, True]


def test_fetching_marks_nothing(server: MailServer, mailbox: ImapMailbox) -> None:
    server.deliver(a_mail("unread"))
    mailbox.open()
    fetched(mailbox)

    assert not any(b"\\Seen" in flags for flags in server.flags())


def test_a_mail_above_the_limit_comes_with_its_header_only(server: MailServer) -> None:
    server.deliver(a_mail("small"))
    server.deliver(a_mail("large", size=200_000))
    server.deliver(a_mail("last"))
    with closing(server.mailbox(max_bytes=100_000)) as mailbox:
        mailbox.open()
        small, large, last = fetched(mailbox)

    assert (small.whole, large.whole, last.whole) == (True, False, True)
    assert b"Subject: large" in large.raw
    assert len(large.raw) < 2_000
    assert large.size > 200_000


def test_a_mail_that_vanished_is_left_out(server: MailServer, mailbox: ImapMailbox) -> None:
    server.deliver(a_mail("gone"))
    server.deliver(a_mail("here"))
    mailbox.open()
    uids = mailbox.uids_after(0)
    server.delete_first()

    assert [mail.uid for mail in mailbox.fetch([*uids, uids[-1] + 1000])] == uids[1:]


def test_moved_mails_stand_in_a_folder_made_for_them(server: MailServer, mailbox: ImapMailbox) -> None:
    for subject in ("one", "two", "three"):
        server.deliver(a_mail(subject))
    mailbox.open()
    mailbox.move(mailbox.uids_after(0)[:2], "Usher/Done")

    assert [raw.count(b"Subject: three") for raw in server.contents("INBOX")] == [1]
    assert len(server.contents("Usher/Done")) == 2


def test_moving_again_does_no_harm(server: MailServer, mailbox: ImapMailbox) -> None:
    server.deliver(a_mail("one"))
    mailbox.open()
    uids = mailbox.uids_after(0)
    mailbox.move(uids, "Done")
    mailbox.move([*uids, 9_999], "Done")

    assert (len(server.contents("INBOX")), len(server.contents("Done"))) == (0, 1)


def test_moving_nothing_needs_no_connection(server: MailServer) -> None:
    with closing(server.mailbox()) as mailbox:
        mailbox.move([], "Done")

    assert server.contents("Done") == []


def test_a_folder_may_have_any_letters(server: MailServer, mailbox: ImapMailbox) -> None:
    server.deliver(a_mail("one"))
    mailbox.open()
    mailbox.move(mailbox.uids_after(0), 'Erledigt/Grüße & "Küsse"')

    assert len(server.contents('Erledigt/Grüße & "Küsse"')) == 1


def test_a_delivery_ends_the_wait(server: MailServer, mailbox: ImapMailbox) -> None:
    mailbox.open()
    mailbox.uids_after(0)
    mailbox.wait(0)
    began = time.monotonic()
    with in_a_moment(lambda: server.deliver(a_mail("new"))):
        mailbox.wait(20)

    assert time.monotonic() - began < SOON
    assert len(arrived(mailbox)) == 1


def test_many_deliveries_are_all_noticed(server: MailServer, mailbox: ImapMailbox) -> None:
    mailbox.open()
    seen: list[int] = []
    for number in range(20):
        server.deliver(a_mail(f"n{number}"))
        seen += arrived(mailbox, after=seen[-1] if seen else 0)
        list(mailbox.fetch(seen[-1:]))

    assert len(seen) == 20


def test_a_quiet_wait_ends_in_time(mailbox: ImapMailbox) -> None:
    mailbox.open()
    mailbox.uids_after(0)
    began = time.monotonic()
    mailbox.wait(0.1)

    assert 0.09 < time.monotonic() - began < 1


def test_another_thread_ends_the_wait_at_once(mailbox: ImapMailbox) -> None:
    mailbox.open()
    mailbox.uids_after(0)
    began = time.monotonic()
    with in_a_moment(mailbox.wake):
        mailbox.wait(20)

    assert time.monotonic() - began < 1
    assert mailbox.uids_after(0) == []  # and the connection is in step


def test_a_wake_before_the_wait_is_not_lost(mailbox: ImapMailbox) -> None:
    mailbox.open()
    mailbox.uids_after(0)
    mailbox.wake()
    mailbox.wake()
    began = time.monotonic()
    mailbox.wait(20)

    assert time.monotonic() - began < 1


def test_one_wake_ends_one_wait(mailbox: ImapMailbox) -> None:
    mailbox.open()
    mailbox.uids_after(0)
    mailbox.wake()
    mailbox.wait(20)
    began = time.monotonic()
    mailbox.wait(0.1)

    assert time.monotonic() - began > 0.09


def test_a_dying_server_ends_the_wait_with_a_failure(server: MailServer, mailbox: ImapMailbox) -> None:
    mailbox.open()
    mailbox.uids_after(0)
    with in_a_moment(server.stop), pytest.raises(TransientFailure):
        mailbox.wait(20)
    with pytest.raises(TransientFailure):
        mailbox.uids_after(0)


def test_what_came_while_it_was_away_is_found_after_opening_again(
    server: MailServer, mailbox: ImapMailbox
) -> None:
    mailbox.open()
    server.stop()
    with pytest.raises(TransientFailure):
        mailbox.open()
    server.start()
    server.deliver(a_mail("meanwhile"))
    mailbox.open()

    assert len(mailbox.uids_after(0)) == 1


def test_a_refused_log_in_is_for_good_and_kept_quiet(server: MailServer) -> None:
    with (
        closing(server.mailbox(log_in=server.strange_log_in())) as mailbox,
        pytest.raises(LogInRefused, match=r"log-in refused .* IMAP_USER") as caught,
    ):
        mailbox.open()

    assert WRONG_PASSWORD not in str(caught.value)
    assert PASSWORD not in str(caught.value)


def test_a_missing_folder_is_named_with_its_mend(server: MailServer) -> None:
    with (
        closing(server.mailbox(folder="Onboarding")) as mailbox,
        pytest.raises(PermanentFailure, match=r"Onboarding is not there: create it.*INBOX"),
    ):
        mailbox.open()


def test_nothing_works_before_it_is_opened(mailbox: ImapMailbox) -> None:
    with pytest.raises(TransientFailure, match="not connected"):
        mailbox.uids_after(0)


def test_it_may_be_closed_twice_and_opened_after(mailbox: ImapMailbox) -> None:
    mailbox.open()
    mailbox.close()
    mailbox.close()
    mailbox.wake()
    mailbox.open()

    assert mailbox.uids_after(0) == []


@pytest.mark.service
@pytest.mark.parametrize(
    ("rights", "left"), [("lrwstipek", []), ("lrwsipk", [1, 2]), ("lrwsitpk", [1, 2]), ("lrwsiepk", [1, 2])]
)
def test_a_server_that_says_it_deletes_and_has_no_right_to_is_not_believed(
    rights: str, left: list[int]
) -> None:
    """Without `t` or `e` Dovecot marks or expunges nothing, and says OK."""
    with running_dovecot(rights=rights) as dovecot, closing(DovecotServer(dovecot).mailbox()) as mailbox:
        server = DovecotServer(dovecot)
        server.keep(a_mail("one"), NOON)
        server.keep(a_mail("two"), NOON)
        mailbox.open()
        stay = mailbox.move([1, 2], "Usher/Done")
        mailbox.move([1, 2], "Usher/Done")

        assert list(stay) == mailbox.uids_after(0) == left
        assert all(isinstance(failure, Copied) for failure in stay.values())
        assert len(server.contents("Usher/Done")) == 2
