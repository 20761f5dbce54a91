"""What lay in the mailbox before the first start stays untouched; what came since is new by any clock."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.ledger import MailStatus
from bot.domain.mail_refusals import MailNotKept
from bot.services import intake, kinds, mailboxes
from handlers.mail.loop import MailLoop
from tests.cast import BLAKE, INBOX, LATER, Office, a_mail
from tests.handlers.conftest import until
from tests.outside import NOW, fetched
from tests.services.test_intake import a_ris


def test_mail_older_than_the_first_start_is_recorded_and_never_acted_on(office: Office) -> None:
    old = office.record(a_ris(), received_at=NOW - timedelta(seconds=1))
    new = office.record(a_ris(), received_at=NOW.replace(microsecond=0))

    assert (old.status, new.status) == (MailStatus.OLD, MailStatus.RECORDED)
    with office.connect() as db:
        assert [row.id for row in intake.list_waiting(db, limit=9)] == [new.id]
        with pytest.raises(MailNotKept):
            kinds.replay(db, office.desk, old.id, by=BLAKE.id, now=NOW)
    assert office.jobs() == []


def test_a_number_above_the_first_look_is_new_whatever_the_clocks_say(office: Office) -> None:
    behind = NOW - timedelta(hours=1)
    with office.connect() as db:
        cursor = mailboxes.begin(db, INBOX, 1, now=NOW)
        cursor = mailboxes.note_look(db, INBOX, cursor, [1, 7])
        batch = [replace(fetched(a_mail(), uid=uid), received_at=behind) for uid in (7, 8)]
        put_back = replace(fetched(a_mail(), uid=9), received_at=NOW - timedelta(days=2))
        mailboxes.record(db, office.desk, INBOX, 1, [*batch, put_back], now=NOW)
        statuses = {row.uid: row.status for row in intake.list_newest(db, limit=9)}

        assert statuses == {7: MailStatus.OLD, 8: MailStatus.RECORDED, 9: MailStatus.OLD}
        assert mailboxes.begin(db, INBOX, 1, now=LATER).looked_to == 7
        assert mailboxes.note_look(db, INBOX, cursor, [1, 7, 8, 9]).looked_to == 7


def test_new_numbers_are_looked_at_for_the_first_time_again(office: Office) -> None:
    with office.connect() as db:
        mailboxes.note_look(db, INBOX, mailboxes.begin(db, INBOX, 1, now=NOW), [7])
        renumbered = mailboxes.begin(db, INBOX, 2, now=LATER)

        assert (renumbered.last_uid, renumbered.looked_to, renumbered.started_at) == (0, None, NOW)
        assert mailboxes.note_look(db, INBOX, renumbered, []).looked_to == 0
        assert mailboxes.begin(db, INBOX, 2, now=LATER).looked_to == 0


def test_mail_that_came_while_the_server_was_away_at_the_first_start_is_new(office: Office) -> None:
    with office.connect() as db:
        cursor = mailboxes.begin(db, INBOX, 1, now=LATER, started=NOW)
        mailboxes.note_look(db, INBOX, cursor, [1, 2])
        before, meanwhile = NOW - timedelta(minutes=1), NOW + timedelta(minutes=1)
        batch = [
            replace(fetched(a_mail(), uid=1), received_at=before),
            replace(fetched(a_mail(), uid=2), received_at=meanwhile),
        ]
        mailboxes.record(db, office.desk, INBOX, 1, batch, now=LATER)
        statuses = {row.uid: row.status for row in intake.list_newest(db, limit=9)}

    assert meanwhile < LATER
    assert statuses == {1: MailStatus.OLD, 2: MailStatus.RECORDED}


def test_the_loop_counts_from_its_own_start(office: Office) -> None:
    loop = MailLoop(office.bot)
    office.clock.wait(hours=1)
    office.server.deliver(a_mail(), received_at=office.now - timedelta(minutes=30))
    thread = threading.Thread(target=loop.run)
    thread.start()
    try:
        until(lambda: office.jobs("question_note"))
    finally:
        loop.stop()
        thread.join(10)
