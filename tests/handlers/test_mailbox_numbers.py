"""What a real server's numbers may do, old mails put back and mailboxes put back: no new mail is lost."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import timedelta

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
    MailLoop(office.bot)._sync(mailbox, mailbox.open())


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
