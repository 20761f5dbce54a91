"""An unused License Key changes hands or becomes void, a used one does not; whatever happens at once."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.bounces import AddressState, Doubt
from bot.domain.cases import Case
from bot.domain.errors import CodeMissing, NotApprover, NotStaff, Refusal, TransientFailure, UnknownOutcome
from bot.domain.events import EventTag
from bot.domain.key_refusals import (
    BadHolderAddress,
    BadHolderName,
    HasSeat,
    KeyAlreadyUsed,
    KeyAlreadyVoid,
    SameHolder,
    SeatChanged,
)
from bot.domain.license_keys import Holder, KeyState, KeyVoided
from bot.domain.mail import BounceReport
from bot.domain.outbox import JobStatus
from bot.domain.staff import Staff
from bot.services import license_keys
from bot.store import bounces
from bot.store import license_keys as key_store
from bot.store.database import transaction
from tests.authenticators import enrolled
from tests.cast import AVERY, BLAKE, CASEY, ELI, Office
from tests.contracts.racing import race
from tests.forms import MARA, TOM
from tests.license_keys import (
    KEYS,
    NADIA,
    YUSUF,
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
    void,
    work,
)

__all__ = ["case", "mailed", "supplied"]  # pytest finds the fixtures here


# Handed over


def test_an_unused_key_goes_to_its_new_holder_and_both_are_told(supplied: Office, mailed: Case) -> None:
    hand_over(supplied, seat_of(supplied, mailed, "Tom"))
    work(supplied)

    (new,) = sent_to(supplied, NADIA.email)
    assert KEYS[1] in new
    assert "from now on it is yours" in new
    old = sent_to(supplied, TOM.email)[-1]
    assert KEYS[1] not in old
    assert "delete our earlier mail" in old
    assert "Nadia" not in old
    event = next(event for event in supplied.events() if event.tag == EventTag.KEY_HANDED_OVER)
    assert "Nadia" not in repr(event)


def test_a_mail_that_has_not_gone_never_reaches_the_old_holder(supplied: Office, case: Case) -> None:
    mail_keys(supplied, case)
    hand_over(supplied, seat_of(supplied, case, "Tom"))
    work(supplied)

    assert sent_to(supplied, TOM.email) == []
    assert KEYS[1] in sent_to(supplied, NADIA.email)[0]


def test_a_mail_that_is_being_sent_is_looked_at_once_more_before_it_goes(
    supplied: Office, case: Case
) -> None:
    """Claimed by a worker, it cannot be taken back: the worker sees that it is true no more."""
    mail_keys(supplied, case)
    claimed = supplied.claim()
    hand_over(supplied, seat_of(supplied, case, "Tom"))
    for job in claimed:
        supplied.carry_out(job)

    assert not any(KEYS[1] in text for text in sent_to(supplied, TOM.email))
    (job,) = (
        job for job in key_jobs(supplied) if job.template == "license_key" and job.recipient == TOM.email
    )
    assert job.status is JobStatus.REPLACED
    assert traces(supplied, KEYS[1]) == []


def test_a_mail_that_stumbled_while_it_was_handed_over_is_not_tried_again(
    supplied: Office, case: Case
) -> None:
    mail_keys(supplied, case)
    supplied.mailer.faults.then(TransientFailure("busy"), TransientFailure("busy"))
    for job in supplied.claim():
        supplied.carry_out(job)
    hand_over(supplied, seat_of(supplied, case, "Tom"))
    supplied.clock.wait(hours=2)
    work(supplied)

    assert not any(KEYS[1] in text for text in sent_to(supplied, TOM.email))


def test_a_mail_that_may_have_gone_counts_as_gone(supplied: Office, case: Case) -> None:
    mail_keys(supplied, case)
    lost = UnknownOutcome("lost after the last byte")
    supplied.mailer.faults.then(lost, lost, lost, lost)
    work(supplied)
    supplied.clock.wait(hours=1)
    work(supplied)
    hand_over(supplied, seat_of(supplied, case, "Tom"))
    work(supplied)

    assert "delete our earlier mail" in sent_to(supplied, TOM.email)[-1]


def test_handed_over_twice_each_holder_is_told_once(supplied: Office, mailed: Case) -> None:
    """Nadia's mail waits when it goes on to Yusuf: she never hears of it, and Tom not a second time."""
    hand_over(supplied, seat_of(supplied, mailed, "Tom"))
    hand_over(supplied, seat_of(supplied, mailed, "Nadia"), YUSUF)
    work(supplied)

    assert sent_to(supplied, NADIA.email) == []
    assert len(sent_to(supplied, TOM.email)) == 2
    assert KEYS[1] in sent_to(supplied, YUSUF.email)[0]


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
    supplied: Office, mailed: Case, to: Holder, refusal: type[Refusal]
) -> None:
    before = len(supplied.mails())

    with pytest.raises(refusal):
        hand_over(supplied, seat_of(supplied, mailed, "Tom"), to)
    assert len(supplied.mails()) == before


