"""License Keys on their way: mailed once, whole nowhere else, sent again, looked up, taken back."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.cases import Case
from bot.domain.delivery import Delivery
from bot.domain.errors import NotStaff, PermanentFailure, UnknownOutcome
from bot.domain.events import EventTag
from bot.domain.key_refusals import (
    KeyJustSent,
    KeySentOften,
    KeyStillWaits,
    NobodyHolds,
    NoKeyYet,
    UnknownKey,
    UnknownSeat,
)
from bot.domain.license_keys import Holder
from bot.domain.outbox import JobStatus
from bot.domain.people import GONE_ADDRESS
from bot.domain.ris import Credential
from bot.services import key_mails, license_keys
from bot.services import outbox as outbox_verbs
from bot.store import seats
from bot.store.database import transaction
from tests.cast import AVERY, BLAKE, DANA, ELI, Office
from tests.forms import MARA, TOM
from tests.license_keys import (
    KEYS,
    a_desk,
    approved,
    case,
    hand_over,
    key_jobs,
    mail_keys,
    mailed,
    seat_of,
    seats_of,
    send_again,
    sent_to,
    stock,
    supplied,
    traces,
    use,
    user,
    void,
    work,
)
from tests.people import move_in

__all__ = ["case", "mailed", "supplied"]  # pytest finds the fixtures here


# The first mail


def test_each_user_gets_their_own_key_once_in_the_case_s_language(supplied: Office) -> None:
    case = approved(supplied, lang="de")

    assert mail_keys(supplied, case) == 2
    assert mail_keys(supplied, case) == 0
    work(supplied)
    (mara,), (tom,) = sent_to(supplied, MARA.email), sent_to(supplied, TOM.email)
    assert "Ihr License Key" in mara
    assert KEYS[0] in mara
    assert KEYS[1] not in mara
    assert KEYS[1] in tom
    assert all(seat.key and seat.key.mailed_at for seat in seats_of(supplied, case))


def test_many_mails_of_one_case_are_told_in_one_note_that_is_renewed(
    supplied: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_mails, "MOST_ALONE", 1)
    case = approved(supplied)
    work(supplied)
    supplied.mailer.faults.then(None, PermanentFailure("no such mailbox"))
    mail_keys(supplied, case)
    for _ in range(2):
        work(supplied)
        supplied.clock.wait(seconds=21)
    work(supplied)

    mails = {job.id for job in supplied.jobs("license_key")}
    assert not [note for note in supplied.jobs("mail_note") if note.values["words"]["job_id"] in mails]
    notes = [note for note in supplied.chat.standing.values() if note.key.startswith("keys_sent:")]
    assert [note.text for note in notes] == [
        "1 mail with a License Key went. ⚠ 1 did not go: *License Keys* says which."
    ]


def test_who_has_a_certificate_gets_no_key(supplied: Office) -> None:
    case = approved(supplied, users=(MARA, replace(TOM, credential=Credential.MLOA_HARDWARE)), seats=1)
    mail_keys(supplied, case)
    work(supplied)

    assert len(sent_to(supplied, MARA.email)) == 1
    assert not sent_to(supplied, TOM.email)


def test_spare_keys_wait_with_the_administrator_and_are_mailed_to_nobody(supplied: Office) -> None:
    case = approved(supplied, seats=4)
    mail_keys(supplied, case)
    work(supplied)

    assert "2 further License Keys wait with you" in sent_to(supplied, MARA.email)[0]
    assert "further" not in sent_to(supplied, TOM.email)[0]
    assert not any(KEYS[2] in mail.text or KEYS[3] in mail.text for mail in supplied.mailer.sent)
    assert [seat.key.mailed_at is None for seat in seats_of(supplied, case) if seat.key] == [
        False,
        False,
        True,
        True,
    ]


@pytest.mark.parametrize(
    ("keys_to", "contact", "reader"),
    [
        ("contact", "office@nordlicht.example.com", "office@nordlicht.example.com"),
        ("contact", "", DANA.address),
        ("sponsor", "office@nordlicht.example.com", DANA.address),
    ],
)
def test_all_keys_go_to_the_party_of_the_policy(
    tmp_path: Path, keys_to: str, contact: str, reader: str
) -> None:
    office = a_desk(tmp_path, keys_to=keys_to)
    stock(office)
    case = approved(office, seats=3, contact_email=contact)

    assert mail_keys(office, case) == 1
    work(office)
    (text,) = (text for text in sent_to(office, reader) if "License Keys for" in text)
    assert KEYS[0] in text
    assert KEYS[1] in text
    assert KEYS[2] not in text
    assert "1 further License Key waits" in text
    assert not sent_to(office, TOM.email)


def test_a_long_list_comes_in_parts_and_leaves_nobody_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_mails, "MOST_KEYS", 2)
    office = a_desk(tmp_path, keys_to="sponsor")
    stock(office)
    people = [user("P", f"N{n}", f"p{n}@nordlicht.example.com") for n in range(5)]
    case = approved(office, seats=5, users=people)

    assert mail_keys(office, case) == 3
    work(office)
    lists = [mail for mail in office.mailer.sent if mail.subject.startswith("License Keys for ")]
    assert [mail.subject.rpartition("), ")[2] for mail in lists] == ["1 of 3", "2 of 3", "3 of 3"]
    assert all(sum(key in mail.text for mail in lists) == 1 for key in KEYS[:5])


@pytest.mark.parametrize(
    ("key_url", "page"),
    [
        ("", "/dashboard/license-key?lang=en"),
        ("https://mag.example.com/keys", "https://mag.example.com/keys"),
    ],
)
def test_the_mail_leads_to_the_page_that_takes_the_key(tmp_path: Path, key_url: str, page: str) -> None:
    office = a_desk(tmp_path, key_url=key_url)
    stock(office)
    mail_keys(office, approved(office))
    work(office)

    assert page in office.mailer.sent[-1].text


def test_no_mail_of_an_addition_s_people_is_sent_by_their_organisation_s_case(
    supplied: Office, mailed: Case
) -> None:
    """A spare seat that another case's person took is mailed by that case."""
    seat = seat_of(supplied, mailed, "Tom")
    with supplied.connect() as db, transaction(db):
        db.execute("update seats set used_in = null where id = ?", [seat.id])
        db.execute("update license_keys set mailed_at = null where seat_id = ?", [seat.id])

    assert mail_keys(supplied, mailed) == 0


