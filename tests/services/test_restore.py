"""After a restore nothing goes out by itself: what the backup knows nothing of may have gone already."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.domain.errors import NotNow
from bot.domain.events import EventTag
from bot.domain.key_refusals import StockUnchecked, VouchersUnchecked
from bot.domain.mail import Address, OutboundMail
from bot.domain.outbox import JobStatus
from bot.domain.partners import NewInvitation
from bot.services import backup, holds, outbox, vouchers
from bot.store import account_files, email_changes, erasures, partner_invitations, phone_resets
from bot.store.database import transaction
from tests.cast import AVERY, DANA, Office, a_mail, an_office
from tests.forms import sound_form
from tests.partners import a_partner
from tests.services.stocked import a_voucher_file, stock_up

ROBIN = Address(name="Robin Vale", address="robin@sponsor.example.org")


def a_ris() -> bytes:
    return a_mail(subject="A new customer", files=[("RIS.xlsx", sound_form())])


def restored_after_a_crash(office: Office, folder: Path) -> tuple[bytes, list[OutboundMail]]:
    """A backup, then one more form and its receipt, then the backup again; the form is back in the inbox."""
    copy, late = folder / "copy.db", a_ris()
    backup.back_up(office.path, copy)
    office.take(late)
    office.work()
    backup.restore(copy, office.path, ring=office.desk.keyring, by="cli:root", now=office.now)
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
        holds.end(db, office.desk, by="U0AVERY", now=office.now)
    office.work()
    office.take(a_ris())
    office.work()

    assert [job.status for job in office.jobs("receipt")] == [JobStatus.SENT, JobStatus.SENT]
    assert [event.tag for event in office.events()].count(EventTag.HOLD_LIFTED) == 1


def test_the_end_of_the_hold_lets_nothing_go_that_delivery_holds_back(tmp_path: Path) -> None:
    """A mail that the backup was about to send, and one to somebody whom the rehearsal leaves out."""
    office = an_office(tmp_path, delivery=f"only:{DANA.address}")
    office.take(a_ris())
    office.take(a_mail(sender=ROBIN, subject="A new customer", files=[("RIS.xlsx", sound_form())]))
    backup.back_up(office.path, tmp_path / "copy.db")
    backup.restore(tmp_path / "copy.db", office.path, ring=office.desk.keyring, by="cli:root", now=office.now)
    with office.connect() as db:
        ended = holds.end(db, office.desk, by=AVERY.id, now=office.now)
        again = holds.end(db, office.desk, by=AVERY.id, now=office.now)
    office.work()

    assert ended == holds.Ended(lifted=True, released=1, left=1)
    assert again == holds.Ended(lifted=False, released=0, left=1)
    assert [mail.to for mail in office.mailer.sent] == [DANA.address]
    with office.connect() as db:
        assert outbox.release_all(db, by=AVERY.id, now=office.now) == 1
    office.work()
    assert len(office.mailer.sent) == 2


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
    backup.restore(tmp_path / "copy.db", office.path, ring=office.desk.keyring, by="cli:root", now=office.now)
    office.work()

    assert office.job("receipt").status is JobStatus.HELD
    assert office.job("case_card").status is JobStatus.SENT
    assert "mail_release_all" in office.chat.texts()
    assert office.mailer.sent == []


def test_a_card_that_stands_already_is_found_and_not_posted_again(office: Office, tmp_path: Path) -> None:
    office.take(a_ris())
    backup.back_up(office.path, tmp_path / "copy.db")
    office.work()
    backup.restore(tmp_path / "copy.db", office.path, ring=office.desk.keyring, by="cli:root", now=office.now)
    office.work()

    assert [message.key for message in office.chat.standing.values()].count("card:C-1") == 1


def test_a_backup_without_any_key_asks_too_whether_keys_were_mailed_since(
    office: Office, tmp_path: Path
) -> None:
    backup.back_up(office.path, tmp_path / "copy.db")
    backup.restore(tmp_path / "copy.db", office.path, ring=office.desk.keyring, by="cli:root", now=office.now)

    with office.connect() as db:
        with pytest.raises(StockUnchecked):
            outbox.release_all(db, by=AVERY.id, now=office.now)
        assert holds.find(db)


def test_the_first_import_after_a_restore_is_confirmed_and_no_later_one(
    office: Office, tmp_path: Path
) -> None:
    backup.back_up(office.path, tmp_path / "copy.db")
    stock_up(office, 2)
    for _ in range(2):
        backup.restore(
            tmp_path / "copy.db", office.path, ring=office.desk.keyring, by="cli:root", now=office.now
        )
        with office.connect() as db:
            holds.end(db, office.desk, by=AVERY.id, now=office.now)
            with pytest.raises(VouchersUnchecked):  # in Slack
                vouchers.check_may_import(db, by=AVERY, now=office.now)
        with pytest.raises(VouchersUnchecked):
            stock_up(office, 2)
        assert not imported(
            office, b"Voucher;License Key", keys_checked=True
        )  # took nothing: it is asked again
        with pytest.raises(VouchersUnchecked):
            stock_up(office, 2)

        assert imported(office, a_voucher_file(2), keys_checked=True)
        stock_up(office, 2, first=3)
        lifted = [event.subject for event in office.events() if event.tag == EventTag.HOLD_LIFTED]
        assert lifted == ["outbox", "vouchers"]


def imported(office: Office, content: bytes, *, keys_checked: bool) -> bool:
    with office.connect() as db:
        looked = vouchers.import_file(
            db, office.desk, office.reader, name="v.csv", content=content, by="cli:anna", now=office.now,
            keys_checked=keys_checked,
        )  # fmt: skip
    return looked.imported


def test_no_number_that_may_have_been_given_out_is_given_again(office: Office, tmp_path: Path) -> None:
    backup.back_up(office.path, tmp_path / "copy.db")
    for number, later in ((1, 2_001), (2_001, 4_001)):
        office.take(a_ris())
        assert office.case(f"C-{number}")
        restored = backup.restore(
            tmp_path / "copy.db", office.path, ring=office.desk.keyring, by="cli:root", now=office.now
        )
        assert restored.next_case == later
        assert office.events()[-1].data == {"held": 0, "next_case": later}


def test_whoever_comes_after_a_restore_has_no_number_that_somebody_was_told(
    office: Office, tmp_path: Path
) -> None:
    """The last account, invitation, lost phone, change of address and erasure came after the backup."""
    backup.back_up(office.path, tmp_path / "copy.db")
    with office.connect() as db, transaction(db):
        told = some_of_each(db, office)
    assert told == [1] * 5
    for last in (2_000, 4_000):
        backup.restore(
            tmp_path / "copy.db", office.path, ring=office.desk.keyring, by="cli:root", now=office.now
        )
        with office.connect() as db, transaction(db):
            assert account_files.next_id(db) == last + 1
            assert some_of_each(db, office) == [last + 1] * 5


def some_of_each(db: Database, office: Office) -> list[int]:
    """An account, and each kind of thing that is told by its number."""
    now, until, by = office.now, office.now + timedelta(days=7), "cli:root"
    account = a_partner(db, now=now)
    reset = phone_resets.add(db, account.id, now=now)
    assert reset
    change = email_changes.add(db, account_id=account.id, old="a", new="b", now=now, until=until)
    invited = NewInvitation(email="kim@partner.example", lang="en", role="reader")
    return [
        account.id,
        reset.id,
        change.id,
        erasures.add(db, sealed="", digest=str(account.id), by=by, now=now, until=until),
        partner_invitations.add(db, invited, by=by, now=now, until=until),
    ]


def test_what_had_been_released_before_the_backup_has_its_buttons_again(tmp_path: Path) -> None:
    office = an_office(tmp_path, delivery="hold")
    office.take(a_ris())
    office.work()
    job = office.job("receipt")
    with office.connect() as db:
        outbox.release(db, job.id, by=AVERY.id, now=office.now)
    office.mailer.faults.then(NotNow("the mail server is away"))
    office.work()
    backup.back_up(office.path, tmp_path / "copy.db")
    backup.restore(tmp_path / "copy.db", office.path, ring=office.desk.keyring, by="cli:root", now=office.now)
    office.work()

    assert office.job("receipt").status is JobStatus.HELD
    (note,) = [one for one in office.chat.standing.values() if one.key == f"held:{job.id}"]
    assert "mail_release" in str(note.blocks)
