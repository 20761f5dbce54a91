"""The life of a License Key: mailed, sent again, handed over, void, used, looked up; and by whom not."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.bounces import AddressState, Doubt
from bot.domain.cases import Case
from bot.domain.delivery import Delivery
from bot.domain.errors import (
    BadHolderAddress,
    BadHolderName,
    CodeMissing,
    HasSeat,
    KeyAlreadyUsed,
    KeyAlreadyVoid,
    KeySentOften,
    KeyStillWaits,
    NobodyHolds,
    NoKeyYet,
    NotApprover,
    NotStaff,
    Refusal,
    SameHolder,
    SeatChanged,
    TransientFailure,
    UnknownKey,
    UnknownOutcome,
    UnknownSeat,
)
from bot.domain.events import EventTag
from bot.domain.license_keys import Holder, KeyState, KeyVoided, Seat
from bot.domain.mail import BounceReport
from bot.domain.outbox import Job, JobStatus
from bot.domain.ris import Credential
from bot.domain.staff import Staff
from bot.services import key_mails, license_keys
from bot.services import outbox as outbox_verbs
from bot.store import bounces
from bot.store import license_keys as key_store
from bot.store.database import transaction
from tests.authenticators import enrolled
from tests.cast import AVERY, BLAKE, CASEY, DANA, ELI, Office
from tests.contracts.racing import race
from tests.forms import MARA, TOM
from tests.license_keys import (
    KEYS,
    NADIA,
    YUSUF,
    a_desk,
    approved,
    mail_keys,
    seat_of,
    seats_of,
    stock,
    traces,
    user,
    work,
)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    made = a_desk(tmp_path)
    stock(made)
    return made


@pytest.fixture
def case(office: Office) -> Case:
    """C-1: Mara, who is the administrator, and Tom; nothing is mailed yet."""
    return approved(office)


@pytest.fixture
def mailed(office: Office, case: Case) -> Case:
    """The same, and both have their keys."""
    mail_keys(office, case)
    work(office)
    return case


def key_of(seat: Seat) -> int:
    assert seat.key is not None
    return seat.key.id


def hand_over(
    office: Office,
    seat: Seat,
    to: Holder = NADIA,
    *,
    by: Staff = AVERY,
    code: str = "",
) -> Seat:
    with office.connect() as db:
        return license_keys.hand_over(
            db, office.desk, seat_id=seat.id, seen=seat.seal, to=to, by=by, now=office.now, code=code
        )


def send_again(office: Office, seat: Seat, *, by: Staff = BLAKE) -> None:
    with office.connect() as db:
        license_keys.send_again(db, office.desk, seat_id=seat.id, by=by, now=office.now)


def void(
    office: Office, seat: Seat, *, by: Staff = AVERY, why: KeyVoided = KeyVoided.EXPOSED, code: str = ""
) -> None:
    with office.connect() as db:
        license_keys.void(
            db,
            office.desk,
            key_id=key_of(seat),
            seen=seat.seal,
            why=why,
            by=by,
            now=office.now,
            code=code,
        )


def use(office: Office, seat: Seat, by: Staff | None = None) -> None:
    with office.connect() as db:
        license_keys.mark_used(db, key_id=key_of(seat), now=office.now, by=by)


def sent_to(office: Office, address: str) -> list[str]:
    """Their mails' words, wherever the lines break."""
    return [" ".join(mail.text.split()) for mail in office.mailer.sent if mail.to == address]


def key_jobs(office: Office) -> list[Job]:
    return [job for job in office.mails() if "key" in job.template]


# The first mail


def test_each_user_gets_their_own_key_once_in_the_case_s_language(office: Office) -> None:
    case = approved(office, lang="de")

    assert mail_keys(office, case) == 2
    assert mail_keys(office, case) == 0
    work(office)
    (mara,), (tom,) = sent_to(office, MARA.email), sent_to(office, TOM.email)
    assert "Ihr License Key" in mara
    assert KEYS[0] in mara
    assert KEYS[1] not in mara
    assert KEYS[1] in tom
    assert all(seat.key and seat.key.mailed_at for seat in seats_of(office, case))


