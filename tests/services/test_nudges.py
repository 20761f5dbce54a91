"""Nudges: one mail a recipient and day about all they owe us, then the desk; never twice, never at night."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.bounces import AddressState, Doubt
from bot.domain.cases import Case, CaseStatus
from bot.domain.delivery import Delivery
from bot.domain.mail import Address, OutboundMail
from bot.domain.outbox import JobStatus
from bot.policy import Policy
from bot.services import case_words, cases, nudges, outbox
from bot.store import bounces
from bot.store.database import transaction
from tests.cast import AVERY, DANA, Office, a_case, a_mail, a_submission, an_office
from tests.services.test_case_answers import ASKING

MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
OTHER = Address(name="Ori Other", address="ori@sponsor.example.org")


def nudge(office: Office, **later: float) -> None:
    office.clock.wait(**later)
    with office.connect() as db:
        nudges.nudge(db, office.desk, now=office.now)


def waiting(
    office: Office, company: str = "Borealis Turbines GmbH", *, sender: Address = DANA, lang: str = "en"
) -> Case:
    """A case whose sponsor was asked for an entry."""
    case = a_case(office, a_submission(company=company, sender=sender, complete=False, lang=lang))
    office.work()
    return case


def sent(office: Office) -> list[OutboundMail]:
    """The nudges that went out."""
    office.work()
    ids = {job.message_id for job in office.jobs("nudge")}
    return [mail for mail in office.mailer.sent if mail.message_id in ids]


def notes(office: Office) -> list[str]:
    office.work()
    keys = {job.key for job in office.jobs("waiting_note")}
    return [m.text.replace("\n", " ") for m in office.chat.standing.values() if m.key in keys]


def corrected(office: Office, case: Case, *, complete: bool = True) -> None:
    newer = a_submission(company="Borealis Turbines SE", complete=complete)
    with office.connect() as db, transaction(db):
        cases.revise_case(db, office.desk, office.case(case.ref), newer, now=office.now)


def days(office: Office, number: int) -> None:
    """Let that many days pass, and look every hour, on the half hour."""
    for _ in range(24 * number):
        nudge(office, hours=1)


def with_policy(office: Office, policy: Policy) -> None:
    office.bot = replace(office.bot, desk=replace(office.desk, policy=policy))


def test_after_three_and_seven_working_days_a_mail_asks_then_the_desk_is_told(office: Office) -> None:
    case = waiting(office)
    with office.connect() as db:
        db.execute("update cases set assigned_to = :to", {"to": AVERY.id})
    days(office, 18)  # to a Friday morning

    assert [job.created_at.isoformat()[:16] for job in office.jobs("nudge")] == [
        "2026-03-05T08:30",  # half past nine in Berlin on Thursday …
        "2026-03-11T08:30",  # … and on Wednesday
    ]
    assert len(sent(office)) == 2
    (note,) = notes(office)
    assert note.startswith("*C-1* has waited 10 working days for the sponsor, without an answer.")
    assert note.endswith(f"<@{AVERY.id}>: please call them, or write to them.")
    told = [(event.tag, event.at.isoformat()[:10]) for event in office.events() if "sponsor:" in event.tag]
    assert told == [
        ("sponsor:nudged", "2026-03-05"),
        ("sponsor:nudged", "2026-03-11"),
        ("sponsor:silent", "2026-03-16"),
    ]
    assert office.case(case.ref).status is CaseStatus.WAITING_FOR_SPONSOR


def test_a_nudge_about_one_case_stands_in_its_thread_and_carries_its_form(office: Office) -> None:
    case = waiting(office)
    nudge(office, days=3)

    (mail,) = sent(office)
    assert mail.subject == "Still open: the form for Borealis Turbines GmbH (C-1)"
    assert mail.in_reply_to == case.thread.message_id
    assert "https://portal.example.com/status/" in mail.text
    assert mail.automatic
    assert mail.to == DANA.address


@pytest.mark.slow
def test_a_reply_to_it_answers_under_its_numbers_and_ends_the_nudges(office: Office) -> None:
    office.take(a_mail(subject="A new customer", files=[ASKING]))
    office.work()
    nudge(office, days=3)
    (mail,) = sent(office)
    assert [attachment.name for attachment in mail.attachments] == ["RIS.xlsx"]
    office.take(a_mail(text="1. Hamburg\n2. Germany\n3. Mara Lindqvist\n", answers=mail.message_id))
    days(office, 20)

    assert office.job("answers_note").case_id == 1
    assert len(sent(office)) == 1
    assert notes(office) == []  # it is the desk's click that is waited for


def test_who_writes_without_settling_anything_is_waited_for_since_then(office: Office) -> None:
    waiting(office)
    office.clock.wait(days=2)
    asked = office.job("ris_problems").message_id
    office.take(a_mail(text="We are on it, next week.", answers=asked))
    nudge(office, days=4)
    assert sent(office) == []
    with office.connect() as db:
        seen = cases.get_card(db, office.desk, "C-1", now=office.now).unread_to
        case_words.mark_read(db, ref="C-1", to=seen, by=AVERY, now=office.now)
    nudge(office, days=1)
    assert sent(office) == []
    nudge(office, days=4)

    assert len(sent(office)) == 1


@pytest.mark.slow
def test_all_that_is_due_for_somebody_comes_in_one_mail(office: Office) -> None:
    waiting(office, "Borealis Turbines GmbH", lang="de")
    office.clock.wait(hours=2)
    waiting(office, "Nordwind Pumpen AG", lang="en")
    waiting(office, "Kestrel Valves Ltd", sender=OTHER)
    nudge(office, days=3)
    nudge(office, minutes=1)

    both, one = sorted(sent(office), key=lambda mail: mail.to)
    assert both.subject == "Still open: 2 forms wait for your answers"
    assert "Borealis Turbines GmbH (C-1)" in both.text
    assert "Nordwind Pumpen AG (C-2)" in both.text
    assert both.text.count("/status/") == 2
    assert "reply to our earlier mail about it" in both.text
    assert "<q-" in both.message_id
    assert one.to == OTHER.address
    assert "<c-3." in one.message_id


@pytest.mark.slow
def test_more_than_a_mail_holds_comes_the_next_day(office: Office) -> None:
    for number in range(nudges.MOST + 1):
        waiting(office, f"Company {number} Ltd")
    nudge(office, days=3)
    nudge(office, days=1)

    assert [mail.subject for mail in sent(office)] == [
        "Still open: 20 forms wait for your answers",
        "Still open: the form for Company 20 Ltd (C-21)",
    ]


@pytest.mark.slow
def test_what_becomes_due_for_somebody_on_the_same_day_waits_for_the_next(office: Office) -> None:
    first = waiting(office)
    nudge(office, days=3)
    late = waiting(office, "Nordwind Pumpen AG")
    with office.connect() as db:  # as after a restored address
        since = {"since": "2026-02-26T09:00:00.000000Z", "id": late.id}
        db.execute("update turns set since = :since where case_id = :id", since)
        db.execute("update case_versions set made_at = :since where case_id = :id", since)
        db.execute("update outbox set sent_at = :since where case_id = :id and kind = 'mail'", since)
    nudge(office, hours=1)
    assert len(sent(office)) == 1
    nudge(office, days=1)

    assert [mail.subject[-4:-1] for mail in sent(office)] == [first.ref, late.ref]


def test_a_reply_to_a_mail_about_several_reaches_the_desk(office: Office) -> None:
    waiting(office)
    waiting(office, "Nordwind Pumpen AG")
    nudge(office, days=3)
    (mail,) = sent(office)
    office.take(a_mail(text="Both come next week.", answers=mail.message_id))
    office.work()

    assert office.job("question_note").values["words"]["ref"] == "Q-1"
    assert {office.case(ref).version for ref in ("C-1", "C-2")} == {1}


def test_an_answer_before_it_is_sent_keeps_it_back(office: Office) -> None:
    case = waiting(office)
    nudge(office, days=3)
    corrected(office, case)

    assert sent(office) == []
    assert office.job("nudge").status is JobStatus.REPLACED


@pytest.mark.slow
def test_of_several_the_one_that_was_answered_before_it_is_sent_is_left_out(office: Office) -> None:
    case = waiting(office)
    waiting(office, "Nordwind Pumpen AG")
    nudge(office, days=3)
    corrected(office, case)

    (mail,) = sent(office)
    assert "Borealis" not in mail.subject + mail.text
    assert mail.subject == "Still open: the form for Nordwind Pumpen AG (C-2)"


@pytest.mark.slow
def test_a_newer_version_is_asked_after_anew(office: Office) -> None:
    case = waiting(office)
    nudge(office, days=3)
    assert len(sent(office)) == 1
    corrected(office, case, complete=False)
    office.work()
    nudge(office, days=1)
    assert len(sent(office)) == 1
    nudge(office, days=4)

    assert "Borealis Turbines SE" in sent(office)[1].subject


@pytest.mark.slow
def test_an_address_that_was_given_up_gets_none_and_the_desk_is_told_all_the_same(office: Office) -> None:
    waiting(office)
    with office.connect() as db, transaction(db):
        lost = Doubt(address=DANA.address, state=AddressState.GIVEN_UP, since=office.now, probe="")
        bounces.keep_doubt(db, lost)
    days(office, 16)

    assert sent(office) == []
    assert len(notes(office)) == 1


@pytest.mark.slow
def test_nothing_is_caught_up_twice_after_a_long_down_time(office: Office) -> None:
    waiting(office)
    nudge(office, days=91, hours=0.5)
    nudge(office, minutes=1)

    assert sent(office) == []  # so late a person decides
    assert len(notes(office)) == 1


@pytest.mark.slow
def test_of_two_steps_that_are_due_the_later_goes(office: Office) -> None:
    waiting(office)
    nudge(office, days=10)
    nudge(office, days=1)

    assert len(sent(office)) == 1
    assert [event.data["step"] for event in office.events() if event.tag == "sponsor:nudged"] == [2]


@pytest.mark.slow
def test_a_second_process_and_a_clock_put_back_double_nothing(office: Office, tmp_path: Path) -> None:
    waiting(office)
    other = an_office(tmp_path)
    for span in (3, -2, 2, 6, -5, 5):
        nudge(office, days=span)
        other.clock.at = office.now
        nudge(other)

    assert len(sent(office)) == 2


@pytest.mark.parametrize(
    ("zone", "holidays", "at"),
    [
        ("America/New_York", "US", "2026-03-05T14:00"),
        ("Europe/London", "GB", "2026-03-05T09:00"),
        ("", "", "2026-03-05T08:00"),
    ],
)
@pytest.mark.slow
def test_it_comes_at_nine_where_its_reader_works(office: Office, zone: str, holidays: str, at: str) -> None:
    policy = office.desk.policy
    outside = policy.calendar.outside.model_copy(update={"timezone": zone, "holidays": holidays or None})
    times = policy.calendar.model_copy(update={"outside": outside})
    with_policy(office, policy.model_copy(update={"calendar": times}))
    waiting(office)
    while not office.jobs("nudge"):
        nudge(office, minutes=30)

    assert f"{office.now:%Y-%m-%dT%H:%M}" == at


@pytest.mark.slow
def test_the_caps_and_the_hold_are_those_of_every_mail(tmp_path: Path) -> None:
    office = an_office(tmp_path, delivery="hold")
    waiting(office)
    with office.connect() as db:
        outbox.release_all(db, by=AVERY.id, now=office.now)
    office.work()
    nudge(office, days=3)

    assert sent(office) == []
    assert office.job("nudge").status is JobStatus.HELD
    held = next(m for m in office.chat.standing.values() if "Still open" in str(m.blocks))
    assert "status.example/hidden-until-sent" in str(held.blocks)


def test_what_the_caps_keep_back_is_tried_again_the_next_day(office: Office) -> None:
    policy = office.desk.policy
    tight = policy.limits.model_copy(update={"answers_per_case": 1, "answers_within_hours": 24 * 4})
    with_policy(office, policy.model_copy(update={"limits": tight}))
    waiting(office)
    nudge(office, days=3)
    nudge(office, minutes=1)
    assert sent(office) == []
    assert [event.tag for event in office.events()].count("answer:capped") == 1
    nudge(office, days=1, hours=1)

    assert len(sent(office)) == 1


def test_erasing_a_case_takes_its_notices_along(office: Office) -> None:
    case = waiting(office)
    nudge(office, days=3)
    with office.connect() as db:
        columns = "select count(*) from notices where case_id = :id"
        assert db.execute(columns, {"id": case.id}).fetchone() == (1,)
        keys = db.execute("pragma foreign_key_list(notices)").fetchall()

    assert [(key[2], key[6]) for key in keys] == [("cases", "CASCADE")]


def test_nothing_is_written_outside_office_hours(office: Office) -> None:
    waiting(office)
    for hours in (72, 7.5, 14):  # to Thursday 10:30, then 18:00 and 8:00 in Berlin
        office.clock.wait(hours=hours)
    nudge(office)
    nudge(office, hours=0.9)
    assert office.jobs("nudge") == []
    nudge(office, hours=0.2)

    assert len(office.jobs("nudge")) == 1
    assert office.now - MONDAY == timedelta(hours=94.6)


@pytest.mark.slow
def test_two_processes_at_the_same_moment_write_once(office: Office) -> None:
    waiting(office)
    waiting(office, "Nordwind Pumpen AG")
    office.clock.wait(days=3)
    start = threading.Barrier(4)

    def one_process() -> None:
        with office.connect() as db:
            start.wait(5)
            nudges.nudge(db, office.desk, now=office.now)

    threads = [threading.Thread(target=one_process) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert len(sent(office)) == 1
    assert [event.tag for event in office.events()].count("sponsor:nudged") == 2


@pytest.mark.parametrize(
    ("later", "left"), [(0, [JobStatus.REPLACED, JobStatus.HELD]), (3, [JobStatus.HELD, JobStatus.HELD])]
)
def test_a_reminder_that_waits_for_release_gives_way_to_one_that_asks_after_all_of_it(
    office: Office, later: int, left: list[JobStatus]
) -> None:
    """Released together, they said the same twice. `later`: by how many days the second case waits."""
    waiting(office)
    office.clock.wait(days=later)
    waiting(office, "Arden GmbH")
    office.bot = replace(office.bot, desk=replace(office.desk, delivery=Delivery()))
    for days in (9 - later if later else 3, 6):
        nudge(office, days=days)
        office.work()

    assert [job.status for job in office.jobs("nudge")] == left
