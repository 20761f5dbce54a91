"""Buttons of messages that were posted after a backup which was restored since."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.errors import TransientFailure
from bot.domain.outbox import JobStatus
from bot.services import backup
from bot.store import chat_messages
from bot.store.database import transaction
from tests.cast import BLAKE, Office, a_case
from tests.handlers.conftest import Workspace
from tests.outside import APPROVALS
from tests.services.mail_ends import held

TOLD = "Nothing was changed: this message is from before the database was put back from a backup"


def back_and_forth(office: Office, tmp_path: Path) -> str:
    """A backup, an hour in which something is posted, and the restore; when it was posted."""
    held(office, "")
    a_case(office)
    office.work()
    backup.back_up(office.path, tmp_path / "copy.db")
    office.clock.wait(minutes=30)
    posted = str(office.now.timestamp())
    office.clock.wait(minutes=30)
    backup.restore(tmp_path / "copy.db", office.path, ring=office.desk.keyring, by="cli:root", now=office.now)
    return posted


def test_a_button_of_a_time_that_was_lost_does_nothing_and_says_why(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Seen: its number was given to another mail by then, and to another person's erasure."""
    office = workspace.office
    posted = back_and_forth(office, tmp_path)
    job = office.job("receipt")
    workspace.click("mail_discard", str(job.id), by=BLAKE.id, ts=posted)

    assert workspace.heard()[0]["text"].startswith(TOLD)
    assert office.job("receipt").status is JobStatus.HELD


@pytest.mark.parametrize("when", ["before", "known", "after"])
def test_a_button_of_a_message_that_the_backup_knows_or_that_came_since_counts(
    workspace: Workspace, tmp_path: Path, when: str
) -> None:
    office = workspace.office
    before = str((office.now - timedelta(hours=1)).timestamp())
    posted = back_and_forth(office, tmp_path)
    if when == "known":
        with office.connect() as db, transaction(db):
            chat_messages.keep(db, "note:held", channel=APPROVALS, ts=posted)
    office.clock.wait(minutes=1)
    ts = {"before": before, "known": posted, "after": str(office.now.timestamp())}[when]
    workspace.click("mail_discard", str(office.job("receipt").id), by=BLAKE.id, ts=ts)
    workspace.heard()

    assert office.job("receipt").status is JobStatus.DISCARDED


def test_a_note_of_a_time_that_was_lost_that_is_found_says_what_its_number_means_now(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Seen: it showed the receipt of one company, and its button released that of another."""
    office = workspace.office
    held(office, "")
    backup.back_up(office.path, tmp_path / "copy.db")
    office.clock.wait(minutes=30)
    a_case(office, company="Alpha Holding")
    office.work()
    key = f"held:{office.job('receipt').id}"
    (ts,) = (ts for ts, one in office.chat.standing.items() if one.key == key)
    office.chat.standing[posted := f"{office.now.timestamp():.6f}"] = office.chat.standing.pop(ts)
    office.clock.wait(minutes=30)
    backup.restore(tmp_path / "copy.db", office.path, ring=office.desk.keyring, by="cli:root", now=office.now)
    a_case(office, company="Beta Verlag")
    assert key == f"held:{office.job('receipt').id}"
    for _ in range(8):
        office.chat.faults.then(TransientFailure("Slack 500"))
    office.work_till_quiet()

    (note,) = (one for one in office.chat.standing.values() if one.key == key)
    assert note is office.chat.standing[posted]
    assert "Beta Verlag" in str(note.blocks)
    assert "Alpha Holding" not in str(note.blocks)