@pytest.mark.parametrize(
    "name", ["Nadia <!channel> Brandt", "{{ 7 * 7 }} {% raw %}", "# Nadia\n\n[x](https://evil.example)"]
)
def test_a_name_is_only_text(supplied: Office, mailed: Case, name: str) -> None:
    hand_over(supplied, seat_of(supplied, mailed, "Tom"), Holder(name=name, email=NADIA.email))
    work(supplied)
    told = supplied.mailer.sent[-2]

    assert "<!channel>" not in repr(supplied.chat.standing).replace("&lt;!channel&gt;", "")
    assert "49" not in told.subject
    assert 'href="https://evil.example"' not in told.html
    assert " ".join(name.split())[:10] in told.text.replace("\u2060", "")


def test_only_those_who_decide_about_purchases_may(supplied: Office, mailed: Case) -> None:
    tom = seat_of(supplied, mailed, "Tom")

    with pytest.raises(NotApprover):
        hand_over(supplied, tom, by=BLAKE)
    with pytest.raises(NotStaff):
        hand_over(supplied, tom, by=ELI)
    with pytest.raises(NotApprover):
        void(supplied, tom, by=BLAKE)
    assert [event.tag for event in supplied.events()][-1] == EventTag.DECISION_REFUSED


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


def test_the_second_of_two_at_once_hears_who_won(supplied: Office, mailed: Case) -> None:
    tom = seat_of(supplied, mailed, "Tom")

    def attempt(by: Staff, to: Holder) -> str:
        try:
            hand_over(supplied, tom, to, by=by)
        except SeatChanged as lost:
            return f"{lost.values['by']} {lost.values['holder']} {'at' in lost.values}"
        return "won"

    said = race(lambda: attempt(AVERY, NADIA), lambda: attempt(CASEY, YUSUF))
    winner = (AVERY.id, NADIA.name) if said[0] == "won" else (CASEY.id, YUSUF.name)
    assert sorted(said) == sorted(["won", f"{winner[0]} {winner[1]} True"])
    work(supplied)
    assert sum(KEYS[1] in mail.text for mail in supplied.mailer.sent) == 2  # Tom's first, and the winner's


def test_hand_over_void_and_use_at_once_leave_one_of_them(supplied: Office, mailed: Case) -> None:
    tom = seat_of(supplied, mailed, "Tom")

    def tried(act: str) -> str:
        try:
            match act:
                case "hand_over":
                    hand_over(supplied, tom)
                case "void":
                    void(supplied, tom, by=CASEY)
                case _:
                    use(supplied, tom)
        except Refusal as refusal:
            return refusal.code
        return "won"

    said = race(lambda: tried("hand_over"), lambda: tried("void"), lambda: tried("use"))
    state = next(seat for seat in seats_of(supplied, mailed) if seat.id == tom.id).key
    assert state is not None
    assert said.count("won") == (2 if said[0] == said[2] == "won" else 1)
    assert (state.state is KeyState.VOID) == (said[1] == "won")
    assert (state.state is KeyState.USED) == (said[2] == "won")