# Whole nowhere but in the mail


def test_a_key_is_whole_in_no_table_no_message_and_no_event(tmp_path: Path) -> None:
    """Neither while its mail waits, nor once it went, nor after everything that can happen to it."""
    office = a_desk(tmp_path)
    stock(office)
    case = approved(office, seats=3)
    mail_keys(office, case)
    assert traces(office, KEYS[0]) == []
    work(office)
    mara, tom = seat_of(office, case, "Mara"), seat_of(office, case, "Tom")
    send_again(office, mara)
    hand_over(office, tom)
    work(office)
    void(office, seat_of(office, case, "Mara"))
    with office.connect() as db:
        license_keys.find(db, office.desk, KEYS[1], by=BLAKE, now=office.now)
    use(office, seat_of(office, case, "Nadia"))
    work(office)

    assert [trace for key in KEYS for trace in traces(office, key)] == []
    assert any(KEYS[0] in mail.text for mail in office.mailer.sent)
    assert office.chat.standing
    with office.connect() as db:
        assert not list(db.query("select 1 from outbox where secrets <> '' and status <> 'queued'"))


@pytest.mark.usefixtures("mailed")
def test_staff_see_a_mail_that_went_with_the_end_of_its_key_only(supplied: Office) -> None:
    job = next(job for job in key_jobs(supplied) if job.recipient == MARA.email)
    notes = [message for message in supplied.chat.standing.values() if "Your License Key" in repr(message)]

    assert "•••• W4T1" in supplied.mail_of(job).text
    assert notes
    assert KEYS[0] not in repr(notes)


def test_a_rehearsal_holds_key_mails_and_shows_them_masked(tmp_path: Path) -> None:
    folder = tmp_path / "held"
    folder.mkdir()
    office = a_desk(folder)
    office.bot = replace(office.bot, desk=replace(office.desk, delivery=Delivery()))
    stock(office)
    case = approved(office)
    mail_keys(office, case)
    work(office)
    held = [job for job in key_jobs(office) if job.status is JobStatus.HELD]

    assert len(held) == 2
    assert "W4T1" in repr(office.chat.standing)
    assert traces(office, KEYS[0]) == []
    with office.connect() as db:
        outbox_verbs.release(db, held[0].id, by=AVERY.id, now=office.now)
    work(office)
    assert KEYS[0] in office.mailer.sent[-1].text


# Sent again


def test_sent_again_is_the_same_key_to_the_party_on_file(supplied: Office, mailed: Case) -> None:
    send_again(supplied, seat_of(supplied, mailed, "Tom"))
    work(supplied)

    first, second = sent_to(supplied, TOM.email)
    assert KEYS[1] in first
    assert KEYS[1] in second
    event = next(event for event in supplied.events() if event.tag == EventTag.KEY_SENT_AGAIN)
    assert event.actor == BLAKE.id
    assert set(event.data) == {"seat", "key", "number"}
    assert "had the License Key of seat 2 sent again" in repr(supplied.chat.standing)


def test_sent_again_to_an_active_account_it_says_so(supplied: Office, mailed: Case) -> None:
    with supplied.connect() as db:
        move_in(db, supplied.desk, mailed, now=supplied.now)
    send_again(supplied, seat_of(supplied, mailed, "Tom"))
    work(supplied)

    first, *_, second = (" ".join(text.split()) for text in sent_to(supplied, TOM.email))
    for before in ("until we ask you to activate", "The activation mail comes"):
        assert (before in first, before in second) == (True, False)
    assert "You can enter it now: your account is active" in second


