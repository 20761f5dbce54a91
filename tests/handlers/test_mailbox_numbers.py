"""What a real server's numbers may do, old mails put back and mailboxes put back: no new mail is lost."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from bot.adapters.imap import ImapMailbox
from bot.adapters.imap_listing import Known
from bot.domain.errors import TransientFailure
from bot.domain.ledger import MailStatus
from bot.services import intake
from handlers.mail import loop as mail_loop
from handlers.mail.loop import MailLoop
from tests.cast import Office, a_mail
from tests.contracts.mail_servers import DovecotServer, running_dovecot

pytestmark = [pytest.mark.service, pytest.mark.slow]


@pytest.fixture
def server() -> Iterator[DovecotServer]:
    with running_dovecot() as dovecot:
        yield DovecotServer(dovecot)


def sync(office: Office, mailbox: ImapMailbox) -> None:
    """The beginning of a session."""
    MailLoop(office.bot)._sync(mailbox, mailbox.open(), opened=True)


def ledger(office: Office) -> dict[int, MailStatus]:
    with office.connect() as db:
        return {row.uid: row.status for row in intake.list_newest(db, limit=99)}


def test_an_old_mail_put_back_costs_no_new_one_below_it_when_the_line_is_cut(
    office: Office, server: DovecotServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_loop, "HELD_BYTES", 1)  # each is committed by itself
    with closing(server.mailbox(max_bytes=2 * 10**7)) as mailbox:
        sync(office, mailbox)
        for days in (0, 0, 400):
            office.clock.wait(seconds=1)
            large = a_mail(text="word " * 2_000_000)  # a command of its own
            server.keep(large if not days else a_mail(), office.now - timedelta(days=days))
        give = mailbox._fetch_contents
        commands: list[int] = []

        def cut_at_the_second(group: Sequence[Known]) -> dict[int, bytes]:
            commands.append(1)
            if len(commands) == 2:
                server.stop()
            return give(group)

        monkeypatch.setattr(mailbox, "_fetch_contents", cut_at_the_second)
        with pytest.raises(TransientFailure):
            sync(office, mailbox)
        server.start()
        sync(office, mailbox)

    assert ledger(office) == {1: MailStatus.RECORDED, 2: MailStatus.RECORDED, 3: MailStatus.OLD}


@pytest.mark.parametrize("new", [2, 5], ids=["fewer new ones than it forgot", "more"])
def test_a_server_put_back_to_a_snapshot_gives_its_new_mails_all_the_same(
    office: Office, server: DovecotServer, new: int
) -> None:
    def comes(name: str, day: int) -> None:
        """A snapshot and what comes after it are not of one second."""
        at = datetime(2026, 11, day, tzinfo=UTC)
        server.keep(a_mail(subject=name, message_id=f"<{name}@x.example.org>"), at)

    with closing(server.mailbox()) as mailbox:
        sync(office, mailbox)
        comes("before", 1)
        sync(office, mailbox)
        with server.put_back():
            for number in range(3):
                comes(f"forgotten{number}", 2)
            sync(office, mailbox)
            MailLoop(office.bot)._work()
        for number in range(new):
            comes(f"new{number}", 3)
        loop = MailLoop(office.bot)
        validity = mailbox.open()
        loop._sync(mailbox, validity, opened=True)
        loop._move_aside(mailbox, validity)

        assert len(server.contents("INBOX")) == 1 + new  # nothing is moved by a number of before
        loop._work()
        loop._move_aside(mailbox, validity)
        assert server.contents("INBOX") == []
    with office.connect() as db:
        rows = intake.list_newest(db, limit=99)[::-1]

    assert [row.status for row in rows] == ["done"] * 4 + ["duplicate", *["done"] * new]


def test_a_number_that_shows_late_is_found_by_the_next_session(
    office: Office, server: DovecotServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        server.deliver(a_mail(message_id=f"<{number}@x.example.org>"))
    with closing(server.mailbox()) as mailbox:
        all_of_them = mailbox.uids_after
        monkeypatch.setattr(mailbox, "uids_after", lambda uid: [n for n in all_of_them(uid) if n != 2])
        sync(office, mailbox)
        monkeypatch.undo()
        sync(office, mailbox)

    assert sorted(ledger(office)) == [1, 2, 3]