# Void and used


def test_a_used_key_stays_with_its_owner(supplied: Office, mailed: Case) -> None:
    tom = seat_of(supplied, mailed, "Tom")
    use(supplied, tom, by=BLAKE)

    for act in (hand_over, void, send_again, use):
        with pytest.raises(KeyAlreadyUsed) as refused:
            act(supplied, tom)
        assert refused.value.values["holder"] == "Tom Öztürk"


def test_a_void_key_is_told_to_whoever_got_it_and_its_seat_is_closed(supplied: Office, mailed: Case) -> None:
    tom = seat_of(supplied, mailed, "Tom")
    void(supplied, tom, why=KeyVoided.NOT_NEEDED)
    work(supplied)
    after = next(seat for seat in seats_of(supplied, mailed) if seat.id == tom.id)

    assert after.closed_at is not None
    assert after.key is not None
    assert after.key.state is KeyState.VOID
    assert "not needed any more" in sent_to(supplied, TOM.email)[-1]
    assert "It is not needed any more" in repr(supplied.chat.standing)
    for act in (hand_over, void, send_again, use):
        with pytest.raises(KeyAlreadyVoid):
            act(supplied, tom)


def test_nobody_hears_of_a_void_key_that_they_never_got(supplied: Office, case: Case) -> None:
    mail_keys(supplied, case)
    void(supplied, seat_of(supplied, case, "Tom"))
    work(supplied)

    assert sent_to(supplied, TOM.email) == []


def test_a_key_in_stock_can_be_made_void(supplied: Office) -> None:
    with supplied.connect() as db:
        found = license_keys.find(
            db, supplied.desk, KEYS[8].lower().replace("-", " "), by=AVERY, now=supplied.now
        )
        license_keys.void(
            db,
            supplied.desk,
            key_id=found.key.id,
            seen="",
            why=KeyVoided.EXPOSED,
            by=AVERY,
            now=supplied.now,
        )
        again = key_store.find(db, found.key.id)

    assert found.seat is None
    assert again is not None
    assert again.state is KeyState.VOID


def test_who_left_a_seat_by_voiding_may_get_another(supplied: Office, mailed: Case) -> None:
    void(supplied, seat_of(supplied, mailed, "Tom"))
    hand_over(supplied, seat_of(supplied, mailed, "Mara"), Holder(name="Tom Öztürk", email=TOM.email))

    assert seat_of(supplied, mailed, "Tom")


# A bounce


def test_staff_see_that_a_key_came_back_and_its_holder_can_change(supplied: Office, mailed: Case) -> None:
    """The address is dead: the key goes to somebody else, and what would tell the dead address is held."""
    job = next(job for job in key_jobs(supplied) if job.recipient == TOM.email)
    report = BounceReport(recipients=(TOM.email,), permanent=True, status="5.1.1")
    doubt = Doubt(address=TOM.email, state=AddressState.GIVEN_UP, since=supplied.now, probe="")
    with supplied.connect() as db, transaction(db):
        bounces.add(db, job.id, TOM.email, report, hard=True, mail_id=1, now=supplied.now)
        bounces.keep_doubt(db, doubt)
    with supplied.connect() as db:
        shown = license_keys.get_keys(db, supplied.desk, mailed.ref, by=BLAKE).seats
    hand_over(supplied, seat_of(supplied, mailed, "Tom"))
    work(supplied)

    assert [one.mail.returned for one in shown if one.mail] == [False, True]
    assert KEYS[1] in sent_to(supplied, NADIA.email)[0]
    assert supplied.job("key_taken_over").status is JobStatus.HELD