def test_three_times_a_day_are_enough_and_the_next_day_it_goes_again(supplied: Office, mailed: Case) -> None:
    tom = seat_of(supplied, mailed, "Tom")
    for _ in range(3):
        send_again(supplied, tom)
        work(supplied)
        with pytest.raises(KeyJustSent):
            send_again(supplied, tom)
        supplied.clock.wait(minutes=5)
    with pytest.raises(KeySentOften):
        send_again(supplied, tom)
    supplied.clock.wait(hours=25)
    send_again(supplied, tom)
    work(supplied)

    assert len(sent_to(supplied, TOM.email)) == 5


def test_a_mail_that_waits_is_not_doubled(supplied: Office, case: Case) -> None:
    mail_keys(supplied, case)

    with pytest.raises(KeyStillWaits):
        send_again(supplied, seat_of(supplied, case, "Tom"))


def test_a_mail_that_failed_is_given_up_for_the_new_one(supplied: Office, case: Case) -> None:
    mail_keys(supplied, case)
    for job in supplied.claim(kinds=[key_jobs(supplied)[0].kind]):
        with supplied.connect() as db:
            failed = outbox_verbs.Outcome(status=JobStatus.FAILED, error="no such mailbox")
            outbox_verbs.settle(db, job, "w", failed, now=supplied.now, jitter=0.0)
    send_again(supplied, seat_of(supplied, case, "Tom"))
    work(supplied)

    states = [job.status for job in key_jobs(supplied) if job.recipient == TOM.email]
    assert states == [JobStatus.REPLACED, JobStatus.SENT]


def test_what_is_spare_unknown_or_without_a_key_is_not_sent(supplied: Office) -> None:
    case = approved(supplied, seats=3)
    spare = next(seat for seat in seats_of(supplied, case) if seat.holder is None)

    with pytest.raises(NobodyHolds):
        send_again(supplied, spare)
    with pytest.raises(UnknownSeat):
        send_again(supplied, replace(spare, id=999))
    with pytest.raises(NotStaff):
        send_again(supplied, seat_of(supplied, case, "Tom"), by=ELI)


def test_a_seat_without_a_key_says_that_it_waits(tmp_path: Path) -> None:
    office = a_desk(tmp_path)
    case = approved(office)

    assert mail_keys(office, case) == 0
    with pytest.raises(NoKeyYet):
        send_again(office, seat_of(office, case, "Tom"))


# Looked up


def test_a_pasted_key_says_whose_it_is_and_the_look_is_audited(supplied: Office, mailed: Case) -> None:
    with supplied.connect() as db:
        found = license_keys.find(db, supplied.desk, f" `{KEYS[1].lower()}`. ", by=BLAKE, now=supplied.now)

    assert found.seat is not None
    assert found.seat.holder is not None
    assert found.seat.holder.name == "Tom Öztürk"
    assert found.ref == mailed.ref
    event = supplied.events()[-1]
    assert (event.tag, event.actor, event.data) == (EventTag.KEY_LOOKED_UP, BLAKE.id, {})


@pytest.mark.parametrize("text", ["", "W4T2", "UXQ2-7H2K", "' or 1=1 --", "C-1", "x" * 5_000])
def test_part_of_a_key_finds_nothing(supplied: Office, text: str) -> None:
    with supplied.connect() as db, pytest.raises(UnknownKey):
        license_keys.find(db, supplied.desk, text, by=BLAKE, now=supplied.now)
    with supplied.connect() as db, pytest.raises(NotStaff):
        license_keys.find(db, supplied.desk, KEYS[1], by=ELI, now=supplied.now)


# Taken back


def test_keys_that_nobody_saw_come_back_unmailed(supplied: Office, case: Case) -> None:
    mail_keys(supplied, case)
    with supplied.connect() as db, transaction(db):
        key_mails.recall(db, case, now=supplied.now)
    work(supplied)

    assert not key_jobs(supplied) or {job.status for job in key_jobs(supplied)} == {JobStatus.REPLACED}
    assert all(seat.key and seat.key.mailed_at is None for seat in seats_of(supplied, case))


def test_keys_whose_mail_may_have_gone_stay_known(supplied: Office, case: Case) -> None:
    """One was lost after the last byte, twice; staff had it tried again, so that it only looks untried."""
    mail_keys(supplied, case)
    lost = UnknownOutcome("lost")
    supplied.mailer.faults.then(lost, lost, lost, lost)
    work(supplied)
    supplied.clock.wait(hours=1)
    work(supplied)
    unknown = [job for job in key_jobs(supplied) if job.status is JobStatus.UNKNOWN]
    assert unknown
    with supplied.connect() as db:
        for job in unknown:
            outbox_verbs.retry(db, job.id, by=AVERY.id, now=supplied.now)
        with transaction(db):
            key_mails.recall(db, case, now=supplied.now)

    assert all(seat.key and seat.key.mailed_at for seat in seats_of(supplied, case))


def test_a_key_whose_holder_was_erased_is_not_sent_again(supplied: Office, mailed: Case) -> None:
    seat = seat_of(supplied, mailed, "Tom")
    with supplied.connect() as db:
        seats.hand_over(db, seat, Holder(name="-", email=GONE_ADDRESS))
    with pytest.raises(NobodyHolds):
        send_again(supplied, seat)

    assert not [event for event in supplied.events() if event.tag == EventTag.KEY_SENT_AGAIN]
