"""More forms of one sender than are taken in an hour: recorded, told once, released or left by staff."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlite_utils import Database

from bot.domain.cases import CaseStatus
from bot.domain.errors import NothingWaits, NotStaff
from bot.domain.ledger import LedgerMail, MailStatus
from bot.domain.mail import Address
from bot.rendering.workbooks import ris_form
from bot.services import caps, intake, kinds, mailboxes
from bot.store import ledger
from tests.cast import BLAKE, DANA, ELI, Office, a_mail
from tests.forms import COMPANY, MARA, TOM, sound_form

pytestmark = pytest.mark.slow

FORM = ("RIS.xlsx", sound_form())
ERIN = Address(name="Erin Colleague", address="erin@sponsor.example.org")
CAP = 30


def form_of(name: str) -> tuple[str, bytes]:
    return "RIS.xlsx", ris_form("en", replace(COMPANY, name=name), [MARA, TOM])


def flood(office: Office, many: int, **more: object) -> list[LedgerMail]:
    return [office.take(a_mail(files=[FORM], **more)) for _ in range(many)]  # type: ignore[arg-type]


def leave(office: Office, db: Database, first: LedgerMail, *, last: int = 1_000) -> int:
    return caps.leave(db, first.id, last=last, by=BLAKE, now=office.now)


def states(office: Office) -> Counter[MailStatus]:
    with office.connect() as db:
        return Counter(mail.status for mail in intake.list_newest(db, limit=1000))


def work_on_recorded(office: Office) -> None:
    with office.connect() as db:
        waiting = intake.list_waiting(db, limit=1000)
    for row in waiting:
        office.decide(row)


@pytest.mark.slow
def test_the_same_file_a_hundred_times_makes_thirty_cards_and_one_note(office: Office) -> None:
    """Five hundred of them, through the whole service, are a story."""
    flood(office, 100)
    other = office.take(a_mail(sender=ERIN, files=[form_of("Südwind AG")]))
    office.work()

    assert states(office) == {MailStatus.DONE: CAP + 1, MailStatus.WAITING: 100 - CAP}
    assert len(office.jobs("case_card")) == CAP + 1
    (told,) = office.jobs("capped_note")
    assert told.values["words"]["sender"] == DANA.address
    assert office.case(other.subject_ref).status is CaseStatus.IN_REVIEW
    with office.connect() as db:
        assert all(ledger.find_raw(db, mail.id) for mail in intake.list_newest(db, limit=1000))


def a_pile(office: Office, *extra: tuple[str, bytes]) -> LedgerMail:
    """Thirty that are taken in, then two more of the same and what else is given; the first that waits."""
    flood(office, CAP)
    first, _ = flood(office, 2)
    for file in extra:
        office.take(a_mail(files=[file]))
    return first


def test_staff_take_in_what_waits_once_a_content(office: Office) -> None:
    first = a_pile(office, form_of("Südwind AG"), form_of("Südwind AG"), form_of("Ostwind KG"))
    with office.connect() as db:
        released = caps.release(db, first.id, by=BLAKE, now=office.now)
    work_on_recorded(office)

    assert (released.taken, released.same) == (2, 3)
    assert states(office) == {MailStatus.DONE: CAP + 2, MailStatus.DUPLICATE: 3}
    assert office.case("C-31").ris.company.name == "Südwind AG"
    assert office.case("C-32").ris.company.name == "Ostwind KG"
    with office.connect() as db:
        same = ledger.find(db, first.id)
    assert same is not None
    assert (same.subject_ref, same.reason) == ("C-30", "the same form as mail 30")


def test_what_is_left_stays_in_the_ledger_and_can_be_replayed(office: Office) -> None:
    first = a_pile(office)
    with office.connect() as db:
        assert leave(office, db, first) == 2
        kinds.replay(db, office.desk, first.id, by="cli:root", now=office.now)
    work_on_recorded(office)

    assert states(office) == {MailStatus.DONE: CAP + 2}
    assert office.case("C-31").mail_id == first.id


def the_note(office: Office) -> str:
    office.work()
    return next(text for text in office.chat.texts().splitlines() if "forms within" in text)


def test_the_note_says_who_left_how_many_and_takes_them_in_after_all(office: Office) -> None:
    first = a_pile(office, form_of("S\u00fcdwind AG"))
    assert "The rest waits" in the_note(office)
    with office.connect() as db:
        leave(office, db, first)
        assert f"Left aside by <@{BLAKE.id}>: 3 forms." in the_note(office)
        released = caps.release(db, first.id, left_to=first.id + 2, by=BLAKE, now=office.now)
    work_on_recorded(office)

    assert (released.taken, released.same) == (1, 2)
    assert office.case("C-31").ris.company.name == "S\u00fcdwind AG"
    assert f"Taken in by <@{BLAKE.id}>: one form; 2 more" in the_note(office)
    with office.connect() as db, pytest.raises(NothingWaits):
        caps.release(db, first.id, left_to=first.id + 2, by=BLAKE, now=office.now)


def test_what_came_after_the_question_goes_on_waiting_under_a_note_of_its_own(office: Office) -> None:
    first = a_pile(office)
    with office.connect() as db:
        shown = caps.get_pile(db, first.id, by=BLAKE)
    later, _ = flood(office, 2)
    with office.connect() as db:
        assert (leave(office, db, first, last=shown.last), shown.count) == (2, 2)
        assert caps.get_pile(db, later.id, by=BLAKE).count == 2

    notes = [job.values["words"] for job in office.jobs("capped_note")]
    assert [(note["mail_id"], note.get("ended")) for note in notes] == [
        (first.id, None), (first.id, "left"), (later.id, None),
    ]  # fmt: skip


def test_a_form_that_was_only_left_aside_makes_no_other_a_repeat(office: Office) -> None:
    new = form_of("S\u00fcdwind AG")
    first = a_pile(office, new)
    with office.connect() as db:
        leave(office, db, first)
        again = office.take(a_mail(files=[new]))
        released = caps.release(db, again.id, by=BLAKE, now=office.now)

    assert (released.taken, released.same) == (1, 0)


def test_a_pile_is_settled_once_and_by_staff_only(office: Office) -> None:
    first = a_pile(office)
    with office.connect() as db:
        with pytest.raises(NotStaff):
            caps.release(db, first.id, by=ELI, now=office.now)
        caps.release(db, first.id, by=BLAKE, now=office.now)
        with pytest.raises(NothingWaits):
            leave(office, db, first)


def test_a_new_pile_is_told_anew(office: Office) -> None:
    first = a_pile(office)
    with office.connect() as db:
        leave(office, db, first)
    flood(office, 2)

    told = [job for job in office.jobs("capped_note") if not job.values["instead_of"]]
    assert len(told) == 2


def test_after_an_hour_forms_are_taken_in_again(office: Office) -> None:
    flood(office, CAP)
    office.clock.wait(hours=1)

    assert flood(office, 1)[0].status is MailStatus.DONE


def test_what_came_over_a_weekend_is_no_flood_on_monday(office: Office) -> None:
    friday = office.now - timedelta(days=2)
    with office.connect() as db:
        mailboxes.begin(db, "INBOX", 1, now=friday)
    rows = [
        office.record(
            a_mail(files=[form_of(f"Firma {number}")]), received_at=friday + timedelta(hours=number)
        )
        for number in range(CAP + 5)
    ]

    assert {office.decide(row).status for row in rows} == {MailStatus.DONE}


def test_who_forges_a_sponsor_uses_up_nobodys_cap(office: Office) -> None:
    flood(office, CAP + 3, verdict="fail")
    row = office.take(a_mail(files=[form_of("Südwind AG")]))

    assert row.status is MailStatus.DONE
    assert office.case(row.subject_ref).status is CaseStatus.IN_REVIEW
    assert [job.recipient for job in office.mails()] == [DANA.address]


def test_sub_addresses_share_a_cap(office: Office) -> None:
    for number in range(CAP + 1):
        sender = Address(address=f"dana+{number}@sponsor.example.org")
        row = office.take(a_mail(sender=sender, files=[FORM]))

    assert row.status is MailStatus.WAITING


def test_replies_with_forms_are_capped_and_words_are_not(office: Office) -> None:
    flood(office, CAP)
    answers = office.mails()[0].message_id

    assert office.take(a_mail(files=[FORM], answers=answers)).status is MailStatus.WAITING
    assert office.take(a_mail(answers=answers)).status is MailStatus.DONE


def test_files_that_cannot_be_read_are_capped_too(office: Office) -> None:
    broken = ("RIS.xlsx", b"PK\x03\x04" + b"\0" * 200)
    rows = [office.take(a_mail(files=[broken])) for _ in range(CAP + 2)]
    with office.connect() as db:
        released = caps.release(db, rows[-1].id, by=BLAKE, now=office.now)

    assert (released.taken, released.same) == (0, 2)


def test_a_button_of_a_note_that_has_ended_takes_in_nothing(office: Office) -> None:
    first = a_pile(office)
    with office.connect() as db:
        leave(office, db, first)
        later = office.take(a_mail(files=[form_of("Suedwind AG")]))
        with pytest.raises(NothingWaits):
            caps.release(db, first.id, by=BLAKE, now=office.now)
        assert caps.get_pile(db, later.id, by=BLAKE).count == 1
        assert caps.release(db, first.id, left_to=first.id + 1, by=BLAKE, now=office.now).same == 2


def test_of_two_piles_with_the_same_form_that_are_taken_in_at_once_one_counts(office: Office) -> None:
    new = form_of("Suedwind AG")
    first = a_pile(office, new)
    with office.connect() as db:
        leave(office, db, first)
        again = office.take(a_mail(files=[new]))
        caps.release(db, first.id, left_to=first.id + 2, by=BLAKE, now=office.now)
        assert caps.release(db, again.id, by=BLAKE, now=office.now).taken == 0