def test_who_has_a_certificate_gets_no_key(office: Office) -> None:
    case = approved(office, users=(MARA, replace(TOM, credential=Credential.MLOA_HARDWARE)), seats=1)
    mail_keys(office, case)
    work(office)

    assert len(sent_to(office, MARA.email)) == 1
    assert not sent_to(office, TOM.email)


def test_spare_keys_wait_with_the_administrator_and_are_mailed_to_nobody(office: Office) -> None:
    case = approved(office, seats=4)
    mail_keys(office, case)
    work(office)

    assert "2 further License Keys wait with you" in sent_to(office, MARA.email)[0]
    assert "further" not in sent_to(office, TOM.email)[0]
    assert not any(KEYS[2] in mail.text or KEYS[3] in mail.text for mail in office.mailer.sent)
    assert [seat.key.mailed_at is None for seat in seats_of(office, case) if seat.key] == [
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
    lists = [mail for mail in office.mailer.sent if "part" in mail.subject]
    assert [mail.subject.rpartition("part ")[2] for mail in lists] == ["1 of 3", "2 of 3", "3 of 3"]
    assert all(sum(key in mail.text for mail in lists) == 1 for key in KEYS[:5])


def test_the_mail_leads_to_the_page_that_takes_the_key(tmp_path: Path) -> None:
    office = a_desk(tmp_path, key_url="https://mag.example.com/keys")
    stock(office)
    mail_keys(office, approved(office))
    work(office)

    assert "https://mag.example.com/keys" in office.mailer.sent[-1].text


def test_no_mail_of_an_addition_s_people_is_sent_by_their_organisation_s_case(
    office: Office, mailed: Case
) -> None:
    """A spare seat that another case's person took is mailed by that case."""
    seat = seat_of(office, mailed, "Tom")
    with office.connect() as db, transaction(db):
        db.execute("update seats set used_in = null where id = ?", [seat.id])
        db.execute("update license_keys set mailed_at = null where seat_id = ?", [seat.id])

    assert mail_keys(office, mailed) == 0


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
def test_staff_see_a_mail_that_went_with_the_end_of_its_key_only(office: Office) -> None:
    job = next(job for job in key_jobs(office) if job.recipient == MARA.email)
    notes = [message for message in office.chat.standing.values() if "Your License Key" in repr(message)]

    assert "•••• W4T1" in office.mail_of(job).text
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


def test_sent_again_is_the_same_key_to_the_party_on_file(office: Office, mailed: Case) -> None:
    send_again(office, seat_of(office, mailed, "Tom"))
    work(office)

    first, second = sent_to(office, TOM.email)
    assert KEYS[1] in first
    assert KEYS[1] in second
    event = next(event for event in office.events() if event.tag == EventTag.KEY_SENT_AGAIN)
    assert event.actor == BLAKE.id
    assert set(event.data) == {"seat", "key", "number"}
    assert "had the License Key of seat 2 sent again" in repr(office.chat.standing)


def test_three_times_a_day_are_enough_and_the_next_day_it_goes_again(office: Office, mailed: Case) -> None:
    tom = seat_of(office, mailed, "Tom")
    for _ in range(3):
        send_again(office, tom)
        work(office)
    with pytest.raises(KeySentOften):
        send_again(office, tom)
    office.clock.wait(hours=25)
    send_again(office, tom)
    work(office)

    assert len(sent_to(office, TOM.email)) == 5


def test_a_mail_that_waits_is_not_doubled(office: Office, case: Case) -> None:
    mail_keys(office, case)

    with pytest.raises(KeyStillWaits):
        send_again(office, seat_of(office, case, "Tom"))


def test_a_mail_that_failed_is_given_up_for_the_new_one(office: Office, case: Case) -> None:
    mail_keys(office, case)
    for job in office.claim(kinds=[key_jobs(office)[0].kind]):
        with office.connect() as db:
            failed = outbox_verbs.Outcome(status=JobStatus.FAILED, error="no such mailbox")
            outbox_verbs.settle(db, job, "w", failed, now=office.now, jitter=0.0)
    send_again(office, seat_of(office, case, "Tom"))
    work(office)

    states = [job.status for job in key_jobs(office) if job.recipient == TOM.email]
    assert states == [JobStatus.REPLACED, JobStatus.SENT]


def test_what_is_spare_unknown_or_without_a_key_is_not_sent(office: Office) -> None:
    case = approved(office, seats=3)
    spare = next(seat for seat in seats_of(office, case) if seat.holder is None)

    with pytest.raises(NobodyHolds):
        send_again(office, spare)
    with pytest.raises(UnknownSeat):
        send_again(office, replace(spare, id=999))
    with pytest.raises(NotStaff):
        send_again(office, seat_of(office, case, "Tom"), by=ELI)


def test_a_seat_without_a_key_says_that_it_waits(tmp_path: Path) -> None:
    office = a_desk(tmp_path)
    case = approved(office)

    assert mail_keys(office, case) == 0
    with pytest.raises(NoKeyYet):
        send_again(office, seat_of(office, case, "Tom"))


# Handed over


def test_an_unused_key_goes_to_its_new_holder_and_both_are_told(office: Office, mailed: Case) -> None:
    hand_over(office, seat_of(office, mailed, "Tom"))
    work(office)

    (new,) = sent_to(office, NADIA.email)
    assert KEYS[1] in new
    assert "from now on it is yours" in new
    old = sent_to(office, TOM.email)[-1]
    assert KEYS[1] not in old
    assert "delete our earlier mail" in old
    assert "Nadia" not in old
    event = next(event for event in office.events() if event.tag == EventTag.KEY_HANDED_OVER)
    assert "Nadia" not in repr(event)


def test_a_mail_that_has_not_gone_never_reaches_the_old_holder(office: Office, case: Case) -> None:
    mail_keys(office, case)
    hand_over(office, seat_of(office, case, "Tom"))
    work(office)

    assert sent_to(office, TOM.email) == []
    assert KEYS[1] in sent_to(office, NADIA.email)[0]


def test_a_mail_that_is_being_sent_is_looked_at_once_more_before_it_goes(office: Office, case: Case) -> None:
    """Claimed by a worker, it cannot be taken back: the worker sees that it is true no more."""
    mail_keys(office, case)
    claimed = office.claim()
    hand_over(office, seat_of(office, case, "Tom"))
    for job in claimed:
        office.carry_out(job)

    assert not any(KEYS[1] in text for text in sent_to(office, TOM.email))
    (job,) = (job for job in key_jobs(office) if job.template == "license_key" and job.recipient == TOM.email)
    assert job.status is JobStatus.REPLACED
    assert traces(office, KEYS[1]) == []


def test_a_mail_that_stumbled_while_it_was_handed_over_is_not_tried_again(office: Office, case: Case) -> None:
    mail_keys(office, case)
    office.mailer.faults.then(TransientFailure("busy"), TransientFailure("busy"))
    for job in office.claim():
        office.carry_out(job)
    hand_over(office, seat_of(office, case, "Tom"))
    office.clock.wait(hours=2)
    work(office)

    assert not any(KEYS[1] in text for text in sent_to(office, TOM.email))


def test_a_mail_that_may_have_gone_counts_as_gone(office: Office, case: Case) -> None:
    mail_keys(office, case)
    lost = UnknownOutcome("lost after the last byte")
    office.mailer.faults.then(lost, lost, lost, lost)
    work(office)
    office.clock.wait(hours=1)
    work(office)
    hand_over(office, seat_of(office, case, "Tom"))
    work(office)

    assert "delete our earlier mail" in sent_to(office, TOM.email)[-1]


def test_handed_over_twice_each_holder_is_told_once(office: Office, mailed: Case) -> None:
    """Nadia's mail waits when it goes on to Yusuf: she never hears of it, and Tom not a second time."""
    hand_over(office, seat_of(office, mailed, "Tom"))
    hand_over(office, seat_of(office, mailed, "Nadia"), YUSUF)
    work(office)

    assert sent_to(office, NADIA.email) == []
    assert len(sent_to(office, TOM.email)) == 2
    assert KEYS[1] in sent_to(office, YUSUF.email)[0]


def test_where_the_contact_keeps_the_keys_one_mail_tells_of_both(tmp_path: Path) -> None:
    office = a_desk(tmp_path, keys_to="contact")
    stock(office)
    case = approved(office, contact_email="office@nordlicht.example.com")
    mail_keys(office, case)
    work(office)
    hand_over(office, seat_of(office, case, "Tom"))
    work(office)

    told = sent_to(office, "office@nordlicht.example.com")[-1]
    assert "meant for Tom" in told
    assert "belongs to Nadia Brandt" in told
    assert KEYS[1] in told
    assert sent_to(office, TOM.email) == sent_to(office, NADIA.email) == []


def test_a_list_that_waits_goes_without_the_line_that_is_true_no_more(tmp_path: Path) -> None:
    office = a_desk(tmp_path, keys_to="sponsor")
    stock(office)
    case = approved(office)
    mail_keys(office, case)
    hand_over(office, seat_of(office, case, "Tom"))
    work(office)

    whole, moved = (mail for mail in office.mailer.sent if "License Key" in mail.subject)
    assert KEYS[0] in whole.text
    assert KEYS[1] not in whole.text
    assert "Tom" not in whole.text
    assert KEYS[1] in moved.text


@pytest.mark.parametrize(
    ("to", "refusal"),
    [
        (Holder(name="Tom Öztürk", email=TOM.email.upper()), SameHolder),
        (Holder(name="Mara", email=MARA.email), HasSeat),
        (Holder(name="", email=NADIA.email), BadHolderName),
        (Holder(name="12 34", email=NADIA.email), BadHolderName),
        (Holder(name="N" * 121, email=NADIA.email), BadHolderName),
        (Holder(name="Nadia\x07", email=NADIA.email), BadHolderName),
        (Holder(name="Nadia", email="nadia"), BadHolderAddress),
        (Holder(name="Nadia", email="nadia@x.example\nBcc: all@x.example"), BadHolderAddress),
        (Holder(name="Nadia", email="a@x.example, b@x.example"), BadHolderAddress),
        (Holder(name="Nadia", email="Nadia <nadia@x.example>"), BadHolderAddress),
    ],
)
def test_it_goes_to_a_person_with_a_sound_address_who_has_no_seat(
    office: Office, mailed: Case, to: Holder, refusal: type[Refusal]
) -> None:
    before = len(office.mails())

    with pytest.raises(refusal):
        hand_over(office, seat_of(office, mailed, "Tom"), to)
    assert len(office.mails()) == before


@pytest.mark.parametrize(
    "name", ["Nadia <!channel> Brandt", "{{ 7 * 7 }} {% raw %}", "# Nadia\n\n[x](https://evil.example)"]
)
def test_a_name_is_only_text(office: Office, mailed: Case, name: str) -> None:
    hand_over(office, seat_of(office, mailed, "Tom"), Holder(name=name, email=NADIA.email))
    work(office)
    told = office.mailer.sent[-2]

    assert "<!channel>" not in repr(office.chat.standing).replace("&lt;!channel&gt;", "")
    assert "49" not in told.subject
    assert 'href="https://evil.example"' not in told.html
    assert " ".join(name.split())[:10] in told.text.replace("\u2060", "")


def test_only_those_who_decide_about_purchases_may(office: Office, mailed: Case) -> None:
    tom = seat_of(office, mailed, "Tom")

    with pytest.raises(NotApprover):
        hand_over(office, tom, by=BLAKE)
    with pytest.raises(NotStaff):
        hand_over(office, tom, by=ELI)
    with pytest.raises(NotApprover):
        void(office, tom, by=BLAKE)
    assert [event.tag for event in office.events()][-1] == EventTag.DECISION_REFUSED


def test_a_code_is_asked_for_where_the_policy_says_so(tmp_path: Path) -> None:
    office = a_desk(tmp_path, code=True)
    stock(office)
    case = approved(office)
    phone = enrolled(office, CASEY)
    tom = seat_of(office, case, "Tom")

    with pytest.raises(CodeMissing):
        hand_over(office, tom, by=CASEY)
    moved = hand_over(office, tom, by=CASEY, code=phone.code(office.now))
    assert moved.holder == replace(NADIA, lang="en")


def test_a_refusal_uses_no_code_up(tmp_path: Path) -> None:
    office = a_desk(tmp_path, code=True)
    stock(office)
    case = approved(office)
    phone = enrolled(office, CASEY)
    tom, code = seat_of(office, case, "Tom"), phone.code(office.now)

    with pytest.raises(HasSeat):
        hand_over(office, tom, Holder(name="Mara", email=MARA.email), by=CASEY, code=code)
    hand_over(office, tom, by=CASEY, code=code)


def test_the_second_of_two_at_once_hears_who_won(office: Office, mailed: Case) -> None:
    tom = seat_of(office, mailed, "Tom")

    def attempt(by: Staff, to: Holder) -> str:
        try:
            hand_over(office, tom, to, by=by)
        except SeatChanged as lost:
            return f"{lost.values['by']} {lost.values['holder']} {'at' in lost.values}"
        return "won"

    said = race(lambda: attempt(AVERY, NADIA), lambda: attempt(CASEY, YUSUF))
    winner = (AVERY.id, NADIA.name) if said[0] == "won" else (CASEY.id, YUSUF.name)
    assert sorted(said) == sorted(["won", f"{winner[0]} {winner[1]} True"])
    work(office)
    assert sum(KEYS[1] in mail.text for mail in office.mailer.sent) == 2  # Tom's first, and the winner's


def test_hand_over_void_and_use_at_once_leave_one_of_them(office: Office, mailed: Case) -> None:
    tom = seat_of(office, mailed, "Tom")

    def tried(act: str) -> str:
        try:
            match act:
                case "hand_over":
                    hand_over(office, tom)
                case "void":
                    void(office, tom, by=CASEY)
                case _:
                    use(office, tom)
        except Refusal as refusal:
            return refusal.code
        return "won"

    said = race(lambda: tried("hand_over"), lambda: tried("void"), lambda: tried("use"))
    state = next(seat for seat in seats_of(office, mailed) if seat.id == tom.id).key
    assert state is not None
    assert said.count("won") == (2 if said[0] == said[2] == "won" else 1)
    assert (state.state is KeyState.VOID) == (said[1] == "won")
    assert (state.state is KeyState.USED) == (said[2] == "won")


# Void and used


def test_a_used_key_stays_with_its_owner(office: Office, mailed: Case) -> None:
    tom = seat_of(office, mailed, "Tom")
    use(office, tom, by=BLAKE)

    for act in (hand_over, void, send_again, use):
        with pytest.raises(KeyAlreadyUsed) as refused:
            act(office, tom)
        assert refused.value.values["holder"] == "Tom Öztürk"


def test_a_void_key_is_told_to_whoever_got_it_and_its_seat_is_closed(office: Office, mailed: Case) -> None:
    tom = seat_of(office, mailed, "Tom")
    void(office, tom, why=KeyVoided.NOT_NEEDED)
    work(office)
    after = next(seat for seat in seats_of(office, mailed) if seat.id == tom.id)

    assert after.closed_at is not None
    assert after.key is not None
    assert after.key.state is KeyState.VOID
    assert "not needed any more" in sent_to(office, TOM.email)[-1]
    assert "It is not needed any more" in repr(office.chat.standing)
    for act in (hand_over, void, send_again, use):
        with pytest.raises(KeyAlreadyVoid):
            act(office, tom)


def test_nobody_hears_of_a_void_key_that_they_never_got(office: Office, case: Case) -> None:
    mail_keys(office, case)
    void(office, seat_of(office, case, "Tom"))
    work(office)

    assert sent_to(office, TOM.email) == []


def test_a_key_in_stock_can_be_made_void(office: Office) -> None:
    with office.connect() as db:
        found = license_keys.find(
            db, office.desk, KEYS[8].lower().replace("-", " "), by=AVERY, now=office.now
        )
        license_keys.void(
            db,
            office.desk,
            key_id=found.key.id,
            seen="",
            why=KeyVoided.EXPOSED,
            by=AVERY,
            now=office.now,
        )
        again = key_store.find(db, found.key.id)

    assert found.seat is None
    assert again is not None
    assert again.state is KeyState.VOID


def test_who_left_a_seat_by_voiding_may_get_another(office: Office, mailed: Case) -> None:
    void(office, seat_of(office, mailed, "Tom"))
    hand_over(office, seat_of(office, mailed, "Mara"), Holder(name="Tom Öztürk", email=TOM.email))

    assert seat_of(office, mailed, "Tom")


# Looked up


def test_a_pasted_key_says_whose_it_is_and_the_look_is_audited(office: Office, mailed: Case) -> None:
    with office.connect() as db:
        found = license_keys.find(db, office.desk, f" {KEYS[1].lower()} ", by=BLAKE, now=office.now)

    assert found.seat is not None
    assert found.seat.holder is not None
    assert found.seat.holder.name == "Tom Öztürk"
    assert found.ref == mailed.ref
    event = office.events()[-1]
    assert (event.tag, event.actor, event.data) == (EventTag.KEY_LOOKED_UP, BLAKE.id, {})


@pytest.mark.parametrize("text", ["", "W4T2", "UXQ2-7H2K", "' or 1=1 --", "C-1", "x" * 5_000])
def test_part_of_a_key_finds_nothing(office: Office, text: str) -> None:
    with office.connect() as db, pytest.raises(UnknownKey):
        license_keys.find(db, office.desk, text, by=BLAKE, now=office.now)
    with office.connect() as db, pytest.raises(NotStaff):
        license_keys.find(db, office.desk, KEYS[1], by=ELI, now=office.now)


# A bounce


def test_staff_see_that_a_key_came_back_and_its_holder_can_change(office: Office, mailed: Case) -> None:
    """The address is dead: the key goes to somebody else, and what would tell the dead address is held."""
    job = next(job for job in key_jobs(office) if job.recipient == TOM.email)
    report = BounceReport(recipients=(TOM.email,), permanent=True, status="5.1.1")
    doubt = Doubt(address=TOM.email, state=AddressState.GIVEN_UP, since=office.now, probe="")
    with office.connect() as db, transaction(db):
        bounces.add(db, job.id, TOM.email, report, hard=True, mail_id=1, now=office.now)
        bounces.keep_doubt(db, doubt)
    with office.connect() as db:
        shown = license_keys.get_keys(db, office.desk, mailed.ref, by=BLAKE).seats
    hand_over(office, seat_of(office, mailed, "Tom"))
    work(office)

    assert [one.mail.returned for one in shown if one.mail] == [False, True]
    assert KEYS[1] in sent_to(office, NADIA.email)[0]
    assert office.job("key_taken_over").status is JobStatus.HELD


# Taken back


def test_keys_that_nobody_saw_come_back_unmailed(office: Office, case: Case) -> None:
    mail_keys(office, case)
    with office.connect() as db, transaction(db):
        key_mails.recall(db, case, now=office.now)
    work(office)

    assert not key_jobs(office) or {job.status for job in key_jobs(office)} == {JobStatus.REPLACED}
    assert all(seat.key and seat.key.mailed_at is None for seat in seats_of(office, case))


def test_keys_whose_mail_may_have_gone_stay_known(office: Office, case: Case) -> None:
    """One was lost after the last byte, twice; staff had it tried again, so that it only looks untried."""
    mail_keys(office, case)
    lost = UnknownOutcome("lost")
    office.mailer.faults.then(lost, lost, lost, lost)
    work(office)
    office.clock.wait(hours=1)
    work(office)
    unknown = [job for job in key_jobs(office) if job.status is JobStatus.UNKNOWN]
    assert unknown
    with office.connect() as db:
        for job in unknown:
            outbox_verbs.retry(db, job.id, by=AVERY.id, now=office.now)
        with transaction(db):
            key_mails.recall(db, case, now=office.now)

    assert all(seat.key and seat.key.mailed_at for seat in seats_of(office, case))
