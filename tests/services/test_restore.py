"""After a restore nothing goes out by itself: what the backup knows nothing of may have gone already."""

from pathlib import Path

from bot.domain.events import EventTag
from bot.domain.mail import OutboundMail
from bot.domain.outbox import JobStatus
from bot.services import backup, outbox
from tests.cast import Office, a_mail
from tests.forms import sound_form


def a_ris() -> bytes:
    return a_mail(subject="A new customer", files=[("RIS.xlsx", sound_form())])


def restored_after_a_crash(office: Office, folder: Path) -> tuple[bytes, list[OutboundMail]]:
    """A backup, then one more form and its receipt, then the backup again; the form is back in the inbox."""
    copy, late = folder / "copy.db", a_ris()
    backup.back_up(office.path, copy)
    office.take(late)
    office.work()
    backup.restore(copy, office.path, by="cli:root", now=office.now)
    return late, list(office.mailer.sent)


def test_a_mail_taken_in_again_is_answered_again_only_when_a_person_says_so(
    office: Office, tmp_path: Path
) -> None:
    late, sent = restored_after_a_crash(office, tmp_path)
    office.take(late)
    office.work()

    assert len(sent) == 1
    assert office.mailer.sent == sent
    assert office.job("receipt").status is JobStatus.HELD
    assert office.jobs("held_note")[-1].status is JobStatus.SENT


def test_releasing_all_ends_the_hold_for_what_comes_later_too(office: Office, tmp_path: Path) -> None:
    late, _ = restored_after_a_crash(office, tmp_path)
    office.take(late)
    office.work()
    with office.connect() as db:
        outbox.release_all(db, by="U0AVERY", now=office.now)
    office.work()
    office.take(a_ris())
    office.work()

    assert [job.status for job in office.jobs("receipt")] == [JobStatus.SENT, JobStatus.SENT]
    assert [event.tag for event in office.events()].count(EventTag.HOLD_LIFTED) == 1


def test_releasing_one_mail_leaves_the_others_held(office: Office, tmp_path: Path) -> None:
    late, _ = restored_after_a_crash(office, tmp_path)
    office.take(late)
    office.work()
    with office.connect() as db:
        outbox.release(db, office.job("receipt").id, by="U0AVERY", now=office.now)
    office.work()
    office.take(a_ris())
    office.work()

    assert [job.status for job in office.jobs("receipt")] == [JobStatus.SENT, JobStatus.HELD]


def test_what_waited_at_the_backup_is_shown_to_staff_with_its_buttons(office: Office, tmp_path: Path) -> None:
    office.take(a_ris())
    backup.back_up(office.path, tmp_path / "copy.db")
    backup.restore(tmp_path / "copy.db", office.path, by="cli:root", now=office.now)
    office.work()

    assert office.job("receipt").status is JobStatus.HELD
    assert office.job("case_card").status is JobStatus.SENT
    assert "mail_release_all" in office.chat.texts()
    assert office.mailer.sent == []


def test_a_card_that_stands_already_is_found_and_not_posted_again(office: Office, tmp_path: Path) -> None:
    office.take(a_ris())
    backup.back_up(office.path, tmp_path / "copy.db")
    office.work()
    backup.restore(tmp_path / "copy.db", office.path, by="cli:root", now=office.now)
    office.work()

    assert [message.key for message in office.chat.standing.values()].count("card:C-1") == 1
